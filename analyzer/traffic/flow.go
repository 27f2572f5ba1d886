package traffic

// fate is how a flow goes.
type fate uint8

const (
	served  fate = iota // opened, asked, answered, closed
	refused             // the SYN is answered by a reset
	silent              // the SYN is never answered
	brief               // opened and closed without data
)

// stage is what happens next in a flow.
type stage uint8

const (
	opening stage = iota
	answering
	acknowledging
	asking
	delivering
	closing
	closed
	done
)

// flow is one connection and how far it has come. Index 0 of a pair is the
// client's, 1 the server's.
type flow struct {
	client, server [16]byte // IPv4 in the last four bytes
	port, service  uint16
	six            bool
	id             uint16
	heard          [2]uint32 // timestamp that each side has last heard, to be echoed

	fate  fate
	stage stage
	wait  int64 // nothing is sent before this time
	tries int

	seq     [2]uint32 // next to be sent
	request int       // bytes
	left    int       // bytes of the answer that are still to be sent
	window  int       // segments that the server sends ahead of the client's ACKs
	each    int       // the client acknowledges every or every second segment
	flight  int       // segments sent and not acknowledged
	acked   uint32    // what the client has acknowledged of the answer
	late    int       // segments that arrived behind the hole
	hole    uint32    // first byte of the segment that was lost
	holeLen int       // bytes; 0: none is lost
}

// maxTries is the number of SYNs of an unanswered connection.
const maxTries = 4

// step writes the flow's next segment. It returns false when the flow has ended.
func (f *flow) step(g *generator, w *writer) bool {
	switch f.stage {
	case opening:
		w.write(g.now, f, segment{flags: syn, seq: f.seq[0]})
		f.open(g)
	case answering:
		f.stage = acknowledging
		if f.fate == refused {
			w.write(g.now, f, segment{fromServer: true, flags: rst | ack, ack: f.seq[0] + 1})
			f.stage = done
			break
		}
		w.write(g.now, f, segment{fromServer: true, flags: syn | ack, seq: f.seq[1], ack: f.seq[0] + 1})
		f.seq[0]++
		f.seq[1]++
		f.acked = f.seq[1]
	case acknowledging:
		f.stage = asking
		if f.fate == brief {
			f.stage = closing
		}
		w.write(g.now, f, segment{flags: ack, seq: f.seq[0], ack: f.seq[1]})
	case asking:
		f.stage = delivering
		w.write(g.now, f, segment{flags: psh | ack, seq: f.seq[0], ack: f.seq[1], length: f.request})
		f.seq[0] += uint32(f.request)
		f.wait = g.now + int64(g.random.IntN(20_000)) // the server thinks
	case delivering:
		f.deliver(g, w)
	case closing:
		f.stage = closed
		w.write(g.now, f, segment{fromServer: true, flags: fin | ack, seq: f.seq[1], ack: f.seq[0]})
		f.seq[1]++
	case closed:
		f.stage = done
		w.write(g.now, f, segment{flags: fin | ack, seq: f.seq[0], ack: f.seq[1]})
		f.seq[0]++
		if f.fate != brief {
			w.write(g.now, f, segment{fromServer: true, flags: ack, seq: f.seq[1], ack: f.seq[0]})
		}
	}
	return f.stage != done
}

// open goes on after a SYN: to the answer, or to the next SYN of Linux's
// retransmission timer, which doubles from one second (RFC 6298).
func (f *flow) open(g *generator) {
	if f.fate != silent {
		f.stage = answering
		return
	}
	f.wait = g.now + second<<f.tries
	if f.tries++; f.tries == maxTries {
		f.stage = done
	}
}

// deliver writes a segment of the answer or an acknowledgment of it.
func (f *flow) deliver(g *generator, w *writer) {
	switch {
	case f.holeLen > 0 && (f.late >= 4 || f.left == 0):
		f.repair(g, w)
	case f.left == 0 && f.flight == 0:
		f.stage = closing
		f.closeNow(g)
	case f.left == 0 || f.flight >= f.window || f.flight >= f.each && g.random.IntN(2) == 0:
		f.acknowledge(g, w)
	default:
		f.send(g, w)
	}
}

// closeNow leaves a moment between the last byte and the FIN.
func (f *flow) closeNow(g *generator) { f.wait = g.now + int64(g.random.IntN(500)) }

// send writes the next segment of the answer, unless it is lost on its way.
func (f *flow) send(g *generator, w *writer) {
	length := min(f.left, maxPayload)
	if f.six {
		length = min(f.left, maxPayload-20)
	}
	f.left -= length
	seq := f.seq[1]
	f.seq[1] += uint32(length)
	if f.holeLen == 0 && f.left > 0 && g.random.IntN(10_000) < lossPer10000 {
		f.hole, f.holeLen, f.late = seq, length, 0
		f.acked, f.flight = seq, 0
		w.write(g.now, f, segment{flags: ack, seq: f.seq[0], ack: seq})
		return
	}
	flags := byte(ack)
	if f.left == 0 {
		flags |= psh
	}
	w.write(g.now, f, segment{fromServer: true, flags: flags, seq: seq, ack: f.seq[0], length: length})
	if f.holeLen > 0 { // each segment behind a hole is answered at once (RFC 5681 §3.2)
		f.late++
		w.write(g.now, f, segment{flags: ack, seq: f.seq[0], ack: f.hole})
		return
	}
	f.flight++
}

// acknowledge writes the client's ACK of the next segments in flight.
func (f *flow) acknowledge(g *generator, w *writer) {
	n := min(f.flight, f.each)
	f.flight -= n
	f.acked = f.seq[1] // cumulative; what is in flight at the end is acknowledged at once
	if f.left > 0 && f.flight > 0 {
		length := maxPayload
		if f.six {
			length -= 20
		}
		f.acked -= uint32(f.flight * length)
	}
	if f.left == 0 {
		f.flight = 0
	}
	w.write(g.now, f, segment{flags: ack, seq: f.seq[0], ack: f.acked})
}

// repair writes the lost segment again, and the ACK that the hole held back.
func (f *flow) repair(g *generator, w *writer) {
	w.write(g.now, f, segment{fromServer: true, flags: ack, seq: f.hole, ack: f.seq[0], length: f.holeLen})
	w.write(g.now, f, segment{flags: ack, seq: f.seq[0], ack: f.seq[1]})
	f.holeLen, f.flight = 0, 0
	f.acked = f.seq[1]
}
