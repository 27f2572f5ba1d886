// Package dissect decodes one frame into a tree of layers for people, on demand.
//
// Which headers a frame has, and where, is package wire's knowledge, so that list
// and detail never disagree; their fields are told here, in words of our own for
// the headers that wire reads, and by gopacket for what lies beyond them. Nothing
// of it can fail: bytes that make no sense are shown as bytes.
package dissect

import (
	"fmt"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// Layer is one protocol's part of a frame.
type Layer struct {
	Name    string // "IPv4"
	Summary string // what matters of it, in one line
	Offset  int    // of its first byte in Frame.Data
	Len     int    // bytes of the header; of all of it, where there is no payload
	Fields  []Field
}

// Field is one value in a layer. A Len of 0 means that it has no place of its own
// in the frame.
type Field struct {
	Name     string
	Value    string
	Offset   int // in Frame.Data
	Len      int
	Children []Field
}

// maxFields bounds what one layer tells, children included.
const maxFields = 1000

// tellers is the dispatch table: who tells the fields of a header that wire names.
var tellers = map[string]func(*block){
	"Ethernet": tellEthernet, "Linux cooked": tellSLL, "Linux cooked v2": tellSLL2, "Loopback": tellNull,
	"PPP": tellPPP, "Cisco HDLC": tellHDLC, "Frame Relay": tellFrameRelay, "NFLOG": tellNFLOG, "IP over InfiniBand": tellIPOIB,
	"LLC": tellLLC, "VLAN": tellVLAN, "MPLS": tellMPLS, "PPPoE": tellPPPoE, "I-TAG": tellITag, "NSH": tellNSH,
	"802.11": tellWLAN, "Radiotap": tellRadiotap, "ARP": tellARP,
	"IPv4": tellIPv4, "IPv6": tellIPv6, "Hop-by-hop options": tellExtension, "IPv6 extension": tellExtension,
	"Routing": tellRouting, "Fragment": tellFragment, "Authentication": tellAuthentication,
	"GRE": tellGRE, "ERSPAN II": tellERSPAN2, "ERSPAN III": tellERSPAN3,
	"TCP": tellTCP, "UDP": tellUDP, "ICMP": tellICMP, "ICMPv6": tellICMP,
}

// Frame returns the layers of a frame, from the outside in. The first one is the
// record itself; bytes that nobody understood are the last.
func Frame(f *analyzer.Frame) []Layer {
	var p wire.Packet
	d := wire.NewDecoder(wire.Config{})
	headers := d.Headers(f, &p)
	d.Checksum(&p)
	t := &tree{frame: f, packet: &p, end: len(f.Data)}
	t.record()
	for i, h := range headers {
		end := h.Offset + h.Len
		if i == len(headers)-1 {
			end = len(f.Data)
		}
		t.header(h.Name, h.Offset, end, i == len(headers)-1)
	}
	if len(headers) == 0 {
		t.payload(0, t.end, linkTypes[f.Link])
	}
	t.raw("Trailer", t.end, len(f.Data))
	return t.layers
}

// tree collects the layers of a frame.
type tree struct {
	frame  *analyzer.Frame
	packet *wire.Packet
	layers []Layer
	end    int // where the packet ends in the frame, as its headers have it so far: padding and check sequence follow
}

// record tells what the capture file says of the frame.
func (t *tree) record() {
	f := t.frame
	l := Layer{Name: "Frame", Len: len(f.Data), Summary: fmt.Sprintf("%d bytes on the wire, %d captured", f.WireLen, len(f.Data))}
	l.Fields = []Field{
		{Name: "Number", Value: fmt.Sprint(f.Number)},
		{Name: "Length on the wire", Value: fmt.Sprint(f.WireLen)},
		{Name: "Captured length", Value: fmt.Sprint(len(f.Data))},
		{Name: "Link type", Value: fmt.Sprintf("%s (%d)", f.Link, uint32(f.Link))},
	}
	if f.Time != 0 {
		l.Fields = append(l.Fields, Field{Name: "Time", Value: f.Time.Time().Format("2006-01-02 15:04:05.000000000 UTC")})
	}
	if f.Comment != "" {
		l.Fields = append(l.Fields, Field{Name: "Comment", Value: f.Comment})
	}
	t.layers = append(t.layers, l)
}

// header tells one header in [offset, end); after the last one it goes on with
// what that header says it carries.
func (t *tree) header(name string, offset, end int, last bool) {
	b := &block{tree: t, data: t.frame.Data, at: offset, end: max(offset, min(end, t.end)), last: last}
	b.layer = Layer{Name: name, Offset: offset}
	if tell := tellers[name]; tell != nil {
		tell(b)
	}
	if b.payload > 0 && b.at+b.payload < t.end {
		t.end = b.at + b.payload
		b.end = max(offset, min(b.end, t.end))
	}
	b.layer.Len = min(b.used, b.end-b.at)
	if !last && b.carries == nil {
		b.layer.Len = b.end - b.at
	}
	t.layers = append(t.layers, b.layer)
	rest := offset + b.layer.Len
	switch {
	case rest >= b.end:
	case b.carries != nil:
		b.carries(b, rest)
	default:
		t.payload(rest, b.end, b.next)
	}
}

// raw tells bytes that nobody reads.
func (t *tree) raw(name string, offset, end int) {
	if offset >= end {
		return
	}
	t.layers = append(t.layers, Layer{Name: name, Summary: bytesOf(end - offset), Offset: offset, Len: end - offset})
}

func bytesOf(n int) string {
	if n == 1 {
		return "1 byte"
	}
	return fmt.Sprintf("%d bytes", n)
}
