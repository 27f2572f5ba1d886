package docs

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// tools are the programs that documents may name besides ours: what they do is
// not tried, for they need root, a cluster or a network.
var tools = []string{
	"aws", "cat", "cd", "crictl", "curl", "date", "dmesg", "docker", "git", "grep", "ip", "iptables-save", "kubectl", "mergecap", "npx", "nsenter", "nstat",
	"sha256sum", "ss", "ssh", "sysctl", "tail", "tcpdump",
}

// Commands in the documents work: ours are run on one of the page's samples,
// those for make and go are held against the Makefile and the folders, the others
// are names that people have.
func TestCommands(t *testing.T) {
	k := kitchen{t: t, wirewhy: build(t), make: readMakefile(t)}
	for _, d := range documents(t) {
		for _, b := range d.blocks {
			if b.kind != "sh" {
				continue
			}
			syntax(t, d.name, &b)
			for i, line := range b.text {
				k.where = where{d.name, b.line + 1 + i}
				k.line(line)
			}
		}
		if slices.Contains(generate, d.name) {
			continue
		}
		for _, s := range d.spans {
			if first, _, _ := strings.Cut(s.text, " "); (first == "make" || first == "go" || first == "wirewhy") && strings.Contains(s.text, " ") {
				k.where = where{d.name, s.line}
				k.line(s.text)
			}
		}
	}
	if k.ran < 10 || k.made < 20 {
		t.Errorf("only %d commands of ours and %d of make found", k.ran, k.made)
	}
}

// The examples that the command itself gives work, too.
func TestUsageExamples(t *testing.T) {
	k := kitchen{t: t, wirewhy: build(t)}
	usage, err := exec.Command(k.wirewhy, "-help").Output()
	if err != nil {
		t.Fatal(err)
	}
	_, examples, found := strings.Cut(string(usage), "Examples:\n")
	if !found {
		t.Fatalf("no examples in:\n%s", usage)
	}
	for i, line := range strings.Split(strings.TrimSpace(examples), "\n") {
		k.where = where{"wirewhy -help, example", i + 1}
		k.line(line)
	}
	if k.ran < 3 {
		t.Errorf("only %d examples were run", k.ran)
	}
}

type where struct {
	document string
	line     int
}

// kitchen tries commands.
type kitchen struct {
	t       *testing.T
	wirewhy string
	make    *makefile
	where   where
	ran     int
	made    int
}

func (k *kitchen) errorf(format string, args ...any) {
	k.t.Helper()
	k.t.Errorf("%s:%d: "+format, append([]any{k.where.document, k.where.line}, args...)...)
}

// line tries each command of a line of the shell.
func (k *kitchen) line(line string) {
	for _, words := range commands(line) {
		for len(words) > 0 && variable.MatchString(words[0]) { // PID=$(…) command
			words = words[1:]
		}
		if len(words) == 0 || words[0] == "…" {
			continue
		}
		switch name := words[0]; {
		case name == "wirewhy":
			k.run(words[1:])
		case name == "make":
			k.makes(words[1:])
		case name == "go":
			k.golang(words[1:])
		case !slices.Contains(tools, name):
			k.errorf("%s is no command that people have", name)
		}
	}
}

// placeholders are words of the documents that stand for something that must exist.
var placeholders = map[string]string{"ID": "refused-by-rst"}

// valued are options of wirewhy that a value follows.
var valued = []string{"-out", "-pcapng", "-flow", "-finding", "-role", "-fail-on", "-lang", "-color"}

// run runs the command in a fresh folder, with a file for each that it reads.
func (k *kitchen) run(args []string) {
	k.ran++
	args = slices.Clone(args)
	folder := k.t.TempDir()
	var written []string
	reads := false
	for i := 0; i < len(args); i++ {
		args[i] = strings.TrimSuffix(args[i], "…")
		switch a := args[i]; {
		case i > 0 && args[0] == "explain":
			if p := placeholders[a]; p != "" {
				args[i] = p
			}
		case a == "explain":
		case slices.Contains(valued, a) && i+1 < len(args):
			i++
			if a == "-out" || a == "-pcapng" {
				written = append(written, args[i])
			}
		case !strings.HasPrefix(a, "-"):
			reads = true
			k.fixture(filepath.Join(folder, a))
		case a == "-":
			reads = true
		}
	}
	if args[0] != "explain" && args[0] != "-help" && !reads { // an option is spoken of
		args = append(args, "FILE")
		k.fixture(filepath.Join(folder, "FILE"))
	}
	c := exec.Command(k.wirewhy, args...)
	var stdout, stderr bytes.Buffer
	c.Dir, c.Stdin, c.Stdout, c.Stderr = folder, bytes.NewReader(capture(k.t)), &stdout, &stderr
	var exit *exec.ExitError
	if err := c.Run(); err != nil && !errors.As(err, &exit) {
		k.t.Fatal(err)
	}
	status := c.ProcessState.ExitCode()
	if status != 0 && (status != 3 || !slices.Contains(args, "-fail-on")) {
		k.errorf("wirewhy %s: status %d: %s", strings.Join(args, " "), status, &stderr)
	}
	for _, file := range written {
		if info, err := os.Stat(filepath.Join(folder, file)); err != nil || info.Size() == 0 {
			k.errorf("wirewhy %s did not write %s", strings.Join(args, " "), file)
		}
	}
	if len(written) == 0 && stdout.Len() == 0 {
		k.errorf("wirewhy %s said nothing", strings.Join(args, " "))
	}
}

// fixture writes a file as its name tells: a text of a host, or a capture.
func (k *kitchen) fixture(file string) {
	data := capture(k.t)
	if path.Ext(file) == ".txt" {
		data = []byte("root@web1:~# nstat -az\n#kernel\nTcpActiveOpens                  12                 0.0\nTcpExtListenOverflows           3                  0.0\nTcpExtListenDrops               3                  0.0\n")
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		k.t.Fatal(err)
	}
}

// capture is one of those that the page offers, with problems in it.
func capture(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, "ui/asset/samples/an-incident.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// makes holds targets and variables against the Makefile.
func (k *kitchen) makes(args []string) {
	k.made++
	for _, a := range args {
		if name, _, ok := strings.Cut(a, "="); ok {
			if !k.make.variables[name] {
				k.errorf("the Makefile does not know the variable %s", name)
			}
		} else if !k.make.targets[a] {
			k.errorf("the Makefile does not know the target %s", a)
		}
	}
}

// golang holds the folders of go run and go test against what is there.
func (k *kitchen) golang(args []string) {
	for i, a := range args {
		folder, inside := strings.CutPrefix(a, "./")
		if !inside {
			continue
		}
		if info, err := os.Stat(filepath.Join(root, strings.TrimSuffix(folder, "..."))); err != nil || !info.IsDir() {
			k.errorf("there is no folder %s", folder)
		}
		if folder == "analyzer/cmd/wirewhy" && args[0] == "run" {
			k.run(args[i+1:])
			return
		}
	}
}

type makefile struct{ targets, variables map[string]bool }

var (
	target   = regexp.MustCompile(`(?m)^([a-z][a-z-]*):`)
	used     = regexp.MustCompile(`\$\(([A-Z]+)\)`)
	variable = regexp.MustCompile(`^[A-Z_]+=`)
)

func readMakefile(t *testing.T) *makefile {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	m := &makefile{map[string]bool{}, map[string]bool{}}
	for _, x := range target.FindAllSubmatch(data, -1) {
		m.targets[string(x[1])] = true
	}
	for _, x := range used.FindAllSubmatch(data, -1) {
		m.variables[string(x[1])] = true
	}
	return m
}

// build compiles the command. What it is made of is looked at, so that this test
// is run again when that changes.
func build(t *testing.T) string {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(root, "analyzer"), func(name string, entry fs.DirEntry, err error) error {
		if err == nil && path.Ext(name) == ".go" {
			_, err = os.Stat(name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "wirewhy")
	c := exec.Command("go", "build", "-o", file, "./analyzer/cmd/wirewhy")
	c.Dir = root
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return file
}

// syntax asks a shell, where there is one, whether a block can be read as it stands.
func syntax(t *testing.T, name string, b *block) {
	t.Helper()
	sh, err := exec.LookPath("sh")
	if err != nil {
		return
	}
	c := exec.Command(sh, "-n")
	c.Stdin = strings.NewReader(strings.Join(b.text, "\n") + "\n")
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("%s:%d: %s", name, b.line, out)
	}
}
