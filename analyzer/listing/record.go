package listing

import (
	"strings"
)

const (
	// maxRecordLen bounds the text of one packet, and maxDetails its lines beyond
	// the first: -X of a segment of 64 KiB has 4,096.
	maxRecordLen = 512 << 10
	maxDetails   = 64
	maxDumpLen   = 256 << 10
	// maxJoined bounds the lines that a packet's own text is broken into: a window
	// of ten columns would need some thirty.
	maxJoined = 48
)

// record is the text of one packet.
type record struct {
	stamp   stamp
	first   string   // its first line, as it stands
	body    string   // what follows the time, with wrapped lines joined
	details []string // lines of -v that follow it
	dump    []byte   // bytes of -x and -X
	payload bool     // -A: what follows is the packet's bytes
	offset  int64    // in the text
	number  int      // of its first line
	raw     []byte   // its lines
	joined  int      // lines that its own text goes on over
}

// record returns the next packet's lines; nil after the last one.
func (r *Reader) record() *record {
	rec := r.pending
	r.pending = nil
	for {
		l, ok, err := r.lines.next()
		if err != nil {
			r.err = err
		}
		if !ok {
			return rec
		}
		h, is := parseHead(l.text)
		switch {
		case is && rec != nil && h.stamp.form == formNone && rec.takesUntimed(h):
			r.follow(rec, l)
		case is:
			next := newRecord(h, l)
			if rec != nil {
				r.pending = next
				return rec
			}
			rec = next
		case rec == nil:
			if !r.chatter(unquotedDetail(l.text)) {
				r.notes.skip(l.number, l.text)
			}
		default:
			r.follow(rec, l)
		}
	}
}

func newRecord(h head, l line) *record {
	return &record{stamp: h.stamp, first: l.text, body: h.body, offset: l.offset, number: l.number, raw: []byte(l.text)}
}

// takesUntimed reports whether a line without a time belongs to this packet: what
// a tunnel carries and what an ICMP error quotes stand on lines of their own.
func (rec *record) takesUntimed(h head) bool {
	if rec.stamp.form != formNone {
		return true
	}
	return h.indented || carries(rec.body) || incomplete(rec.body)
}

// follow takes a line after a packet's first one.
func (r *Reader) follow(rec *record, l line) {
	keep := func() {
		if len(rec.raw)+len(l.text) < maxRecordLen {
			rec.raw = append(append(rec.raw, '\n'), l.text...)
		}
	}
	s := unquotedDetail(l.text)
	if strings.TrimSpace(s) == "" {
		return
	}
	if b, ok := dumpLine(s, len(rec.dump)); ok {
		if len(rec.dump)+len(b) < maxDumpLen {
			rec.dump = append(rec.dump, b...)
		}
		keep()
		return
	}
	if rec.goesOn(s) {
		rec.join(s)
		keep()
		return
	}
	if isHeaderText(s) && len(rec.details) == 0 && len(rec.dump) == 0 {
		rec.payload = true
	}
	if k, _ := chatterOf(s); (k >= chatterListening || k != chatterNone && !rec.payload) && r.chatter(s) {
		return
	}
	switch {
	case !rec.payload && carries(rec.body) && startsInner(strings.TrimSpace(s)):
		rec.body += "\n" + strings.TrimSpace(s)
	case s[0] == ' ' || s[0] == '\t':
		if len(rec.details) < maxDetails {
			rec.details = append(rec.details, s)
		}
	case rec.payload:
	case s[0] == '`' || s[0] == '.': // -A: the first byte of an IPv6 header, or of an ARP message
		rec.payload = true
	case completes(rec.body, s):
		rec.body += strings.TrimSpace(s)
	default:
		r.notes.skip(l.number, l.text)
		return
	}
	keep()
}

// unquotedDetail takes off a quotation's marks, unless what follows is a payload
// that may begin with one.
func unquotedDetail(s string) string {
	if strings.HasPrefix(s, "> ") || strings.HasPrefix(s, ">\t") {
		return s[2:]
	}
	if s == ">" {
		return ""
	}
	return s
}

// isHeaderText reports whether s is what -A prints of an IPv4 header: its first byte
// as a character, E where it has no options, and dots for what is none.
func isHeaderText(s string) bool {
	return len(s) > 1 && s[0] >= 'E' && s[0] <= 'O' && (s[1] == '.' || strings.Contains(s, ".."))
}

// goesOn reports whether s continues the packet's own text.
func (rec *record) goesOn(s string) bool {
	if rec.payload || rec.joined >= maxJoined || !incomplete(rec.body) {
		return false
	}
	k, _ := chatterOf(s)
	return k == chatterNone
}

// carries reports whether the text ends with a tunnel whose packet stands on the
// next line.
func carries(body string) bool {
	for _, kind := range [...]string{": VXLAN,", ": OTV,", ": GREv", ": Geneve,", "] VXLAN,", "] OTV,", "] Geneve,"} {
		if i := strings.LastIndex(body, kind); i >= 0 {
			return innerAt(body[i+2:]) < 0
		}
	}
	return false
}

// incomplete reports whether a packet's text goes on in the next line.
func incomplete(body string) bool {
	if i := strings.LastIndexByte(body, '\n'); i >= 0 {
		body = body[i+1:]
	}
	switch {
	case carries(body):
		return false
	case strings.HasSuffix(body, "Flags ["):
		return true
	case strings.Contains(body, "[|"): // cut by the snap length
		return false
	}
	if i := strings.LastIndex(body, "Flags ["); i >= 0 {
		_, after, ok := strings.Cut(body[i:], ", length ")
		return !ok || after == "" || after[0] < '0' || after[0] > '9'
	}
	if strings.HasPrefix(body, "ARP,") || strings.HasPrefix(body, "arp ") || strings.Contains(body, "ethertype ARP") {
		return strings.HasSuffix(body, ",")
	}
	ip := body
	if _, _, rest, ok := columns(ip); ok {
		ip = rest
	}
	if strings.HasPrefix(ip, "(") {
		ip = "IP " + ip
	}
	w, rest := word(ip)
	switch w {
	case "ip:", "ip6:":
		ip = "IP " + rest
	case "AF":
		_, rest, _ = strings.Cut(ip, ": ")
		ip = "IP " + rest
	}
	w, _ = word(ip)
	_, _, isMAC := mac(ip)
	if w != "IP" && w != "IP6" && w != "ifindex" && !isMAC && !looksLikePair(ip) {
		return false
	}
	if isMAC || w == "ifindex" {
		_, after, ok := strings.Cut(ip, "IPv4 (0x0800)")
		if !ok {
			_, after, ok = strings.Cut(ip, "IPv6 (0x86dd)")
		}
		if !ok {
			return false
		}
		ip = after
	}
	_, pair, ok := strings.Cut(ip, " > ")
	if !ok {
		return true
	}
	_, what, ok := strings.Cut(pair, ": ")
	if !ok || strings.HasPrefix("Flags [", what) || strings.Trim(what, "SFRPWEU.") == "" {
		return true
	}
	if strings.HasPrefix(what, "IP ") || strings.HasPrefix(what, "IP6 ") || strings.HasPrefix(what, "(") {
		return incomplete(what) // IP in IP
	}
	if oldFlags(what) {
		return !strings.Contains(what, "win ") || strings.Count(what, "<") > strings.Count(what, ">")
	}
	return strings.HasSuffix(what, ",")
}

// completes reports whether s is the rest of a length that was cut by the end of
// a line: the length then agrees with the sequence numbers.
func completes(body, s string) bool {
	if _, rest, ok := number(s); !ok || rest != "" && rest[0] != ':' {
		return false
	}
	_, tcp, ok := strings.Cut(body, "Flags [")
	if !ok {
		return false
	}
	_, after, ok := strings.Cut(tcp, ", length ")
	n, rest, isNumber := number(after)
	if !ok || !isNumber || rest != "" {
		return false
	}
	_, seq, ok := strings.Cut(tcp, "seq ")
	from, seq, ok2 := number32(seq)
	seq, ok3 := strings.CutPrefix(seq, ":")
	to, _, ok4 := number32(seq)
	if !ok || !ok2 || !ok3 || !ok4 || uint64(to-from) == n {
		return false
	}
	whole, _, ok := number(after + s)
	return ok && uint64(to-from) == whole
}

// joints are the words of a packet's text between which a line may be broken.
var joints = map[string]bool{
	"IP": true, "IP6": true, "Flags": true, "seq": true, "ack": true, "win": true, "options": true, "length": true, "urg": true, "val": true,
	"ecr": true, "TS": true, "mss": true, "wscale": true, "sack": true, "sackOK": true, "cksum": true, "HTTP": true, "ARP": true, "Request": true,
	"Reply": true, "who-has": true, "tell": true, "is-at": true, "ICMP": true, "ICMP6": true, "UDP": true, ">": true, "In": true, "Out": true,
	"tos": true, "ttl": true, "id": true, "offset": true, "flags": true, "proto": true, "TCP": true, "->": true, "tcp": true, "port": true,
	"unreachable": true, "host": true, "unreachable,": true, "ethertype": true, "IPv4": true, "IPv6": true,
}

// join appends a line to a packet's text that goes on. Terminals break lines
// anywhere, mail programs at spaces: whether a space belongs between the two is
// told by the words on both sides.
func (rec *record) join(s string) {
	if len(rec.body)+len(s) > maxLineLen {
		return
	}
	rec.joined++
	trimmed := strings.TrimLeft(s, " \t")
	spaced := len(trimmed) < len(s) || rec.body == "" || strings.HasSuffix(rec.body, " ") || !gluable(rec.body, trimmed)
	if spaced {
		rec.body = strings.TrimRight(rec.body, " ") + " "
	}
	rec.body += trimmed
}

// gluable reports whether the end of a and the start of b are one word.
func gluable(a, b string) bool {
	tail := a[strings.LastIndexAny(a, " \t")+1:]
	head, _ := word(b)
	if tail == "" || head == "" || strings.HasSuffix(tail, ">") || head[0] == '>' || strings.HasSuffix(tail, ")") || head[0] == '(' || head[0] == '[' {
		return false
	}
	if strings.HasSuffix(tail, ",") { // in a list of options no space follows a comma, elsewhere one does
		return strings.LastIndex(a, "[") > strings.LastIndex(a, "]") || strings.LastIndex(a, "<") > strings.LastIndex(a, ">")
	}
	left := strings.Trim(tail[strings.LastIndexByte(tail, ',')+1:], ":[]()<")
	right, _, _ := strings.Cut(head, ",")
	right = strings.Trim(right, ":[]()<>")
	return joints[left+right] || !joints[left] && !joints[right]
}
