// Command site builds the site into a folder and prints a manifest of it: for
// each file its SHA-256, its size, its sizes in gzip and brotli, and its name.
// With -single it writes the one HTML file that holds everything instead.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"wirewhy/build/assemble"
)

func main() {
	out := flag.String("out", "build/site", "folder to write; replaced")
	single := flag.Bool("single", false, "write "+assemble.SingleName+" into the folder, which stays as it is otherwise")
	share := flag.String("share", "on", "on or off: whether other apps may share files with the installed page (docs/privacy.md)")
	flag.Parse()
	source, err := assemble.Read(context.Background(), ".")
	source.Unshared = *share == "off"
	switch {
	case err != nil:
	case *single:
		err = one(source, *out)
	default:
		err = site(source, *out)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "site:", err)
		os.Exit(1)
	}
}

func site(source assemble.Source, out string) error {
	site, err := source.Site(assemble.Thorough)
	if err == nil {
		err = assemble.Write(out, site)
	}
	if err != nil {
		return err
	}
	fmt.Printf("%s, version %s\n", out, source.Version)
	return assemble.PrintManifest(os.Stdout, site)
}

func one(source assemble.Source, out string) error {
	page, err := source.Single()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	file := filepath.Join(out, assemble.SingleName)
	if err := os.WriteFile(file, page, 0o644); err != nil {
		return err
	}
	fmt.Printf("%s, version %s, %d bytes\n", file, source.Version, len(page))
	return nil
}
