// Package traffic writes captures of made-up traffic, for measurements and for
// tests that need a large file. The same arguments give the same bytes, on every
// machine. Nothing is held but the flows that are open: a file of any size is
// written as fast as the disk takes it.
package traffic

import (
	"io"
	"math/rand/v2"
)

// Written says what a capture holds.
type Written struct {
	Packets int
	Flows   int
	Bytes   int64 // of the file
}

// The mixture of Mixed, in thousandths of all flows. Most traffic of a server
// is short exchanges, most of its bytes are long transfers.
const (
	refusedPermille = 4 // answered by a reset
	silentPermille  = 2 // not answered at all
	longPermille    = 8
	mediumPermille  = 150
	sixPermille     = 120 // over IPv6
	lossPer10000    = 15  // of data segments, before they reach the capture
)

const (
	maxPayload  = 1448 // bytes: 1,500 less IP and TCP headers with timestamps; 1,428 over IPv6
	openFlows   = 400  // of Mixed at a time
	openTiny    = 500
	microsecond = 1
	second      = 1_000_000 * microsecond
	startTime   = int64(1_710_000_000) * second // March 2024
)

// Mixed writes a capture of at least size bytes (and not much more): web-like
// exchanges over IPv4 and IPv6, with handshakes, requests, answers of a few
// bytes to megabytes, acknowledgments, a little loss with its duplicate ACKs and
// retransmissions, refused and unanswered connections, and orderly ends. About
// 1.5 million packets make a gigabyte.
func Mixed(out io.Writer, size int64, seed uint64) (Written, error) {
	return generate(out, seed, openFlows, (*generator).newMixed, func(w *writer, _ int) bool { return w.bytes >= size })
}

// Tiny writes a capture of flows of five small segments each: opened and closed
// again without a byte of data, five hundred at a time: that gives round trips of some
// 20 ms.
func Tiny(out io.Writer, flows int, seed uint64) (Written, error) {
	return generate(out, seed, min(openTiny, flows), (*generator).newTiny, func(_ *writer, begun int) bool { return begun >= flows })
}

// generator holds the open flows and the clock.
type generator struct {
	random *rand.Rand
	now    int64 // microseconds since the Unix epoch
	begun  int
	open   []flow
}

// generate lets open flows take turns at random until enough says stop: then no
// flow begins any more, and those that are open end with what they have said.
func generate(out io.Writer, seed uint64, open int, fresh func(*generator) flow, enough func(*writer, int) bool) (Written, error) {
	g := &generator{random: rand.New(rand.NewPCG(seed, 0x77697265)), now: startTime}
	w := newWriter(out, g.random)
	for range open {
		g.open = append(g.open, fresh(g))
	}
	ending := false
	for len(g.open) > 0 && w.err == nil {
		if !ending && enough(w, g.begun) {
			ending = true
			for i := range g.open {
				g.open[i].left = 0 // nothing more to say
			}
		}
		i := g.random.IntN(len(g.open))
		f := &g.open[i]
		g.now += int64(10 + g.random.IntN(60))
		if f.wait > g.now {
			if len(g.open) > 8 {
				continue
			}
			g.now = f.wait // nearly all are waiting: so does the clock
		}
		if f.step(g, w) {
			continue
		}
		if ending {
			g.open[i] = g.open[len(g.open)-1]
			g.open = g.open[:len(g.open)-1]
		} else {
			*f = fresh(g)
		}
	}
	w.flush()
	return Written{Packets: w.packets, Flows: g.begun, Bytes: w.bytes}, w.err
}

// address makes the endpoints of flow number n different from all others' for
// a few hundred million flows.
func (g *generator) address(n int, six bool) flow {
	f := flow{six: six, port: uint16(32768 + n%28000), seq: [2]uint32{g.random.Uint32(), g.random.Uint32()}, id: uint16(g.random.Uint32())}
	host := n / 28000
	if six {
		f.client = [16]byte{0xfd, 0, 0, 1, 12: 10, 13: byte(host >> 16), 14: byte(host >> 8), 15: byte(host)}
		f.server = [16]byte{0xfd, 0, 0, 2, 15: byte(1 + n%50)}
	} else {
		f.client = [16]byte{12: 10, 13: 64 + byte(host>>16), 14: byte(host >> 8), 15: byte(host)}
		f.server = [16]byte{12: 10, 13: 1, 14: byte(n % 4), 15: byte(1 + n%50)}
	}
	f.service = [...]uint16{443, 443, 80, 8080, 5432, 6379}[n%6]
	return f
}

func (g *generator) newMixed() flow {
	f := g.address(g.begun, g.random.IntN(1000) < sixPermille)
	g.begun++
	f.request = 80 + g.random.IntN(700)
	f.window = 4 + g.random.IntN(20)
	f.each = 1 + g.random.IntN(2)
	switch kind := g.random.IntN(1000); {
	case kind < refusedPermille:
		f.fate = refused
	case kind < refusedPermille+silentPermille:
		f.fate = silent
	case kind < refusedPermille+silentPermille+longPermille:
		f.left = 200_000 + g.random.IntN(3_000_000)
	case kind < refusedPermille+silentPermille+longPermille+mediumPermille:
		f.left = 5_000 + g.random.IntN(60_000)
	default:
		f.left = 100 + g.random.IntN(3000)
	}
	return f
}

func (g *generator) newTiny() flow {
	f := g.address(g.begun, false)
	g.begun++
	f.fate = brief
	return f
}
