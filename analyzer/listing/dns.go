package listing

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"wirewhy/analyzer/wire"
)

const (
	dnsPort = 53
	// maxAsked bounds the questions that wait for their answers.
	maxAsked = 4096
	// maxMessageLen is the longest DNS message over UDP that is made, bytes.
	maxMessageLen = 4096
)

// asked names the question that a response answers: tcpdump prints it with the
// query alone, unless it is told to be very verbose.
type asked struct {
	client, server wire.Addr
	port, id       uint16
}

// rcodes are tcpdump's words for response codes, by number (print-domain.c, ns_resp).
var rcodes = [...]string{"", "FormErr", "ServFail", "NXDomain", "NotImp", "Refused", "YXDomain", "YXRRSet", "NXRRSet", "NotAuth", "NotZone"}

// recordTypes are the types that are asked for, by number (IANA, DNS parameters).
var recordTypes = map[string]uint16{
	"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33, "SVCB": 64, "HTTPS": 65, "ANY": 255,
}

// Bits of a DNS header (RFC 1035 §4.1.1), and what records consist of beside.
const (
	dnsResponse  = 0x8000
	dnsTruncated = 0x0200
	dnsClass     = 1
	dnsPointer   = 0xc00c // to the question's name
)

// dns makes a message of what tcpdump prints of one, as far as that goes: the
// question, the response code and addresses; nil if it is none.
//
//	12345+ A? shop.example. (30)
//	12345 NXDomain* 0/1/0 (105)
//	12345 2/0/0 CNAME a.example., A 192.0.2.1 (61)
func (f *fields) dns(s string) []byte {
	p := f.p
	n, rest, ok := number(s)
	if !ok || n > 1<<16-1 || p.SrcPort != dnsPort && p.DstPort != dnsPort {
		return nil
	}
	words := strings.Fields(rest)
	key := asked{p.Src, p.Dst, p.SrcPort, uint16(n)}
	flags := uint16(0)
	at := slices.IndexFunc(words, func(w string) bool { return strings.Count(w, "/") == 2 })
	if at >= 0 { // a response: records of answer, authority, beside
		key = asked{p.Dst, p.Src, p.DstPort, uint16(n)}
		flags = dnsResponse
		if strings.Contains(rest[:min(len(rest), 4)], "|") {
			flags |= dnsTruncated
		}
		for _, w := range words[:at] {
			if code := slices.Index(rcodes[:], strings.TrimRight(w, "*-|$")); code > 0 {
				flags |= uint16(code)
				if strings.Contains(w, "|") {
					flags |= dnsTruncated
				}
			}
		}
	}
	question := question(words)
	switch {
	case question == nil:
		question = f.r.asked[key]
	case at < 0 && len(f.r.asked) < maxAsked:
		if f.r.asked == nil {
			f.r.asked = map[asked][]byte{}
		}
		f.r.asked[key] = question
	}
	if question == nil {
		return nil
	}
	b := make([]byte, 0, 128)
	for _, v := range [...]uint16{uint16(n), flags, 1, 0, 0, 0} {
		b = binary.BigEndian.AppendUint16(b, v)
	}
	b = append(b, question...)
	if at >= 0 {
		b = answers(b, words[at:])
	}
	if i := strings.LastIndexByte(s, '('); i >= 0 { // the length; what else it holds is not printed
		if n, _, ok := number32(s[i+1:]); ok && n <= maxMessageLen {
			b = append(b, make([]byte, max(int(n)-len(b), 0))...)
		}
	}
	return b
}

// question reads a question, "A? shop.example."; nil if there is none.
func question(words []string) []byte {
	for i, w := range words[:max(len(words)-1, 0)] {
		name, is := strings.CutSuffix(w, "?")
		kind := recordTypes[name]
		if n, err := strconv.ParseUint(strings.TrimPrefix(name, "Type"), 10, 16); err == nil {
			kind = uint16(n)
		}
		if !is || kind == 0 {
			continue
		}
		var b []byte
		for label := range strings.SplitSeq(strings.TrimRight(words[i+1], ".,"), ".") {
			if len(label) > 63 || len(b) > 190 {
				return nil
			}
			if label != "" {
				b = append(append(b, byte(len(label))), label...)
			}
		}
		b = append(b, 0)
		return binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(b, kind), dnsClass)
	}
	return nil
}

// answers appends the addresses of a response, "2/0/0 CNAME a.example., A 192.0.2.1",
// and an alias of no meaning where there are other records only.
func answers(b []byte, words []string) []byte {
	count, _, _ := number32(words[0])
	made := uint16(0)
	put := func(kind uint16, data []byte) {
		for _, v := range [...]uint16{dnsPointer, kind, dnsClass, 0, 0, uint16(len(data))} { // two are the time to live
			b = binary.BigEndian.AppendUint16(b, v)
		}
		b = append(b, data...)
		made++
	}
	if count > 0 && !slices.Contains(words, "A") && !slices.Contains(words, "AAAA") {
		put(recordTypes["CNAME"], []byte{0}) // of the root
	}
	for i := 1; i+1 < len(words) && len(b) < maxMessageLen; i++ {
		if words[i] != "A" && words[i] != "AAAA" {
			continue
		}
		if a, err := netip.ParseAddr(strings.TrimRight(words[i+1], ",")); err == nil && uint32(made) < count {
			put(recordTypes[words[i]], a.AsSlice())
		}
	}
	binary.BigEndian.PutUint16(b[6:], made)
	return b
}
