package flow

import (
	"runtime"
	"testing"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// mixed is the traffic of a file that people load: 200 connections at a time,
// each with a handshake, 3 data segments to an ACK, and a close.
func mixed(n int) []wire.Packet {
	const conns, length = 50, 200
	out := make([]wire.Packet, n)
	for i := range out {
		slot, step := i%conns, i/conns
		conn, at := slot+step/length*conns, step%length
		p := &out[i]
		p.Frame, p.Offset = uint32(i+1), int64(i)*700
		p.Kind, p.Version, p.TTL, p.IPID = wire.KindTCP, 4, 64, uint16(step*3)+1
		p.Time = analyzer.Timestamp(time.Hour).Add(time.Duration(i) * 10 * time.Microsecond)
		client := wire.Addr4(0x0a000000 + uint32(conn))
		server := wire.Addr4(0xc0a80001 + uint32(conn%17))
		data := uint32(max(0, at-3-(at-3)/4))
		p.TCP = wire.TCP{Window: 500, Seq: analyzer.Seq(5001 + data*1448), Ack: 1001, Flags: wire.ACK, Options: wire.OptTimestamps, TSval: uint32(step), Sum: uint16(i * 7919)}
		p.Src, p.Dst, p.SrcPort, p.DstPort = server, client, 443, 40000
		fromServer := at == 1 || at > 2 && at%4 != 2
		switch {
		case at == 0:
			p.TCP.Flags, p.TCP.Seq, p.TCP.Ack, p.TCP.Options, p.TCP.MSS = wire.SYN, 1000, 0, wire.OptMSS|wire.OptWScale, 1460
		case at == 1:
			p.TCP.Flags, p.TCP.Seq, p.TCP.Options, p.TCP.MSS = wire.SYN|wire.ACK, 5000, wire.OptMSS|wire.OptWScale, 1460
		case !fromServer:
			p.TCP.Seq, p.TCP.Ack = 1001, analyzer.Seq(5001+data*1448)
		default:
			p.TCP.PayloadLen = 1448
		}
		if !fromServer {
			p.Src, p.Dst, p.SrcPort, p.DstPort = client, server, 40000, 443
		}
	}
	return out
}

// tiny is a million connections of five packets, one after the other.
func tiny(flows int) func(i int, p *wire.Packet) {
	return func(i int, p *wire.Packet) {
		conn, at := i/5, i%5
		*p = wire.Packet{
			Frame: uint32(i + 1), Offset: int64(i) * 80, Kind: wire.KindTCP, Version: 4, TTL: 64, IPID: uint16(i),
			Time: analyzer.Timestamp(time.Hour).Add(time.Duration(i) * time.Microsecond),
			Src:  wire.Addr4(0x0a000000 + uint32(conn)>>4), SrcPort: uint16(1024 + conn%60000), Dst: wire.Addr4(0xc0a80001), DstPort: 80,
		}
		p.TCP = wire.TCP{Flags: wire.ACK, Seq: 1001, Ack: 5001, Window: 500}
		switch at {
		case 0:
			p.TCP.Flags, p.TCP.Seq, p.TCP.Ack = wire.SYN, 1000, 0
		case 1, 4:
			p.Src, p.SrcPort, p.Dst, p.DstPort = p.Dst, p.DstPort, p.Src, p.SrcPort
			p.TCP.Flags, p.TCP.Seq, p.TCP.Ack = wire.SYN|wire.ACK, 5000, 1001
			if at == 4 {
				p.TCP.Flags, p.TCP.Seq, p.TCP.Ack = wire.ACK, 5001, 1011
			}
		case 3:
			p.TCP.PayloadLen, p.TCP.Flags = 10, wire.PSH|wire.ACK
		}
	}
}

func BenchmarkAddMixed(b *testing.B) {
	packets := mixed(1 << 15) // few enough for the processor's cache: a decoder's packet is always in it
	const passes = 16
	for b.Loop() {
		tr := NewTracker(Limits{})
		frame := uint32(0)
		for pass := range passes {
			for i := range packets {
				frame++
				p := &packets[i]
				p.Frame, p.Time = frame, analyzer.Timestamp(time.Hour).Add(time.Duration(frame)*10*time.Microsecond)
				p.TCP.Seq += analyzer.Seq(pass) << 20
				p.TCP.Ack += analyzer.Seq(pass) << 20
				tr.Add(p)
			}
		}
		if x := tr.Quality(); tr.troubles > 0 || x.Copies > 0 {
			b.Fatalf("%d flows troubled, %d copies", tr.troubles, x.Copies)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(passes*len(packets)), "ns/packet")
}

func BenchmarkAddTiny(b *testing.B) {
	const flows = 1 << 20
	make := tiny(flows)
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		tr := NewTracker(Limits{})
		var p wire.Packet
		for i := range 5 * flows {
			make(i, &p)
			if i%4096 == 0 {
				tr.Expect(int64(i), 5*flows)
			}
			tr.Add(&p)
		}
		runtime.GC() // tables that grew have left smaller ones behind
		runtime.ReadMemStats(&after)
		if tr.Len() != flows || tr.troubles > 0 {
			b.Fatalf("%d flows, %d troubled", tr.Len(), tr.troubles)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(5*flows), "ns/packet")
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/flows-5*16, "B/flow")
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB")
}
