// Command wirewhy says why the TCP connections in packet captures failed: the
// page's analysis, for terminals and scripts.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
)

// The exit statuses.
const (
	exitDone   = 0 // read and analysed, whether problems were found or not
	exitUnread = 1 // a file could not be read, or the report could not be written
	exitUsage  = 2
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run is the command with its arguments and streams; it returns the exit status.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) > 0 && args[0] == "explain" {
		return explain(args[1:], stdout, stderr)
	}
	o, err := parseOptions(args)
	switch {
	case errors.Is(err, errHelp):
		fmt.Fprint(stdout, usage)
		return exitDone
	case err != nil:
		fmt.Fprintf(stderr, "wirewhy: %v\nTry wirewhy -help.\n", err)
		return exitUsage
	}
	// An interrupt ends reading; what was read is analysed, as after Cancel in the page.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	s, err := load(ctx, o, stdin)
	if err != nil {
		fmt.Fprintf(stderr, "wirewhy: %v\n", err)
		return exitUnread
	}
	if err := emit(o, s.Report(), stdout); err != nil {
		fmt.Fprintf(stderr, "wirewhy: %v\n", err)
		return exitUnread
	}
	return exitDone
}

// output opens where the report goes: a file, which appears only when it is
// whole, or standard output.
func output(path string, stdout io.Writer, write func(io.Writer) error) error {
	if path == "" || path == "-" {
		b := bufio.NewWriterSize(stdout, 1<<16)
		if err := write(b); err != nil {
			return fmt.Errorf("standard output: %w", err)
		}
		if err := b.Flush(); err != nil {
			return fmt.Errorf("standard output: %w", err)
		}
		return nil
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".wirewhy-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone already where all went well
	if err := write(f); err != nil {
		f.Close()
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := errors.Join(f.Chmod(0o644), f.Close()); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.Rename(f.Name(), path)
}
