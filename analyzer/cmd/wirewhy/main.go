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
	exitFailed = 3 // with -fail-on: there are findings as severe as that
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
	for _, text := range s.Aside() {
		fmt.Fprintf(stderr, "wirewhy: %s\n", text.In(o.lang))
	}
	if err := errors.Join(extract(o, s, stdout, stderr), emit(o, s, stdout)); err != nil {
		fmt.Fprintf(stderr, "wirewhy: %v\n", err)
		return exitUnread
	}
	if o.fails(s.Report()) {
		return exitFailed
	}
	return exitDone
}

// output opens where the report goes: standard output, a device or pipe, or a
// file, which appears only when it is whole.
func output(path string, stdout io.Writer, write func(io.Writer) error) error {
	if path == "" || path == "-" {
		return buffered("standard output", stdout, write)
	}
	mode := os.FileMode(0o644)
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
		mode = info.Mode().Perm() // who may read it was somebody's choice
	} else if err == nil {
		f, err := os.OpenFile(path, os.O_WRONLY, 0) // renaming a file over it would take its place
		if err != nil {
			return err
		}
		return errors.Join(buffered(path, f, write), f.Close())
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // the link stays
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".wirewhy-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone already where all went well
	if err := errors.Join(buffered(path, f, write), f.Chmod(mode), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// buffered writes to w, whose name errors tell.
func buffered(name string, w io.Writer, write func(io.Writer) error) error {
	b := bufio.NewWriterSize(w, 1<<16)
	if err := errors.Join(write(b), b.Flush()); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
