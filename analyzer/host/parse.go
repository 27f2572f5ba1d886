package host

import (
	"bytes"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	// MaxLen is the longest text that is read, in bytes: a sysctl -a of a large
	// machine has 100 kB, a conntrack -L of a busy one some MB.
	MaxLen = 16 << 20
	// maxFacts bounds the facts of one text; conntrack -L and iptables-save of a node
	// with thousands of services are the longest.
	maxFacts    = 60000
	maxBlocks   = 2000
	maxUnread   = 50
	maxTextLen  = 300
	maxLineLen  = 1 << 20
	maxSplitLen = 200 // bytes of a line that may hold several lines
)

// format is the output of one command. It begins with a line that starts
// recognises; open returns what reads its lines.
type format struct {
	command string
	starts  func(line string) bool
	open    func(p *parser) reader
}

// reader reads the lines of one block. read returns false for a line that does not
// belong to it.
type reader interface {
	read(p *parser, line string) bool
}

// formats in the order in which they are tried: those with the plainest marks first.
var formats = []format{
	formatIptables, formatIptablesSave, formatNft, formatProcNet, formatNetstat, formatConntrackStats, formatConntrack,
	formatIPLink, formatEthtoolFeatures, formatEthtoolStats, formatSS, formatNetstatSockets, formatNstat, formatSysctl,
	formatUname, formatKernelLog, formatEnvoy, formatRoute,
}

// Parse reads a text. It returns false if nothing in it was recognised. name is
// the file's: words like "before", "after", "client", "server" in it tell which
// snapshot and whose it is.
func Parse(name string, text []byte) (*Evidence, bool) {
	p := &parser{ev: &Evidence{Name: name}}
	if len(text) > MaxLen {
		text, p.ev.Cut = text[:MaxLen], true
	}
	text = decode(text)
	for len(text) > 0 {
		line, rest, _ := bytes.Cut(text, []byte{'\n'})
		text = rest
		p.number++
		p.physical(string(line[:min(len(line), maxLineLen)]))
	}
	p.end()
	return p.ev, len(p.ev.Blocks) > 0
}

// decode brings UTF-16 with a byte order mark, as Windows saves it, to UTF-8.
func decode(b []byte) []byte {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if len(b) < 2 || !(b[0] == 0xff && b[1] == 0xfe || b[0] == 0xfe && b[1] == 0xff) {
		return b
	}
	little := b[0] == 0xff
	out := make([]byte, 0, len(b)/2)
	for i := 2; i+1 < len(b); i += 2 {
		r := rune(b[i])<<8 | rune(b[i+1])
		if little {
			r = rune(b[i+1])<<8 | rune(b[i])
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}

// parser is one call of Parse.
type parser struct {
	ev      *Evidence
	number  int    // of the line
	line    string // as it stands
	command string // as the last prompt had it
	host    string
	time    time.Time
	format  *format
	reader  reader
	opened  bool // the current block was added to the evidence
}

// physical takes one line of the text, which may hold several lines whose breaks
// were lost.
func (p *parser) physical(line string) {
	line = strings.TrimRight(plain(line), " \t\r")
	p.line = line
	if strings.TrimSpace(line) == "" {
		return
	}
	if host, command, ok := prompt(line); ok {
		p.end()
		p.host, p.command = host, command
		return
	}
	if len(line) > maxSplitLen {
		for _, l := range split(line) {
			p.logical(l)
		}
		return
	}
	p.logical(line)
}

func (p *parser) logical(line string) {
	if p.reader != nil && p.reader.read(p, line) {
		return
	}
	if p.answer(line) {
		return
	}
	for i := range formats {
		f := &formats[i]
		if !f.starts(line) {
			continue
		}
		before, format, opened := p.reader, p.format, p.opened
		p.format, p.opened = f, false
		p.reader = f.open(p)
		if p.reader.read(p, line) {
			return
		}
		p.reader, p.format, p.opened = before, format, opened
	}
	if t, ok := clockLine(line); ok {
		p.end()
		p.time = t
		return
	}
	p.unread()
}

// end ends the current block.
func (p *parser) end() { p.reader, p.format, p.opened = nil, nil, false }

// block returns the current block, which begins with its first fact.
func (p *parser) block() *Block {
	if !p.opened && len(p.ev.Blocks) < maxBlocks {
		p.ev.Blocks = append(p.ev.Blocks, Block{Command: p.format.command, Host: p.host, Line: p.number, Time: p.time})
		p.opened = true
	}
	return &p.ev.Blocks[len(p.ev.Blocks)-1]
}

// fact adds a fact of the current line.
func (p *parser) fact(f Fact) {
	b := p.block()
	if len(p.ev.Facts) >= maxFacts {
		p.ev.Cut = true
		return
	}
	f.Source, f.Line, f.Text, f.Block = p.ev.Name, p.number, cut(strings.TrimSpace(p.line)), len(p.ev.Blocks)-1
	b.Facts++
	p.ev.Facts = append(p.ev.Facts, f)
}

// last returns the fact that was added last, if it belongs to the current block.
func (p *parser) last() *Fact {
	n := len(p.ev.Facts)
	if !p.opened || n == 0 || p.ev.Facts[n-1].Block != len(p.ev.Blocks)-1 {
		return nil
	}
	return &p.ev.Facts[n-1]
}

func (p *parser) unread() {
	p.ev.UnreadCount++
	if n := len(p.ev.Unread); n < maxUnread && (n == 0 || p.ev.Unread[n-1].Number != p.number) {
		p.ev.Unread = append(p.ev.Unread, Line{p.number, cut(strings.TrimSpace(p.line))})
	}
}

// cut bounds the length of a line that is kept.
func cut(s string) string {
	if len(s) <= maxTextLen {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	return strings.ToValidUTF8(s[:maxTextLen], "") + "…"
}

// plain takes off the escape sequences that colour a terminal's text (ECMA-48 §5.4).
func plain(s string) string {
	if !strings.Contains(s, "\x1b[") {
		return s
	}
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(s, "\x1b[")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		s = strings.TrimLeft(after, "0123456789;?")
		if s != "" {
			s = s[1:]
		}
	}
}
