package script

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

const exchange = `
client = 10.4.26.45:35582
server = 10.4.26.234:80 ttl 61
0.5 client > server S
+0.0002 server > client S.
+0.0001 client > server .
req: +0.001 client > server P. data "GET / HTTP/1.1\r\n\r\n"
+0.0001 server > client .
+0.2 client > server again
+0.001 server > client R.
+0.001 10.4.26.1 > client icmp host-unreachable quote req
+0.001 copy req if 2 ttl 63
+0.1 arp who-has 10.4.26.9 tell 10.4.26.45
+0 client > 10.4.0.10:53 dns A web.example nxdomain
repeat 3 every 0.5
  +0 10.4.26.45:${40000+i} > server S
  +0.001 server > 10.4.26.45:${40000+i} R.
end
+0 [2001:db8::1]:4000 > [2001:db8::2]:443 S vlan 7
+0.001 [2001:db8::9]:0 > [2001:db8::1]:0 icmp port-unreachable
`

func TestNumbersFollowFromThePacketsBefore(t *testing.T) {
	k := MustParse(exchange).Packets()
	syn, synAck, ack, req, reqAck, again, reset := k[0].TCP, k[1].TCP, k[2].TCP, k[3].TCP, k[4].TCP, k[5].TCP, k[6].TCP
	if synAck.Ack != syn.Seq+1 || ack.Seq != syn.Seq+1 || ack.Ack != synAck.Seq+1 || req.Seq != ack.Seq {
		t.Errorf("handshake: %+v %+v %+v", syn, synAck, ack)
	}
	if reqAck.Ack != req.Seq.Add(req.PayloadLen) || again.Seq != req.Seq || again.PayloadLen != req.PayloadLen {
		t.Errorf("request %+v, ACK %+v, again %+v", req, reqAck, again)
	}
	if again.TSval != req.TSval+200 && again.TSval != req.TSval+201 {
		t.Errorf("timestamp of the repetition: %d after %d", again.TSval, req.TSval)
	}
	if reset.Seq != reqAck.Seq || reset.Ack != reqAck.Ack || reset.Window == 0 || reset.Options != wire.OptTimestamps {
		t.Errorf("reset of a living socket: %+v", reset)
	}
	if k[0].Time != analyzer.Timestamp(Start.UnixNano()).Add(500*time.Millisecond) || k[1].TTL != 61 || k[0].TTL != 64 {
		t.Errorf("time %d, TTLs %d %d", k[0].Time, k[0].TTL, k[1].TTL)
	}
}

func TestResetOfARefusedSYN(t *testing.T) {
	k := MustParse("0 10.0.0.1:4000 > 10.0.0.2:80 S seq 99\n+0.001 10.0.0.2:80 > 10.0.0.1:4000 R.").Packets()
	if r := k[1].TCP; r.Seq != 0 || r.Ack != 100 || r.Window != 0 || r.Options != 0 || k[1].IPID != 0 {
		t.Errorf("%+v, IP ID %d", r, k[1].IPID)
	}
}

func TestResetToAForeignAnswer(t *testing.T) {
	k := MustParse("0 10.0.0.1:4000 > 10.0.0.2:80 S seq 99\n+0.001 10.0.0.3:80 > 10.0.0.1:4000 S.\n+0 10.0.0.1:4000 > 10.0.0.3:80 R").Packets()
	if a, r := k[1].TCP, k[2].TCP; a.Ack != 100 || r.Seq != 100 || r.Ack != 0 || r.Window != 0 {
		t.Errorf("SYN-ACK %+v, RST %+v", a, r)
	}
}

func TestFramesDecodeToThePackets(t *testing.T) {
	for _, link := range []string{"", "link sll2\n"} {
		s := MustParse(link + exchange)
		var d wire.Decoder
		var got wire.Packet
		want := s.Packets()
		for i, f := range s.Frames() {
			d.Decode(&f, &got)
			w := want[i]
			if !bytes.Equal(got.Payload, w.Payload) && w.Kind != wire.KindICMP && w.Kind != wire.KindARP {
				t.Errorf("%spacket %d: payload %q, want %q", link, i+1, got.Payload, w.Payload)
			}
			// A Packet holds a slice, and the scopes are the decoder's own numbers.
			got.Payload, w.Payload, got.Scope, w.Scope = nil, nil, 0, 0
			if w.Checksum != got.Checksum && got.Checksum == wire.ChecksumUnverified {
				w.Checksum = wire.ChecksumUnverified
			}
			if a, b := got, w; !equal(&a, &b) {
				t.Errorf("%spacket %d:\n got %+v\nwant %+v", link, i+1, a, b)
			}
		}
	}
}

// equal compares what scripts set.
func equal(a, b *wire.Packet) bool {
	if a.Kind == wire.KindARP {
		return a.ARP == b.ARP && a.Time == b.Time
	}
	return a.Frame == b.Frame && a.Interface == b.Interface && a.IfIndex == b.IfIndex && a.Time == b.Time && a.Direction == b.Direction &&
		a.Kind == b.Kind && a.Version == b.Version && a.TTL == b.TTL && a.DF == b.DF && a.IPID == b.IPID && a.IPLen == b.IPLen &&
		a.Src == b.Src && a.Dst == b.Dst && (a.Kind == wire.KindICMP || a.SrcPort == b.SrcPort && a.DstPort == b.DstPort) &&
		(a.Kind != wire.KindTCP || a.TCP == b.TCP) && (a.Kind != wire.KindICMP || a.ICMP == b.ICMP) && a.Checksum == b.Checksum
}

func TestErrorsNameTheLine(t *testing.T) {
	for text, want := range map[string]string{
		"0 a > b S":                                   "line 1",
		"\n0 10.0.0.1:1 > 10.0.0.2:2 X":               "line 2",
		"0 10.0.0.1:1 > 10.0.0.2:2 S ttl":             "line 1",
		"0 10.0.0.1:1 > 10.0.0.2:2 S wibble 5":        "wibble",
		"repeat 2 every 1\n":                          "without end",
		"0 10.0.0.1 > 10.0.0.2 icmp port-unreachable": "sent nothing",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one with %q", text, err, want)
		}
	}
}

func TestPCAPHoldsTheFrames(t *testing.T) {
	s := MustParse(exchange)
	b := s.PCAP()
	for _, f := range s.Frames() {
		at := f.Offset + pcapRecordLen
		if !bytes.Equal(b[at:at+int64(len(f.Data))], f.Data) {
			t.Fatalf("frame %d is not at offset %d", f.Number, f.Offset)
		}
	}
}
