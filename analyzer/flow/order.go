package flow

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// sendOrder says whether a segment left its sender before or after another.
type sendOrder uint8

const (
	sentUnknown sendOrder = iota
	sentBefore
	sentAfter
)

const (
	// maxIDStep is the largest step between the identifications of successive
	// segments of a sender that counts them: some count per connection (Linux),
	// some for all that the host sends (Windows), offload counts what it will cut.
	maxIDStep = 256
	// minIDRun is how many such steps in a row show that a sender counts. Random
	// identifications make one by chance in 256, three in 16 million.
	minIDRun = 3
	// maxIDDistance bounds how far apart two segments are compared.
	maxIDDistance = 4096
)

// numbered notes the identification of a segment that advanced Next.
func (s *Side) numbered(p *wire.Packet) {
	step := p.IPID - s.nextID
	if step != 0 {
		s.Flags |= idVaries
	}
	switch {
	case p.Version != 4 || step == 0 || step > maxIDStep:
		s.idRun = 0
	case s.idRun < minIDRun:
		s.idRun++
	}
	s.nextID = p.IPID
}

// sentOrder tells whether p left its sender before the segment that advanced
// Next, and so was overtaken on the way, or after it, and so was sent again: by
// the timestamps option (RFC 7323), which rises with time, or by the IP
// identification where the sender counts it. Neither Wireshark's limits of time
// nor the order in the file come into it.
func (t *Tracker) sentOrder(s *Side, p *wire.Packet, end analyzer.Seq) sendOrder {
	if stamp, ok := t.gaps.overtook(s, end); ok && p.TCP.Options&wire.OptTimestamps != 0 {
		// The segment that overtook it is the better measure: others were sent since.
		switch d := int32(p.TCP.TSval - stamp); {
		case d < 0:
			return sentBefore
		case d > 0:
			return sentAfter
		}
	}
	if p.TCP.Options&wire.OptTimestamps != 0 && s.LastTSval != 0 {
		switch d := int32(p.TCP.TSval - s.LastTSval); {
		case d < 0:
			return sentBefore
		case d > 0:
			return sentAfter
		}
	}
	if s.idRun < minIDRun || p.Version != 4 || p.IPID == 0 {
		return sentUnknown
	}
	switch d := int16(p.IPID - s.nextID); {
	case d < 0 && d > -maxIDDistance:
		return sentBefore
	case d > 0 && d < maxIDDistance:
		return sentAfter
	}
	return sentUnknown
}
