package flow

import (
	"testing"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

func TestCopies(t *testing.T) {
	play(t, []scene{
		{"mirror port", opening + `
+0.001 c > s P. len 100
+0.0003 copy
+0.02 s > c P. len 100
+0.0016 copy`, "5 copy; 7 copy"},
		{"-i any on a router", opening + `
+0.001 c > s P. len 100
+0.0003 copy if 2 ttl 63
+0.0001 copy if 3 ttl 63`, "5 copy; 6 copy"},
		{"a slow mirror", opening + `
+0.001 c > s P. len 100
+0.0003 s > c P. len 10
+0.05 c > s P. seq @1 ack @1 len 100 id 4711
a: +0.001 c > s P. len 100
+0.05 copy a`, "6 retransmission spurious_retransmission; 8 copy"},
		{"a slow mirror, SYN", `
0 10.0.0.1:4 > 10.0.0.2:80 S
+0.05 copy
+1 10.0.0.1:4 > 10.0.0.2:80 S`, "2 copy; 3 retransmission"},
		{"a sender that numbers nothing", `
c = 10.0.0.1:40000
s = 10.0.0.2:80
0 c > s S id 1
+0.02 s > c S. id 1
+0.001 c > s . id 1
+0.001 s > c . len 100 id 1 <>
+0.02 c > s . id 1 <>
+0.02 c > s . id 1 <>
+0.02 c > s . id 1 <>`, "6 duplicate_ack; 7 duplicate_ack"},
		{"each packet four times", opening + `
+0.001 c > s P. len 100
+0.0001 copy
+0.0001 copy
+0.0001 copy`, "5 copy; 6 copy; 7 copy"},
		{"a checksum that was left to a network card is completed", unnumbered + `
+0.001 c > s P. len 100 csum partial
+0.0003 copy if 2 csum good`, "5 copy"},
		{"two segments with other bytes", unnumbered + `
+0.001 c > s P. seq @1 data "abc"
+0.0003 c > s P. seq @1 data "abd" if 2 ttl 63`, "5 retransmission"},
		{"IPv6: data has no identification", unnumbered + `
+0.001 c > s P. len 100
+0.0003 copy if 2 ttl 63`, "5 copy"},
		{"sent again has another identification", opening + `
+0.001 c > s P. len 100
+0.0005 c > s again`, "5 retransmission"},
		{"IPv6: sent again later", unnumbered + `
+0.001 c > s P. len 100
+0.2 c > s again`, "5 retransmission"},
		{"duplicate ACKs without identification", unnumbered + `
+0.001 s > c . len 1440
+0.0001 c > s .
+0.0001 c > s .
+0.0001 c > s .`, "6 duplicate_ack; 7 duplicate_ack"},
		{"higher time to live without identification", unnumbered + `
+0.001 c > s P. len 100
+0.0003 copy ttl 65`, "5 retransmission"},
		{"same packet long after", opening + `
+0.001 c > s P. len 100
+0.5 copy if 2`, "5 retransmission"},
	})
}

// Packets that differ in a few bits of one field have different fingerprints.
func TestFingerprints(t *testing.T) {
	seen := map[uint64]bool{}
	for i := range uint32(1 << 18) {
		p := wire.Packet{Version: 4, Src: wire.Addr4(0x0a000001 + i>>14), Dst: wire.Addr4(0x0a000002), SrcPort: 80, DstPort: 40000, IPID: uint16(i)}
		p.TCP = wire.TCP{Seq: analyzer.Seq(1448 * i), Ack: 1, Flags: wire.ACK, Window: 500, TSval: i >> 3, TSecr: 9}
		seen[fingerprint(&p)] = true
		seen[fingerprint(&p)&(1<<44-1)] = true
	}
	if len(seen) != 2<<18 {
		t.Errorf("%d of %d packets share a fingerprint", 2<<18-len(seen), 1<<18)
	}
}

// A copy counts nowhere but in the quality and in its side's mark.
func TestCopiesDoNotCount(t *testing.T) {
	tr := track(t, opening+`
+0.001 c > s P. len 100
+0.0003 copy
+0.02 s > c R.
+0.0001 copy if 2 ttl 59`)
	f := tr.Flow(0)
	c, s := &f.Sides[Originator], &f.Sides[Responder]
	if c.Packets != 3 || c.Payload != 100 || c.DataSegments != 1 || s.Packets != 2 || tr.Quality().Copies != 2 || c.Flags&HadCopies == 0 {
		t.Errorf("%+v %+v", c, s)
	}
	if x := tr.Trouble(f); x.ResetsByServer != 1 {
		t.Errorf("%d resets", x.ResetsByServer)
	}
	n := 0
	for range tr.Entries(f) {
		n++
	}
	if n != 7 {
		t.Errorf("%d entries, want all seven packets", n)
	}
}
