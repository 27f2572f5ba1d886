package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"wirewhy/analyzer"
	"wirewhy/analyzer/capture"
	"wirewhy/analyzer/report"
	"wirewhy/analyzer/session"
)

// load reads the files. It fails if one of them could not be read.
func load(ctx context.Context, o *options, stdin io.Reader) (*session.Session, error) {
	sources := make([]capture.Source, 0, len(o.files))
	for _, path := range o.files {
		if path == "-" {
			sources = append(sources, capture.PipeSource("-", bufio.NewReaderSize(stdin, 1<<16)))
			continue
		}
		source, err := capture.FileSource(path)
		if err != nil {
			return nil, err
		}
		sources = append(sources, source)
	}
	s := session.New()
	switch o.role {
	case "client":
		s.SetVantage("client")
	case "server":
		s.SetVantage("server")
	}
	if err := s.Load(ctx, sources, nil); err != nil {
		var unread *session.UnreadError
		if errors.As(err, &unread) {
			return nil, errors.New(unread.In(o.lang))
		}
		return nil, err
	}
	if unread := s.Unread(); len(unread) > 0 {
		return nil, errors.New((&session.UnreadError{Files: unread}).In(o.lang))
	}
	return s, nil
}

// extract writes the packets that were asked for, and says on stderr what they are.
func extract(o *options, s *session.Session, stdout, stderr io.Writer) error {
	if o.pcapng == "" {
		return nil
	}
	return output(o.pcapng, stdout, func(w io.Writer) error {
		note, err := s.WritePcapng(w, o.extract)
		if err == nil {
			fmt.Fprintln(stderr, note)
		}
		return err
	})
}

// emit writes the face that was asked for.
func emit(o *options, s *session.Session, stdout io.Writer) error {
	r := s.Report()
	if o.face == "" {
		return nil
	}
	return output(o.out, stdout, func(w io.Writer) error {
		switch o.face {
		case "json":
			return r.WriteJSON(w, o.lang)
		case "markdown":
			return r.WriteMarkdown(w, o.lang)
		case "html":
			return r.WriteHTML(w, o.lang)
		case "csv":
			return r.WriteCSV(w)
		}
		return r.WriteText(w, report.TextOptions{Lang: o.lang, Color: o.colored(stdout), Figure: ladders(s, o.lang)})
	})
}

// fails reports whether a problem is as severe as -fail-on says, or worse.
func (o *options) fails(r *report.Report) bool {
	worst := slices.Index(severities, o.failOn)
	for _, f := range r.Problems(analyzer.Sick) {
		if slices.Index(severities, string(f.Severity)) <= worst {
			return true
		}
	}
	return false
}

// colored reports whether the text has colours: on a terminal, unless NO_COLOR
// (https://no-color.org) is set.
func (o *options) colored(stdout io.Writer) bool {
	switch {
	case o.color == "always":
		return true
	case o.color == "never", o.out != "", os.Getenv("NO_COLOR") != "", strings.EqualFold(os.Getenv("TERM"), "dumb"):
		return false
	}
	f, ok := stdout.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
