// Command wasmtest runs a test binary that was compiled for the browser, in a
// browser. It is what "go test -exec" calls:
//
//	GOOS=js GOARCH=wasm go test -exec build/bin/wasmtest ./analyzer/...
//
// The binary meets the files of this machine (testdata, temporary folders) as a
// native test does: a small page passes its calls on to this program. Node would
// do that too, but the browser is where the analyzer has to work, and the only
// thing that the browser tests ask for anyway. The binary's jumps are straightened
// like those of the page's program, so that all tests hold that as well.
package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/chromedp"

	"wirewhy/build/assemble"
	"wirewhy/build/chromium"
	"wirewhy/build/serve"
	"wirewhy/build/straighten"
)

//go:embed page.html
var page []byte

//go:embed page.js
var script []byte

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: wasmtest PROGRAM.wasm [ARGUMENT...]")
		os.Exit(2)
	}
	code, err := run(os.Args[1], os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "wasmtest:", err)
		os.Exit(1)
	}
	os.Exit(code)
}

// run returns the program's exit status.
func run(program string, args []string) (int, error) {
	h, err := newHost(program, args)
	if err != nil {
		return 0, err
	}
	listener, err := serve.Listen(0)
	if err != nil {
		return 0, err
	}
	go http.Serve(listener, h.handler())
	defer listener.Close()

	ctx, end, err := chromium.Start(context.Background())
	if err != nil {
		return 0, err
	}
	defer end()
	crashed := make(chan struct{})
	if err := chromedp.Listen(ctx, func(event any) {
		if _, ok := event.(*inspector.EventTargetCrashed); ok {
			close(crashed)
		}
	}); err != nil {
		return 0, err
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(serve.Address(listener)+"/")); err != nil {
		return 0, err
	}
	select {
	case result := <-h.ended:
		if result.Error != "" {
			return 0, errors.New(result.Error)
		}
		return result.Code, nil
	case <-crashed:
		return 0, errors.New("the browser's tab crashed (out of memory, or too deep a recursion)")
	case <-ctx.Done():
		return 0, fmt.Errorf("the browser ended: %w", ctx.Err())
	}
}

// host is the machine that the program in the page believes to run on.
type host struct {
	program []byte
	exec    []byte // Go's wasm_exec.js
	start   []byte // JSON for the page: arguments, environment, folder
	files   *files
	ended   chan result
}

// result is the program's exit status, or why there is none.
type result struct {
	Code  int
	Error string
}

// passed are the environment variables that a test may need. The rest stays
// outside: Go's start-up code in JavaScript has room for 8 KiB in all.
var passed = []string{"HOME", "PWD", "TZ", "GOROOT"} // and WIREWHY_*

func newHost(program string, args []string) (*host, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	exec, err := assemble.ExecScript(context.Background(), dir)
	if err != nil {
		return nil, err
	}
	env := map[string]string{"TMPDIR": os.TempDir()}
	for _, name := range passed {
		if value, ok := os.LookupEnv(name); ok {
			env[name] = value
		}
	}
	for _, pair := range os.Environ() {
		if name, value, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "WIREWHY_") {
			env[name] = value
		}
	}
	compiled, err := os.ReadFile(program)
	if err != nil {
		return nil, err
	}
	straight, _, err := straighten.Program(compiled, func(string) bool { return true })
	if err != nil {
		return nil, fmt.Errorf("%s: %w", program, err)
	}
	start, err := json.Marshal(map[string]any{"args": args, "env": env, "dir": dir, "flags": openFlags})
	if err != nil {
		return nil, err
	}
	return &host{program: straight, exec: exec, start: start, files: newFiles(), ended: make(chan result, 1)}, nil
}

func (h *host) handler() http.Handler {
	send := func(kind string, content []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.Write(content)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", send("text/html; charset=utf-8", page))
	mux.HandleFunc("GET /page.js", send("text/javascript", script))
	mux.HandleFunc("GET /start.json", send("application/json", h.start))
	mux.HandleFunc("GET /favicon.ico", http.NotFound)
	mux.HandleFunc("GET /wasm_exec.js", send("text/javascript", h.exec))
	mux.HandleFunc("GET /program.wasm", send("application/wasm", h.program))
	mux.HandleFunc("POST /end", func(w http.ResponseWriter, r *http.Request) {
		var end result
		if err := json.NewDecoder(r.Body).Decode(&end); err != nil {
			end.Error = "the page's last message is no JSON: " + err.Error()
		}
		select {
		case h.ended <- end:
		default: // only the first one counts
		}
	})
	mux.HandleFunc("POST /fs/{call}", h.files.serve)
	return mux
}
