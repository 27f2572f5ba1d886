// Command edge builds the site and its worker for Cloudflare Workers, and holds
// the worker's size against the platform's limits.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"wirewhy/build/assemble"
	"wirewhy/build/edge"
)

func main() {
	out := flag.String("out", "build/out/edge", "folder to write; replaced")
	flag.Parse()
	if err := run(context.Background(), *out); err != nil {
		fmt.Fprintln(os.Stderr, "edge:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out string) error {
	source, err := assemble.Read(ctx, ".")
	if err != nil {
		return err
	}
	size, err := edge.Make(ctx, ".", out, source)
	if err != nil {
		return err
	}
	fmt.Printf("%s, version %s: the worker is %d bytes, %d in gzip: %d %% of what Cloudflare takes for free (%d), %d %% of what it takes if paid (%d)\n",
		out, source.Version, size.Raw, size.Packed, 100*size.Packed/edge.FreeLimit, edge.FreeLimit, 100*size.Packed/edge.PaidLimit, edge.PaidLimit)
	if size.Packed > edge.PaidLimit {
		return fmt.Errorf("the worker is larger than Cloudflare takes")
	}
	return nil
}
