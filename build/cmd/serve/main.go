// Command serve builds the site and serves it on this machine.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"wirewhy/build/assemble"
	"wirewhy/build/serve"
)

func main() {
	port := flag.Int("port", 8080, "port to listen on; 0 takes any free one")
	dir := flag.String("dir", "", "serve this folder as it is, instead of building the site into build/site")
	flag.Parse()
	if err := run(*port, *dir); err != nil {
		fmt.Fprintln(os.Stderr, "serve:", err)
		os.Exit(1)
	}
}

// run listens first: a port that is taken is told before half a minute of building.
func run(port int, dir string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	listener, err := serve.Listen(port)
	if err != nil {
		return err
	}
	defer listener.Close()
	version := ""
	if dir == "" {
		dir = "build/site"
		version = assemble.Version(ctx, ".")
		fmt.Println("Building the site …")
		if _, err := assemble.Site(ctx, ".", dir, assemble.Quick); err != nil {
			return err
		}
	}
	handler := serve.New(os.DirFS(dir))
	handler.Version = version
	fmt.Printf("wirewhy is at %s (Ctrl-C ends it)\n", serve.Address(listener))
	return serve.Run(ctx, listener, handler)
}
