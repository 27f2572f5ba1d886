//go:build !js

// The tests build the command and run it, which a browser cannot.

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wirewhy/analyzer/internal/script"
)

// built is the command, built once for all tests.
var built string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "wirewhy")
	if err != nil {
		panic(err)
	}
	built = filepath.Join(folder, "wirewhy")
	if out, err := exec.Command("go", "build", "-o", built, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%s", out)
		os.Exit(1)
	}
	status := m.Run()
	os.RemoveAll(folder)
	os.Exit(status)
}

const refusedScript = `
+0     192.0.2.10:40000 > 192.0.2.80:80 S
+0.001 192.0.2.80:80 > 192.0.2.10:40000 R.
`

const healthyScript = `
client = 192.0.2.10:40000
server = 192.0.2.80:80
+0      client > server S
+0.001  server > client S.
+0.001  client > server .
+0.001  client > server P. len 100
+0.001  server > client .
+0.010  server > client P. len 500
+0.001  client > server .
+0.001  client > server F.
+0.001  server > client F.
+0.001  client > server .
`

// write makes a capture of a script in a folder of the test.
func write(t *testing.T, name, text string) string {
	t.Helper()
	s, err := script.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return writeBytes(t, name, s.PCAP())
}

func writeBytes(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// command runs the built command.
func command(t *testing.T, stdin []byte, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	c := exec.Command(built, args...)
	var out, errs bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(stdin), &out, &errs
	var exit *exec.ExitError
	if err := c.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), c.ProcessState.ExitCode()
}

func TestFaces(t *testing.T) {
	file := write(t, "a.pcap", refusedScript)
	for face, want := range map[string]string{
		"-text": "refused-by-rst", "-json": `"diagnosis": "refused-by-rst"`, "-markdown": "\n## Problems", "-html": "<!DOCTYPE html>", "-csv": ",REJ,",
		"": "refused-by-rst",
	} {
		args := []string{file}
		if face != "" {
			args = append(args, face) // options may follow files
		}
		out, errs, status := command(t, nil, args...)
		if status != 0 || errs != "" || !strings.Contains(out, want) {
			t.Errorf("%s: status %d, %s\n%s", face, status, errs, out)
		}
	}
}

// The text shows what happened, to whom and when.
func TestLadder(t *testing.T) {
	out, errs, status := command(t, nil, write(t, "a.pcap", refusedScript))
	if status != 0 || errs != "" {
		t.Fatalf("status %d, %s", status, errs)
	}
	syn, rst := strings.Index(out, "│── SYN"), strings.Index(out, "RST ACK ─")
	if !strings.Contains(out, "A = 192.0.2.10:40000") || syn < 0 || rst < syn || !strings.Contains(out[syn:rst], "▶│ ①") || !strings.Contains(out[syn:], "│◀─") {
		t.Error(out)
	}
}

// For pipelines: the status tells of problems, if that is asked for.
func TestFailOn(t *testing.T) {
	file := write(t, "a.pcap", refusedScript)
	for level, want := range map[string]int{"": 0, "error": 3, "warning": 3, "info": 3} {
		out, errs, status := command(t, nil, "-json", "-fail-on="+level, file)
		if status != want || errs != "" || !strings.Contains(out, "refused-by-rst") {
			t.Errorf("-fail-on %s: status %d, %s", level, status, errs)
		}
	}
	healthy := write(t, "b.pcap", healthyScript)
	if _, errs, status := command(t, nil, "-fail-on", "info", healthy); status != 0 {
		t.Errorf("healthy: status %d, %s", status, errs)
	}
	if _, errs, status := command(t, nil, "-fail-on", "grave", file); status != 2 || !strings.Contains(errs, "-fail-on") {
		t.Errorf("status %d, %s", status, errs)
	}
}

func TestStandardInput(t *testing.T) {
	s := script.MustParse(refusedScript)
	out, errs, status := command(t, s.PCAP(), "-json", "-")
	if status != 0 || !json.Valid([]byte(out)) || !strings.Contains(out, "refused-by-rst") {
		t.Errorf("status %d, %s\n%s", status, errs, out)
	}
}

func TestOut(t *testing.T) {
	file := write(t, "a.pcap", refusedScript)
	path := filepath.Join(t.TempDir(), "report.json")
	out, errs, status := command(t, nil, "-json", "-out", path, file)
	got, err := os.ReadFile(path)
	if status != 0 || out != "" || errs != "" || err != nil || !json.Valid(got) {
		t.Errorf("status %d, %q, %q, %v: %s", status, out, errs, err, got)
	}
	if _, errs, status := command(t, nil, "-json", "-out", "/no/such/folder/x", file); status != 1 || !strings.Contains(errs, "/no/such/folder") {
		t.Errorf("status %d: %s", status, errs)
	}
}

// What -out names is written to, not replaced, unless it is a file: a device, a
// pipe or a link stays what it is.
func TestOutKeepsWhatIsNoFile(t *testing.T) {
	file, folder := write(t, "a.pcap", refusedScript), t.TempDir()
	target, link := filepath.Join(folder, "target"), filepath.Join(folder, "link")
	if err := errors.Join(os.WriteFile(target, nil, 0o600), os.Symlink(target, link)); err != nil {
		t.Fatal(err)
	}
	if _, errs, status := command(t, nil, "-json", "-out", link, file); status != 0 {
		t.Fatal(errs)
	}
	info, err := os.Lstat(link)
	got, _ := os.ReadFile(target)
	if err != nil || info.Mode()&os.ModeSymlink == 0 || !json.Valid(got) {
		t.Errorf("the link is %v, %v, and its target holds %q", info.Mode(), err, got)
	}
	if written, err := os.Stat(target); err != nil || written.Mode().Perm() != 0o600 {
		t.Errorf("whoever may read it now: %v, %v", written.Mode(), err)
	}
	// A pipe, through the folder of open files where there is one.
	const pipe = "/dev/stdout"
	if _, err := os.Stat(pipe); err != nil {
		t.Skip("no " + pipe)
	}
	before, _ := os.Lstat(pipe)
	out, errs, status := command(t, nil, "-json", "-out", pipe, file)
	after, err := os.Lstat(pipe)
	if status != 0 || !json.Valid([]byte(out)) || err != nil || before.Mode() != after.Mode() {
		t.Errorf("status %d, %s, %v is now %v", status, errs, before.Mode(), after.Mode())
	}
}

func TestRole(t *testing.T) {
	file := write(t, "a.pcap", refusedScript)
	out, _, status := command(t, nil, "-json", "-role", "server", file)
	if status != 0 || !strings.Contains(out, `"vantage": "server"`) {
		t.Errorf("status %d: %s", status, out)
	}
}

func TestUnreadable(t *testing.T) {
	good := write(t, "good.pcap", refusedScript)
	for name, args := range map[string][]string{
		"holiday.png":  {writeBytes(t, "holiday.png", []byte("\x89PNG\r\n\x1a\n0000000000000"))},
		"no-such-file": {filepath.Join(t.TempDir(), "no-such-file")},
		"empty":        {good, writeBytes(t, "empty", nil)},
	} {
		out, errs, status := command(t, nil, append([]string{"-json"}, args...)...)
		if status != 1 || out != "" || !strings.Contains(errs, name) || strings.Count(errs, "\n") != 1 {
			t.Errorf("%s: status %d, standard output %q, standard error %q", name, status, out, errs)
		}
	}
}

// A file that breaks off is analysed up to there.
func TestCutFile(t *testing.T) {
	data := script.MustParse(refusedScript + "+1 192.0.2.10:40002 > 192.0.2.80:80 S\n").PCAP()
	out, _, status := command(t, nil, "-json", writeBytes(t, "cut.pcap", data[:len(data)-5]))
	if status != 0 || !strings.Contains(out, `"truncated": true`) || !strings.Contains(out, `"packets": 2`) || strings.Contains(out, `"warnings": []`) {
		t.Errorf("status %d: %s", status, out)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{
		{}, {"-no-such-option", "x"}, {"-json", "-csv", "x"}, {"-role", "moon", "x"}, {"-", "-"}, {"-lang", "fr", "x"}, {"explain", "no-such-diagnosis"},
	} {
		out, errs, status := command(t, nil, args...)
		if status != 2 || out != "" || !strings.HasPrefix(errs, "wirewhy: ") {
			t.Errorf("%v: status %d, %q, %q", args, status, out, errs)
		}
	}
	if help, _, status := command(t, nil, "-help"); status != 0 || !strings.Contains(help, "Exit status:") {
		t.Errorf("help: status %d, %s", status, help)
	}
}

func TestExplain(t *testing.T) {
	list, _, status := command(t, nil, "explain")
	if status != 0 || !strings.Contains(list, "synack-wrong-source") {
		t.Fatalf("status %d: %s", status, list)
	}
	for line := range strings.Lines(list) {
		id := strings.Fields(line)[0]
		for _, lang := range []string{"en", "zh"} {
			out, errs, status := command(t, nil, "explain", "-lang", lang, id)
			if status != 0 || !strings.Contains(out, id) || errs != "" || places.MatchString(out) {
				t.Errorf("%s: status %d, %s%s", id, status, out, errs)
			}
		}
	}
}
