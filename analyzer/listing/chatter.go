package listing

import (
	"strings"

	"wirewhy/analyzer"
)

// chatter is a line that is no packet and means no loss: what tcpdump and the
// shell say around the packets, and the marks of the text's own format.
type chatter uint8

const (
	chatterNone      chatter = iota
	chatterPlain             // prompts, fences, blank lines
	chatterListening         // tcpdump: listening on eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes
	chatterCaptured          // 5 packets captured
	chatterReceived          // 10 packets received by filter
	chatterDropped           // 2 packets dropped by kernel, by interface
)

// statistics is what tcpdump said about the capture.
type statistics struct {
	device   string
	link     string
	snapLen  uint32
	received uint64
	dropped  uint64
	told     bool
}

// chatterOf recognises a line and returns its number, or what follows its first
// words.
func chatterOf(s string) (chatter, string) {
	s = strings.TrimSpace(s)
	if s == "" || strings.HasPrefix(s, "```") || strings.HasPrefix(s, "~~~") || strings.Trim(s, "-=*.…^C ") == "" {
		return chatterPlain, ""
	}
	s = strings.TrimPrefix(s, "^C")
	said := strings.TrimPrefix(s, "tcpdump: ")
	if _, rest, ok := strings.Cut(said, "listening on "); ok && len(said)-len(rest) == len("listening on ") && (len(said) < len(s) || strings.Contains(rest, "link-type")) {
		return chatterListening, rest
	}
	if strings.HasPrefix(said, "reading from file ") && strings.Contains(said, "link-type") {
		_, rest, _ := strings.Cut(said, ", ")
		return chatterListening, ", " + rest
	}
	if len(said) < len(s) || strings.HasPrefix(s, "dropped privs to ") {
		return chatterPlain, ""
	}
	if n, rest, ok := number(s); ok && n < 1<<63 {
		rest = strings.Replace(rest, " packet ", " packets ", 1)
		switch strings.TrimSpace(rest) {
		case "packets captured":
			return chatterCaptured, s
		case "packets received by filter":
			return chatterReceived, s
		case "packets dropped by kernel", "packets dropped by interface":
			return chatterDropped, s
		}
	}
	if isPrompt(s) {
		return chatterPlain, ""
	}
	return chatterNone, ""
}

// isPrompt recognises a shell's line that starts tcpdump, or one that is empty.
func isPrompt(s string) bool {
	last := s[len(s)-1]
	if (last == '$' || last == '#' || last == '%') && len(s) < 100 && !strings.Contains(s, ": ") {
		return true
	}
	for _, command := range [...]string{"tcpdump ", "tshark ", "kubectl ", "ssh ", "exit", "nsenter ", "docker ", "cat ", "logout"} {
		if i := strings.Index(s, command); i == 0 || i > 0 && strings.ContainsAny(s[:i], "$#%") {
			return true
		}
	}
	return strings.HasPrefix(s, "tcpdump")
}

// chatter takes a line that is no packet; false if it means nothing to the reader.
func (r *Reader) chatter(s string) bool {
	kind, rest := chatterOf(s)
	if r.again {
		return kind != chatterNone
	}
	x := &r.stats
	switch kind {
	case chatterNone:
		return false
	case chatterListening:
		x.listening(rest)
	case chatterReceived:
		n, _, _ := number(rest)
		x.received, x.told = x.received+n, true
	case chatterDropped:
		n, _, _ := number(rest)
		x.dropped, x.told = x.dropped+n, true
	}
	return true
}

// listening reads: eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes.
// Before 4.99 it was the capture size.
func (x *statistics) listening(s string) {
	for i, part := range strings.Split(s, ", ") {
		link, isLink := strings.CutPrefix(part, "link-type ")
		snap, isSnap := strings.CutPrefix(part, "snapshot length ")
		if !isSnap {
			snap, isSnap = strings.CutPrefix(part, "capture size ")
		}
		switch {
		case isLink:
			x.link, _ = word(link)
		case isSnap:
			if n, _, ok := number32(snap); ok {
				x.snapLen = n
			}
		case i == 0 && len(part) < 64:
			x.device = part
		}
	}
}

// apply gives the counts to the interface; tcpdump counts all of them together.
func (x *statistics) apply(c *analyzer.Capture) {
	if !x.told {
		return
	}
	if len(c.Interfaces) == 0 {
		c.Interfaces = append(c.Interfaces, analyzer.Interface{Name: x.device, Link: linkNamed(x.link, analyzer.LinkRaw), SnapLen: x.snapLen})
	}
	i := &c.Interfaces[0]
	i.Received, i.Dropped, i.HasStats = x.received, x.dropped, true
}

// linkNamed returns the link type with libpcap's name, another one if it is not
// known.
func linkNamed(name string, otherwise analyzer.LinkType) analyzer.LinkType {
	for _, l := range [...]analyzer.LinkType{
		analyzer.LinkNull, analyzer.LinkEthernet, analyzer.LinkPPP, analyzer.LinkRaw, analyzer.LinkLoop, analyzer.LinkLinuxSLL,
		analyzer.LinkLinuxSLL2, analyzer.LinkIEEE80211, analyzer.LinkRadiotap, analyzer.LinkIPv4, analyzer.LinkIPv6, analyzer.LinkNFLOG,
	} {
		if l.String() == name {
			return l
		}
	}
	return otherwise
}
