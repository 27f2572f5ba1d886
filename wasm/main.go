//go:build js

// Package main is the page's program: one binary that plays three roles. The page
// compiles it once, runs it as "page", and hands the compiled module to a worker,
// which runs it as "worker". Nothing else of the analyzer runs in the page. While
// nobody asks anything, a worker that is ended afterwards runs it as "rehearsal", so
// that the browser has compiled it well. Files are read, and inflated, by a further
// worker without a program (worker.js).
package main

import (
	"context"
	"os"

	"wirewhy/ui"
	"wirewhy/wasm/rehearsal"
)

// version is set by the linker to what was built.
var version = "unversioned"

func main() {
	role := "page"
	if len(os.Args) > 1 {
		role = os.Args[1]
	}
	switch role {
	case "page":
		ui.Run(version)
	case "worker":
		serve(newAnalyst())
	case "rehearsal":
		rehearsal.Run(context.Background())
	default:
		println("no such role: " + role)
		os.Exit(2)
	}
}
