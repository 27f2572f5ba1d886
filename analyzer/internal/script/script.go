// Package script writes captures as text, for tests: a line a packet, after the
// notations of packetdrill and tcpdump. A script gives wire.Packets directly, and
// the same packets as frames or as a capture file, so that the whole path from
// bytes to findings can be tested with it. What a script gives is the same in
// every run.
//
//	client = 10.4.26.45:35582              # an alias: address, address:port or mac
//	server = 10.4.26.234:80 ttl 61         # with the TTL of what it sends (default 64)
//	link sll2                              # of what follows: ethernet (default) or sll2, as of tcpdump -i any
//	0.000    client > server S             # seconds since the start
//	+0.0002  server > client S.            # seconds since the line before
//	+0.0001  client > server .
//	+0.001   client > server P. len 100    # or: data "GET / HTTP/1.1\r\n"
//	+0.2     client > server again         # the client's last segment once more
//	req: +1  client > server P. len 10     # a label, for quote and copy
//	+0.001   10.4.26.1 > client icmp host-unreachable quote req
//	+0.001   copy req if 2 ttl 63          # the same packet, recorded again
//	+1       arp who-has 10.4.26.9 tell 10.4.26.45
//	+0       client > 10.4.0.10:53 dns A web.example   # an answer: dns A web.example nxdomain, or addresses
//	unsorted                               # the lines' order is the file's; file truncated, file dropped 5 are told by it
//	repeat 5 every 0.5                     # ${i} counts from 1; ${40000+i} is a sum
//	  +0 10.4.26.45:${40000+i} > server S
//	end
//
// Flags are tcpdump's: S F R P U E W and a dot for ACK. What a line leaves out
// follows from the packets before: sequence and acknowledgment numbers go on, a
// SYN repeats its number (new: a new connection), a RST without ACK takes its
// number from the segment that it answers, timestamps and window scaling stand
// where both SYNs had them. Attributes: seq N, ack N (@N counts from the ISN),
// win N, len N, data "…", <mss 1460,sackOK,ts 5 6,wscale 7,sack 1:2>, ttl N,
// tos N, id N, nodf, vlan N, if N (interface, from 1), in, out, other (direction of a
// cooked capture), bcast, csum good|bad|partial, cut N (bytes kept), new, unseen (sent, but lost before
// it came to where the capture was taken).
package script

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// Start is the time of second 0 of a script.
var Start = time.Date(2024, 3, 1, 10, 0, 0, 0, time.UTC)

// Script is a capture written as text.
type Script struct {
	link    analyzer.LinkType // of its first packet; a pcap file knows no other
	packets []*packet
	ordered bool // the lines' order is the file's, whatever their times
	broken  bool // the file ends inside a record
	dropped uint64
}

// packet is a decoded packet and what its frame needs beside it.
type packet struct {
	wire.Packet
	payload []byte
	ip      []byte // IP header and all that follows, as on the wire
	quoted  *packet
	vlan    uint16
	link    analyzer.LinkType
	cut     int // bytes of the frame that are kept; 0: all
	iface   uint32
	unseen  bool
	frame   []byte // on the wire, not cut
}

// Parse reads a script. An error names the line.
func Parse(text string) (*Script, error) {
	p := newParser()
	if err := p.lines(strings.Split(text, "\n"), 0); err != nil {
		return nil, err
	}
	s := &Script{link: p.link, packets: p.packets, ordered: p.ordered, broken: p.broken, dropped: p.dropped}
	return s, s.finish()
}

// MustParse is Parse for scripts that stand in a test.
func MustParse(text string) *Script {
	s, err := Parse(text)
	if err != nil {
		panic(err)
	}
	return s
}

// finish puts the packets into the file's order, numbers them and makes their frames.
func (s *Script) finish() error {
	s.packets = slices.DeleteFunc(s.packets, func(p *packet) bool { return p.unseen })
	if !s.ordered {
		slices.SortStableFunc(s.packets, func(a, b *packet) int { return cmp.Compare(a.Time, b.Time) })
	}
	offset := int64(pcapHeaderLen)
	for i, p := range s.packets {
		if i == 0 {
			s.link = p.link
		}
		if err := p.serialize(); err != nil {
			return fmt.Errorf("packet %d: %w", i+1, err)
		}
		p.Frame, p.Offset, p.WireLen = uint32(i+1), offset, uint32(len(p.frame))
		p.Cut = len(p.captured()) < len(p.frame)
		p.Packet.Payload = p.capturedPayload()
		offset += pcapRecordLen + int64(len(p.captured()))
	}
	return nil
}

// Packets returns the script's packets as the decoder would give them.
func (s *Script) Packets() []wire.Packet {
	out := make([]wire.Packet, len(s.packets))
	for i, p := range s.packets {
		out[i] = p.Packet
	}
	return out
}

// Frames returns the script's packets as frames.
func (s *Script) Frames() []analyzer.Frame {
	out := make([]analyzer.Frame, len(s.packets))
	for i, p := range s.packets {
		out[i] = analyzer.Frame{
			Number: p.Frame, Interface: p.Interface, Link: p.link, Time: p.Time,
			Offset: p.Offset, WireLen: p.WireLen, Data: p.captured(),
		}
	}
	return out
}

// Capture describes the script as a capture file.
func (s *Script) Capture() *analyzer.Capture {
	c := &analyzer.Capture{Name: "script", Format: "pcap-ns", LinkTypes: []analyzer.LinkType{s.link}}
	for _, p := range s.packets {
		if !slices.Contains(c.LinkTypes, p.link) {
			c.LinkTypes = append(c.LinkTypes, p.link)
		}
		for int(p.Interface) >= len(c.Interfaces) {
			c.Interfaces = append(c.Interfaces, analyzer.Interface{
				Name: fmt.Sprintf("eth%d", len(c.Interfaces)), Link: p.link, Resolution: time.Nanosecond,
			})
		}
		c.Packets++
		c.Bytes += uint64(p.WireLen)
		if c.Start == 0 || p.Time < c.Start {
			c.Start = p.Time
		}
		c.End = max(c.End, p.Time)
	}
	c.Truncated = s.broken
	if len(c.Interfaces) > 0 && s.dropped > 0 {
		c.Interfaces[0].Dropped, c.Interfaces[0].HasStats = s.dropped, true
	}
	return c
}

func (p *packet) captured() []byte {
	if p.cut > 0 && p.cut < len(p.frame) {
		return p.frame[:p.cut]
	}
	return p.frame
}

func (p *packet) capturedPayload() []byte {
	lost := len(p.frame) - len(p.captured())
	if lost >= len(p.payload) {
		return nil
	}
	return p.payload[:len(p.payload)-lost]
}
