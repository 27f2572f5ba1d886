package listing

import (
	"bufio"
	"bytes"
	"io"
	"strings"
)

// head is a line that begins a packet.
type head struct {
	stamp    stamp
	body     string // what follows the time
	indented bool   // the line began with a space or a tab
	numbered bool   // a line number stood in front
	strong   bool   // nothing but tcpdump prints such lines
}

// parseHead reads a line that begins a packet: what people's tools put in front,
// a line number, a time, and the beginning of what tcpdump says of a packet.
func parseHead(s string) (head, bool) {
	if len(s) < 8 {
		return head{}, false
	}
	for _, try := range [...]string{s, unquoted(s)} {
		if h, ok := parseNumbered(try); ok {
			h.indented = !h.numbered && (s[0] == ' ' || s[0] == '\t')
			return h, true
		}
	}
	return parsePrefixed(s)
}

// unquoted takes off the marks of quotations in mails and chats.
func unquoted(s string) string {
	for {
		t := strings.TrimLeft(s, " \t")
		if t == "" || t[0] != '>' && t[0] != '|' {
			return s
		}
		s = strings.TrimPrefix(t[1:], " ")
	}
}

// parseNumbered reads a line with or without a line number in front.
func parseNumbered(s string) (head, bool) {
	if h, ok := parseTimed(s); ok {
		return h, true
	}
	t := strings.TrimLeft(s, " \t")
	closing := byte(0)
	switch {
	case strings.HasPrefix(t, "["):
		closing, t = ']', t[1:]
	case strings.HasPrefix(t, "("):
		closing, t = ')', t[1:]
	}
	_, rest, ok := number(t)
	if !ok || rest == "" {
		return head{}, false
	}
	switch c := rest[0]; {
	case closing != 0 && c != closing:
		return head{}, false
	case c == ' ', c == '\t', c == ':', c == '.', c == ')', c == ']', c == '|':
	default:
		return head{}, false
	}
	h, ok := parseTimed(rest[1:])
	h.numbered = true
	return h, ok
}

// parsePrefixed looks for a time further on, behind what log collectors put in
// front of each line.
func parsePrefixed(s string) (head, bool) {
	const farthest = 100
	for i := 1; i < len(s) && i < farthest; i++ {
		if c := s[i]; c < '0' || c > '9' || s[i-1] >= '0' && s[i-1] <= '9' || s[i-1] == '.' || s[i-1] == ':' || s[i-1] == '-' {
			continue
		}
		t, rest, ok := parseStamp(s[i:])
		if !ok || t.form == formDelta {
			continue
		}
		rest = strings.TrimLeft(rest, " \t")
		if starts, strong := startsPacket(rest); starts && strong {
			return head{stamp: t, body: rest, strong: true}, true
		}
	}
	return head{}, false
}

// parseTimed reads a line that begins with a time, or, after -t, without.
func parseTimed(s string) (head, bool) {
	t, rest, ok := parseStamp(s)
	if ok {
		rest = strings.TrimLeft(rest, " \t")
		starts, strong := startsPacket(rest)
		if t.form == formDelta && !strong {
			return head{}, false
		}
		return head{stamp: t, body: rest, strong: strong}, starts
	}
	body := strings.TrimLeft(s, " \t")
	starts, strong := startsPacket(body)
	if !starts || !strong {
		return head{}, false
	}
	return head{body: body, strong: strong}, true
}

// otherStarts are the beginnings of packets that are none of IP or ARP, after a
// time (tcpdump 4.99, the printers of link-layer protocols).
var otherStarts = [...]string{
	"STP ", "LLDP,", "EAPOL", "CDPv", "MPLS ", "PPPoE ", "LLC,", "LLC ", "802.1", "Loopback,", "Unknown ", "[|", "IS-IS", "ISO",
	"RARP", "DTP", "LACPv", "MACSEC", "IPX ", "Slow ", "ethertype ", "unknown ", "AARP", "VTP", "UDLD", "SNAP", "M_", "FRF", "LCP,", "IPCP", "CHAP", "PAP",
}

// startsPacket reports whether s begins like a packet, and whether nothing else
// begins like that.
func startsPacket(s string) (starts, strong bool) {
	if _, _, rest, ok := columns(s); ok {
		s = rest
	}
	w, rest := word(s)
	switch w {
	case "IP", "IP6":
		return true, rest == "" || rest[0] == '(' || strings.Contains(rest, " > ") || strings.HasPrefix(rest, "truncated")
	case "IP,", "IP6,", "ARP,", "arp":
		return true, true
	case "ifindex":
		return true, true
	case "ip:", "ip6:": // -e of raw IP
		return true, looksLikePair(rest) || strings.HasPrefix(rest, "(")
	case "AF": // -e of loopback interfaces: AF IPv4 (2), length 64:
		return true, strings.HasPrefix(rest, "IPv")
	}
	if _, after, ok := mac(s); ok {
		return true, strings.HasPrefix(after, " ") && (strings.Contains(after, "ethertype") || strings.Contains(after, ", length ") || strings.Contains(after, " > "))
	}
	if looksLikePair(s) {
		return true, strings.Contains(s, "Flags [") || isOldTCP(s)
	}
	for _, o := range otherStarts {
		if strings.HasPrefix(s, o) {
			return true, false
		}
	}
	return false, false
}

// looksLikePair reports whether s begins with two endpoints: a > b:
func looksLikePair(s string) bool {
	src, rest := word(s)
	if arrow, after := word(rest); arrow == ">" {
		dst, _ := word(after)
		return strings.ContainsAny(src, ".:") && strings.HasSuffix(dst, ":")
	}
	return false
}

// isOldTCP reports whether what follows the endpoints is how tcpdump before 4.0
// printed a TCP segment.
func isOldTCP(s string) bool {
	_, after, ok := strings.Cut(s, ": ")
	return ok && oldFlags(after)
}

// utf8Of returns the beginning of a text as UTF-8.
func utf8Of(head []byte) string {
	b, _ := io.ReadAll(decoded(bufio.NewReader(bytes.NewReader(head))))
	return string(b)
}

// Looks reports whether a text that begins with head is a listing of tcpdump's.
// 4 KiB are enough, unless much else stands before it.
func Looks(head []byte) bool {
	for s := range strings.SplitSeq(utf8Of(head), "\n") {
		s = clean([]byte(s))
		if h, ok := parseHead(s); ok && h.strong {
			return true
		}
		if k, _ := chatterOf(s); k >= chatterListening {
			return true
		}
	}
	return false
}
