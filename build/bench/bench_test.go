package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wirewhy/analyzer/traffic"
)

func TestMedian(t *testing.T) {
	of := func(seconds ...int) (turns []turn) {
		for _, s := range seconds {
			turns = append(turns, turn{took: time.Duration(s) * time.Second})
		}
		return turns
	}
	seconds := func(t turn) float64 { return t.took.Seconds() }
	for _, c := range []struct {
		turns []turn
		want  float64
	}{{of(9, 1, 3), 3}, {of(5), 5}, {of(4, 2), 3}} {
		if got := median(c.turns, seconds); got != c.want {
			t.Errorf("median %v, want %v", got, c.want)
		}
	}
	if got := most(of(2, 9, 3), seconds); got != 9 {
		t.Errorf("most %v", got)
	}
}

// Contenders take turns in order, and a slow one takes no second turn.
func TestTurns(t *testing.T) {
	t.Chdir(t.TempDir())
	var order []string
	of := func(title string, took time.Duration) contender {
		return contender{title: title, take: func(c capture) (turn, error) {
			if info, err := os.Stat(c.path); err != nil || info.Size() != c.Bytes || c.Packets != 50 {
				t.Errorf("no capture: %v", err)
			}
			order = append(order, title)
			return turn{took: took}, nil
		}}
	}
	s := size{"x", "small", func(w io.Writer) (traffic.Written, error) { return traffic.Tiny(w, 10, 1) }}
	watched := of("page: b", 2*time.Second)
	watched.watched = func(capture) (turn, error) { return turn{took: time.Hour, work: 7}, nil }
	var text strings.Builder
	if err := measure(&text, s, []contender{of("a", time.Second), of("slow", time.Hour), watched}, nil, 2, time.Minute); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(order, ","); got != "a,slow,page: b,a,page: b" {
		t.Errorf("order %s", got)
	}
	for _, want := range []string{"50 packets, 10 flows", "| a | 1.00 s |", "| slow (1 turn) | 3600.00 s |", "| 2.00 | 0 MB | none of 50 ms | 7 ms |"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, text.String())
		}
	}
	failing := contender{title: "fails", take: func(capture) (turn, error) { return turn{}, errors.New("on purpose") }}
	if err := measure(&text, s, []contender{failing}, nil, 1, time.Minute); err == nil || !strings.Contains(err.Error(), "fails on small: on purpose") {
		t.Errorf("error %v", err)
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{7: "7", 999: "999", 1000: "1,000", 1421055: "1,421,055"} {
		if got := thousands(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestReplaceSection(t *testing.T) {
	file := filepath.Join(t.TempDir(), "p.md")
	write := func(s string) {
		if err := os.WriteFile(file, []byte(s), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("before\n" + beginMark + "old\n" + endMark + "after\n")
	if err := replaceSection(file, "new\n"); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(file); string(got) != "before\n"+beginMark+"\nnew\n\n"+endMark+"after\n" {
		t.Errorf("%s", got)
	}
	write("no marks")
	if err := replaceSection(file, "new"); err == nil {
		t.Error("no error without marks")
	}
}
