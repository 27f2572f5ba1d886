// Command site builds the site into a folder and prints a manifest of it: for
// each file its SHA-256, its size, its sizes in gzip and brotli, and its name.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"wirewhy/build/assemble"
)

func main() {
	out := flag.String("out", "build/site", "folder to write; replaced")
	flag.Parse()
	ctx := context.Background()
	site, err := assemble.Site(ctx, ".", *out, assemble.Thorough)
	if err == nil {
		fmt.Printf("%s, version %s\n", *out, assemble.Version(ctx, "."))
		err = assemble.PrintManifest(os.Stdout, site)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "site:", err)
		os.Exit(1)
	}
}
