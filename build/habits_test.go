package build_test

import (
	"go/ast"
	"go/build/constraint"
	"go/token"
	"path"
	"slices"
	"strings"
	"testing"
)

// vague are names that say nothing of what a file or package holds.
var vague = []string{"utils", "util", "helpers", "helper", "common", "types", "manager", "misc", "shared"}

// maxLines is the length beyond which a file must say why it is that long, in a
// comment that begins with "Long because:".
const maxLines = 400

func TestNames(t *testing.T) {
	for _, s := range sources(t) {
		file := strings.TrimSuffix(strings.TrimSuffix(s.file, ".go"), "_test")
		for _, name := range []string{file, path.Base(s.dir), s.tree.Name.Name} {
			if slices.Contains(vague, name) {
				t.Errorf("%s/%s: %q says nothing of what it holds", s.dir, s.file, name)
			}
		}
	}
}

func TestLength(t *testing.T) {
	for _, s := range sources(t) {
		if s.lines <= maxLines {
			continue
		}
		explained := slices.ContainsFunc(s.tree.Comments, func(c *ast.CommentGroup) bool {
			return strings.Contains(c.Text(), "Long because:")
		})
		if !explained {
			t.Errorf("%s/%s has %d lines: split it by subject, or say why not in a comment that begins with \"Long because:\"", s.dir, s.file, s.lines)
		}
	}
}

// TestPackageComments wants one package comment for each package: none leaves
// the reader without an entry, two contradict each other sooner or later.
func TestPackageComments(t *testing.T) {
	docs := map[string][]string{}
	for _, s := range sources(t) {
		if _, ok := docs[s.dir]; !ok {
			docs[s.dir] = nil
		}
		if s.tree.Doc != nil && strings.TrimSpace(s.tree.Doc.Text()) != "" {
			docs[s.dir] = append(docs[s.dir], s.file)
		}
	}
	for dir, files := range docs {
		if len(files) != 1 {
			t.Errorf("%s: package comment in %d files %v, want it in one", dir, len(files), files)
		}
	}
}

func TestExportedAreDocumented(t *testing.T) {
	for _, s := range sources(t) {
		if s.isTest() || s.tree.Name.Name == "main" {
			continue
		}
		for _, d := range s.tree.Decls {
			for _, name := range undocumented(d) {
				t.Errorf("%s: %s is exported and has no comment", s.where(name.Pos()), name.Name)
			}
		}
	}
}

// undocumented returns the exported names of a declaration that no comment
// explains. The comment of a group of constants or variables serves them all.
func undocumented(d ast.Decl) []*ast.Ident {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.Name == "Error" || d.Name.Name == "Unwrap" {
			return nil // package errors says what they do
		}
		if d.Name.IsExported() && d.Doc == nil && (d.Recv == nil || exportedType(d.Recv.List[0].Type)) {
			return []*ast.Ident{d.Name}
		}
	case *ast.GenDecl:
		if d.Tok == token.IMPORT || d.Doc != nil {
			return nil
		}
		var names []*ast.Ident
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				if spec.Name.IsExported() && spec.Doc == nil && spec.Comment == nil {
					names = append(names, spec.Name)
				}
			case *ast.ValueSpec:
				if spec.Doc != nil || spec.Comment != nil {
					continue
				}
				for _, name := range spec.Names {
					if name.IsExported() {
						names = append(names, name)
					}
				}
			}
		}
		return names
	}
	return nil
}

// TestBrowserCodeIsConstrained wants a build constraint on whatever needs the
// browser: without it "go test ./..." and "go vet ./..." fail on a native machine.
func TestBrowserCodeIsConstrained(t *testing.T) {
	needs := map[string]bool{} // import paths that compile for the browser only
	for dir, row := range layers {
		needs[module+"/"+dir] = row.js && !strings.HasPrefix(dir, "build")
	}
	needs["syscall/js"], needs["honnef.co/go/js/dom/v2"] = true, true
	for _, s := range sources(t) {
		if constrained(s) {
			continue
		}
		for _, imported := range s.imports() {
			if needs[imported] {
				t.Errorf("%s/%s imports %s and lacks a build constraint (//go:build js)", s.dir, s.file, imported)
			}
		}
	}
}

// constrained reports whether a file is compiled for the browser only.
func constrained(s source) bool {
	if strings.HasSuffix(strings.TrimSuffix(s.file, "_test.go"), "_js.go") || strings.HasSuffix(s.file, "_wasm.go") {
		return true
	}
	for _, group := range s.tree.Comments {
		for _, line := range group.List {
			expression, err := constraint.Parse(line.Text)
			if err == nil && !expression.Eval(func(tag string) bool { return tag != "js" && tag != "wasm" }) {
				return true
			}
		}
	}
	return false
}

// exportedType reports whether a receiver's type is exported.
func exportedType(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.StarExpr:
		return exportedType(e.X)
	case *ast.IndexExpr:
		return exportedType(e.X)
	case *ast.Ident:
		return e.IsExported()
	}
	return false
}
