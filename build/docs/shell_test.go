package docs

import (
	"reflect"
	"strings"
	"testing"
)

// commands divides a line of the shell into its commands and these into words.
// Redirections and comments are left out; what $(…) runs is one of the commands.
func commands(line string) [][]string {
	var out [][]string
	var words []string
	var word strings.Builder
	started, skip := false, false
	end := func() {
		if started && !skip {
			words = append(words, word.String())
		}
		if started {
			skip = false
		}
		word.Reset()
		started = false
	}
	finish := func() {
		end()
		if len(words) > 0 {
			out = append(out, words)
		}
		words, skip = nil, false
	}
	r := []rune(line)
	for i := 0; i < len(r); i++ {
		switch c := r[i]; {
		case c == '\'' || c == '"':
			started = true
			for i++; i < len(r) && r[i] != c; i++ {
				word.WriteRune(r[i])
			}
		case c == '$' && i+1 < len(r) && r[i+1] == '(':
			closing := strings.LastIndex(string(r[i:]), ")")
			if closing < 0 {
				closing = len(string(r[i:]))
			}
			out = append(out, commands(string(r[i:])[2:closing])...)
			i, started = i+len([]rune(string(r[i:])[:closing])), true
		case c == ' ' || c == '\t':
			end()
		case c == '#' && !started:
			finish()
			return out
		case c == '{' && !started || c == '}' && !started:
		case c == '|' || c == ';' || c == '&' && !started:
			finish()
		case c == '>' || c == '<':
			if started && strings.Trim(word.String(), "0123456789") == "" { // 2>/dev/null
				word.Reset()
				started = false
			}
			end()
			skip = true
		default:
			started = true
			word.WriteRune(c)
		}
	}
	finish()
	return out
}

func TestShell(t *testing.T) {
	for line, want := range map[string][][]string{
		"make serve   # says so":                           {{"make", "serve"}},
		`tcpdump -w - 'tcp or icmp' | wirewhy -`:           {{"tcpdump", "-w", "-", "tcp or icmp"}, {"wirewhy", "-"}},
		`{ date; sysctl -a 2>/dev/null | grep x; } > f`:    {{"date"}, {"sysctl", "-a"}, {"grep", "x"}},
		`PID=$(crictl inspect --template '{{.pid}}' NAME)`: {{"crictl", "inspect", "--template", "{{.pid}}", "NAME"}, {"PID="}},
		"git clone … && cd wirewhy && make site":           {{"git", "clone", "…"}, {"cd", "wirewhy"}, {"make", "site"}},
		"": nil,
	} {
		if got := commands(line); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}
