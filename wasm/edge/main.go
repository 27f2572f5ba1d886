//go:build js

// Package main is the site's worker at Cloudflare's edge. The site's files are
// static assets there, sent by the platform with the headers that package serve
// wrote down for it; this program answers what is no file, with the same handler
// as the development server. A Go program starts for each request that reaches
// it, which takes some 20 ms: what is asked for often must be a file.
package main

import (
	"embed"

	"github.com/syumai/workers"

	"wirewhy/build/serve"
)

// version is set by the linker to what was built.
var version = "unversioned"

func main() {
	h := serve.New(embed.FS{}) // no files: those that exist never get here
	h.Version = version
	workers.Serve(h)
}
