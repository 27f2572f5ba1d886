//go:build js

package main

import (
	"context"

	"wirewhy/analyzer/capture"
	"wirewhy/wasm/protocol"
)

// analyst is what the worker needs of a session: to be told what to load, and to
// answer everything else, also while it loads (whenever reading waits for bytes).
type analyst interface {
	Load(ctx context.Context, sources []capture.Source, progress func(protocol.Progress)) error
	// Change and Add change what is loaded, and add to it.
	Change(what protocol.Change, item int, role string)
	Add(ctx context.Context, sources []capture.Source, progress func(protocol.Progress)) error
	Answer(request protocol.Request) any
}
