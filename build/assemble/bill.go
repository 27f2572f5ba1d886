package assemble

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// billName is the bill of materials: what of others is in the program.
const billName = "sbom.cdx.json"

// Module is a module of others that is linked into the program.
type Module struct {
	Path, Version string
	Sum           string // as go.sum has it
	License       string // SPDX identifier
}

// linked asks the go command for its version, and for the modules whose packages
// are in the program.
func linked(ctx context.Context, root string) (version string, modules []Module, err error) {
	if version, err = run(ctx, root, nil, "go", "env", "GOVERSION"); err != nil {
		return "", nil, err
	}
	text, err := run(ctx, root, []string{"GOOS=js", "GOARCH=wasm"}, "go", "list", "-deps",
		"-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}", "./wasm")
	if err != nil {
		return "", nil, err
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		return "", nil, err
	}
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
	slices.Sort(lines)
	for _, line := range slices.Compact(lines) {
		part := strings.Split(line, "\t") // folders may have spaces in their names
		m := Module{Path: part[0], Version: part[1]}
		if _, rest, ok := strings.Cut(string(sums), m.Path+" "+m.Version+" "); ok {
			m.Sum, _, _ = strings.Cut(rest, "\n")
		}
		if m.License, err = license(part[2]); err != nil {
			return "", nil, fmt.Errorf("%s: %w", m.Path, err)
		}
		modules = append(modules, m)
	}
	return strings.TrimSpace(version), modules, nil
}

// licenses are sentences by which a licence is known. The first that fits counts.
var licenses = []struct{ sentence, id string }{
	{"Neither the name of", "BSD-3-Clause"},
	{"Redistribution and use in source and binary forms", "BSD-2-Clause"},
	{"Permission is hereby granted, free of charge", "MIT"},
	{"Apache License", "Apache-2.0"},
}

// license recognises the licence of the module in a folder. It is an error if
// there is none, or an unknown one: nothing of that kind may be linked.
func license(dir string) (string, error) {
	found, err := filepath.Glob(filepath.Join(dir, "LICEN[SC]E*"))
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("no licence in %s", dir)
	}
	text, err := os.ReadFile(found[0])
	if err != nil {
		return "", err
	}
	words := strings.Join(strings.Fields(string(text)), " ")
	for _, l := range licenses {
		if strings.Contains(words, l.sentence) {
			return l.id, nil
		}
	}
	return "", fmt.Errorf("an unknown licence: %s", found[0])
}

// The parts of CycloneDX 1.6 that we have something to say for. No time and no
// serial number: the same sources make the same bill.
type (
	component struct {
		Type       string     `json:"type"`
		Ref        string     `json:"bom-ref"`
		Name       string     `json:"name"`
		Version    string     `json:"version"`
		Hashes     []hashed   `json:"hashes,omitempty"`
		Licenses   []any      `json:"licenses,omitempty"`
		URL        string     `json:"purl,omitempty"`
		Properties []property `json:"properties,omitempty"`
	}
	hashed struct {
		Algorithm string `json:"alg"`
		Content   string `json:"content"`
	}
	property struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	dependency struct {
		Ref string   `json:"ref"`
		On  []string `json:"dependsOn,omitempty"`
	}
)

func licensed(id string) []any { return []any{map[string]any{"license": map[string]string{"id": id}}} }

// bill writes the bill of materials in CycloneDX.
func (s Source) bill() ([]byte, error) {
	sum := sha256.Sum256(s.Assets[ProgramName])
	program := component{Type: "application", Ref: "wirewhy", Name: "wirewhy", Version: s.Version, Licenses: licensed("MIT"), Hashes: []hashed{{"SHA-256", hex.EncodeToString(sum[:])}}}
	goVersion := strings.TrimPrefix(s.Go, "go")
	parts := []component{{Type: "library", Ref: "pkg:golang/std@" + goVersion, Name: "std", Version: goVersion, URL: "pkg:golang/std@" + goVersion, Licenses: licensed("BSD-3-Clause")}}
	for _, m := range s.Modules {
		url := "pkg:golang/" + m.Path + "@" + m.Version
		parts = append(parts, component{Type: "library", Ref: url, Name: m.Path, Version: m.Version, URL: url, Licenses: licensed(m.License), Properties: []property{{"go.sum", m.Sum}}})
	}
	all := dependency{Ref: program.Ref}
	for _, p := range parts {
		all.On = append(all.On, p.Ref)
	}
	text, err := json.MarshalIndent(map[string]any{
		"$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
		"metadata": map[string]any{"component": program}, "components": parts, "dependencies": []dependency{all},
	}, "", " ")
	return append(text, '\n'), err
}
