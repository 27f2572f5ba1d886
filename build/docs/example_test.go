package docs

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The diagnosis that CONTRIBUTING.md adds step by step can be added so: its file
// is compiled with the others, and its fixtures pass.
func TestAddingADiagnosis(t *testing.T) {
	all := documents(t)
	d := all[slices.IndexFunc(all, func(d *document) bool { return d.name == "CONTRIBUTING.md" })]
	rules, err := filepath.Abs(filepath.Join(root, "analyzer/diagnose"))
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "testdata"), 0o755); err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) string {
		file := filepath.Join(folder, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	// The step that changes a rule: the new one explains it.
	refused, err := os.ReadFile(filepath.Join(rules, "refused_by_rst.go"))
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(refused), "ExplainedBy: []string{", `ExplainedBy: []string{"port-zero", `, 1)
	write("testdata/port-zero.txtar", d.example(t, "txtar"))
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{
		filepath.Join(rules, "port_zero.go"):      write("port_zero.go", d.example(t, "go")),
		filepath.Join(rules, "refused_by_rst.go"): write("refused_by_rst.go", changed),
	}})
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(folder, "diagnose.test")
	c := exec.Command("go", "test", "-c", "-overlay", write("overlay.json", string(overlay)), "-o", binary, "./analyzer/diagnose")
	c.Dir = root
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	c = exec.Command(binary, "-test.v", "-test.run", "TestFixtures/port-zero|TestEveryPlaceIsFilled")
	c.Dir = folder
	out, err := c.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestFixtures/port-zero/fires/refused") {
		t.Errorf("%v\n%s", err, out)
	}
}

// example returns the one block of a kind, without the indentation of its list.
func (d *document) example(t *testing.T, kind string) string {
	t.Helper()
	at := slices.IndexFunc(d.blocks, func(b block) bool { return b.kind == kind })
	if at < 0 {
		t.Fatalf("%s has no block of %s", d.name, kind)
	}
	var lines []string
	for _, line := range d.blocks[at].text {
		lines = append(lines, strings.TrimPrefix(line, "   "))
	}
	return strings.Join(lines, "\n") + "\n"
}
