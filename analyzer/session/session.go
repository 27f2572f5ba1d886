// Package session holds everything that was loaded so far, captures and texts of
// hosts: it reads them, runs the analysis, compares captures of one incident, and
// answers queries in the messages of wasm/protocol, also while it reads. What is
// loaded can be added to and taken away; each change concludes anew. The page's
// worker and the native command are its two callers; it opens no files itself.
package session

import (
	"strings"
	"sync"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/capture"
	"wirewhy/analyzer/correlate"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/host"
	"wirewhy/analyzer/report"
	"wirewhy/analyzer/wire"
)

// Session is what was loaded, and what is concluded from it. Its methods may be
// called from several goroutines; queries are answered while a capture is read.
type Session struct {
	mu       sync.Mutex
	loaded   []*loaded
	unread   []Unread
	canceled bool
	done     bool
	started  time.Time
	elapsed  time.Duration
	conclusion
	order   orderCache
	match   matchCache
	trace   *trace           // of the flow whose graphs are looked at; nil: none
	texts   []*host.Evidence // what hosts said of themselves
	known   *host.Known      // that, brought together
	trials  []*tried         // pairs of captures that were compared
	pairs   []*paired        // of these, those that hold the same connections
	refused []Unread         // of the sources that were added last
	busy    bool             // comparing captures: what was read is not to be touched
	follow  *followed        // the stream that is looked at; nil: none
	extract *extract         // that is handed out
	told    flow.Vantage     // where the captures were taken; empty: it is worked out
	limits  flow.Limits      // of each capture; zero: the defaults
}

// Unread names a file that could not be read at all, and why.
type Unread struct {
	Name string
	Err  error
}

// In returns a sentence that names the file and the reason.
func (u Unread) In(lang analyzer.Lang) string {
	if lang == analyzer.Chinese {
		return u.Name + "：" + sentence(u.Err, lang)
	}
	return u.Name + ": " + sentence(u.Err, lang)
}

// UnreadError says that none of the files could be read.
type UnreadError struct{ Files []Unread }

// In returns a sentence for each file, in a language.
func (e *UnreadError) In(lang analyzer.Lang) string {
	var lines []string
	for _, u := range e.Files {
		lines = append(lines, u.In(lang))
	}
	return strings.Join(lines, "\n")
}

// Error returns the sentences in English.
func (e *UnreadError) Error() string { return e.In(analyzer.English) }

// loaded is one capture.
type loaded struct {
	source   capture.Source
	reader   capture.Reader // while it is being read
	listing  *listed        // if it is a text
	capture  *analyzer.Capture
	own      int             // warnings that are its own, not of comparing it with others
	layout   *capture.Layout // once it was read
	decoder  *wire.Decoder
	tracker  *flow.Tracker
	legs     []correlate.Leg // of connections whose addresses are translated within the capture
	activity activity
	again    again
	frame    analyzer.Frame // the hot loop's own, while reading
	packet   wire.Packet
}

// New returns a Session without captures.
func New() *Session { return &Session{} }

// SetVantage tells where the captures that are loaded next were taken;
// flow.VantageUnknown lets the packets tell.
func (s *Session) SetVantage(v flow.Vantage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.told = v; v == flow.VantageUnknown {
		s.told = ""
	}
}

// Unread returns the files that could not be read; texts without packets are
// told by Aside.
func (s *Session) Unread() []Unread {
	s.mu.Lock()
	defer s.mu.Unlock()
	unread, _ := aside(s.unread)
	return unread
}

// Report returns the report of everything that was loaded. It reads from the
// session: write it out before anything else is loaded.
func (s *Session) Report() *report.Report {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &s.report
}
