package assemble

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// project is the project's folder, seen from this package.
const project = "../.."

// The same sources make the same files, byte by byte, wherever they lie.
func TestReproducible(t *testing.T) {
	elsewhere := filepath.Join(t.TempDir(), "a path of another length", "wirewhy")
	for _, part := range []string{"analyzer", "ui", "wasm"} {
		if err := os.CopyFS(filepath.Join(elsewhere, part), os.DirFS(filepath.Join(project, part))); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"go.mod", "go.sum", indexName} {
		content, err := os.ReadFile(filepath.Join(project, file))
		if err == nil {
			err = os.WriteFile(filepath.Join(elsewhere, file), content, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var sites []Files
	var singles [][]byte
	for _, root := range []string{project, elsewhere} {
		s, err := Read(t.Context(), root)
		if err != nil {
			t.Fatal(err)
		}
		if root == elsewhere && s.Version != "unversioned" {
			t.Errorf("the version of a folder outside of git is %q", s.Version)
		}
		// The version is the commit's, and stands in the program: give both the same.
		s.Version = "v1"
		if s.Assets[ProgramName], err = Program(t.Context(), root, s.Version); err != nil {
			t.Fatal(err)
		}
		site, err := s.Site(Quick)
		if err != nil {
			t.Fatal(err)
		}
		single, err := s.Single()
		if err != nil {
			t.Fatal(err)
		}
		sites, singles = append(sites, site), append(singles, single)
	}
	if !bytes.Equal(singles[0], singles[1]) {
		t.Error("the single file differs")
	}
	if len(sites[0]) != len(sites[1]) {
		t.Errorf("%d files, and %d", len(sites[0]), len(sites[1]))
	}
	for name := range sites[0] {
		if !bytes.Equal(sites[0][name], sites[1][name]) {
			t.Errorf("%s differs", name)
		}
	}
	holdList(t, sites[0])
	holdBill(t, sites[0])
}

// holdList holds the list of files against them.
func holdList(t *testing.T, site Files) {
	t.Helper()
	var list struct {
		Version, Go string
		Files       []entry
		Loaded      struct{ Size, Sent int }
	}
	if err := json.Unmarshal(site[listName], &list); err != nil {
		t.Fatal(err)
	}
	if list.Version != "v1" || !strings.HasPrefix(list.Go, "go1.") || list.Loaded.Sent == 0 || list.Loaded.Sent >= list.Loaded.Size {
		t.Errorf("the list says %+v", list)
	}
	listed := 1 // itself
	for _, e := range list.Files {
		content := site[e.Name]
		if len(content) != e.Size || !strings.Contains(withFullHash(content), e.SHA256) || e.Gzip != len(site[e.Name+".gz"]) || e.Brotli != len(site[e.Name+".br"]) {
			t.Errorf("the list says of %s: %+v", e.Name, e)
		}
		listed++
	}
	for name := range site {
		if isCopy(name) {
			listed++
		}
	}
	if listed != len(site) {
		t.Errorf("%d files are listed or copies of such, there are %d", listed, len(site))
	}
}

// holdBill holds that the bill names what go.mod asks for and the page's program has.
func holdBill(t *testing.T, site Files) {
	t.Helper()
	var bill struct {
		Metadata   struct{ Component component }
		Components []component
	}
	if err := json.Unmarshal(site[billName], &bill); err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, c := range bill.Components {
		names = append(names, c.Name)
		if c.Version == "" || len(c.Licenses) == 0 || c.Name != "std" && (len(c.Properties) != 1 || !strings.HasPrefix(c.Properties[0].Value, "h1:")) {
			t.Errorf("the bill says too little of %+v", c)
		}
	}
	for _, want := range []string{"std", "honnef.co/go/js/dom/v2", "github.com/klauspost/compress"} {
		if !slices.Contains(names, want) {
			t.Errorf("the bill lacks %s: %v", want, names)
		}
	}
	if slices.Contains(names, "github.com/chromedp/chromedp") {
		t.Error("the bill names what is not in the program")
	}
}
