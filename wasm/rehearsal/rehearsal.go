// Package rehearsal makes what the program goes through once while nobody asks
// anything. A browser first compiles a WebAssembly program quickly and badly, and
// well only what has run for a while; until then it takes several times as long. The
// code belongs to the module, not to the worker that ran it: a worker of its own can
// run it in, and be ended with all that it holds.
package rehearsal

import (
	"bytes"
	"context"
	"encoding/binary"
	"time"

	"wirewhy/analyzer/capture"
	"wirewhy/analyzer/session"
	"wirewhy/analyzer/traffic"
	"wirewhy/wasm/protocol"
)

// How much is gone through: enough for what is called once for each packet to be compiled
// well, which takes tens of thousands of calls in Chromium, and for what is called once
// for each flow when a capture has ended. One has bytes, the other one flows.
const (
	pcapLen     = 24 << 20
	pcapngFlows = 12_000
)

// seed is of the made-up traffic.
const seed = 20

// compiling is how long is waited behind each capture: the compiler runs beside the
// program, and what it has not done when the worker is ended is lost.
const compiling = 100 * time.Millisecond

// rows are some more than a page shows of its list of flows.
const rows = 100

// asked is what a page asks when an analysis has ended.
var asked = []protocol.Request{
	{Kind: protocol.OverviewAgain, Flow: -1, Finding: -1},
	{Kind: protocol.Flows, To: rows, Flow: -1, Finding: -1},
	{Kind: protocol.Report, Face: protocol.JSON, Flow: -1, Finding: -1},
}

// Run analyses the captures, asks what a page asks then, and throws away what comes of it.
func Run(ctx context.Context) {
	for _, c := range captures() {
		s := session.New()
		_ = s.Load(ctx, []capture.Source{c}, nil) // it lies in memory, whole
		for _, r := range asked {
			s.Answer(r)
		}
		time.Sleep(compiling)
	}
}

// captures returns what is to be analysed, one after the other.
func captures() []capture.Source {
	var long, short bytes.Buffer
	traffic.Mixed(&long, pcapLen, seed) // to memory, which takes everything
	traffic.Tiny(&short, pcapngFlows, seed+1)
	return []capture.Source{
		capture.BytesSource("rehearsal.pcapng", pcapng(short.Bytes())),
		capture.BytesSource("rehearsal.pcap", long.Bytes()),
	}
}

const (
	fileHeaderLen   = 24 // of pcap
	recordHeaderLen = 16
)

// pcapng writes the records of a little-endian pcap file of Ethernet frames as
// enhanced packet blocks (draft-ietf-opsawg-pcapng, section 4.3).
func pcapng(pcap []byte) []byte {
	out := block(nil, 0x0a0d0d0a, binary.LittleEndian.AppendUint64([]byte{0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0}, ^uint64(0))) // section header
	out = block(out, 1, []byte{1, 0, 0, 0, 0, 0, 4, 0})                                                                     // interface: Ethernet
	for rest := pcap[fileHeaderLen:]; len(rest) > 0; {
		word := func(i int) uint32 { return binary.LittleEndian.Uint32(rest[4*i:]) }
		at := uint64(word(0))*1e6 + uint64(word(1))
		var content []byte
		for _, w := range []uint32{0, uint32(at >> 32), uint32(at), word(2), word(3)} {
			content = binary.LittleEndian.AppendUint32(content, w)
		}
		end := recordHeaderLen + int(word(2))
		out = block(out, 6, append(content, rest[recordHeaderLen:end]...))
		rest = rest[end:]
	}
	return out
}

// block appends a block, filled up to a multiple of four bytes.
func block(out []byte, kind uint32, content []byte) []byte {
	n := (len(content) + 3) &^ 3
	out = binary.LittleEndian.AppendUint32(out, kind)
	out = binary.LittleEndian.AppendUint32(out, uint32(12+n))
	out = append(out, content...)
	out = append(out, make([]byte, n-len(content))...)
	return binary.LittleEndian.AppendUint32(out, uint32(12+n))
}
