package report

import (
	"io"
	"strconv"
	"strings"

	"wirewhy/analyzer/flow"
)

const csvHeader = "id,client,server,answered_from,start,duration_s,state,outcome,client_packets,server_packets," +
	"client_payload,server_payload,handshake_rtt_s,client_retransmissions,server_retransmissions,diagnosis,also\n"

// WriteCSV writes the flows, one a line (RFC 4180, with LF). No field needs
// quotes: all are numbers, addresses, times and words of our own.
func (r *Report) WriteCSV(w io.Writer) error {
	precision := make([]int, len(r.Captures))
	for i := range r.Captures {
		precision[i] = digits(Resolution(&r.Captures[i].Capture))
	}
	e := &encoder{w: w, b: make([]byte, 0, flushLen+4096)}
	e.b = append(e.b, csvHeader...)
	for f := range r.Flows() {
		r.csvRow(e, f, precision[f.Captures[0]])
		e.flush(flushLen)
		if e.err != nil {
			return e.err
		}
	}
	e.flush(0)
	return e.err
}

func (r *Report) csvRow(e *encoder, f *Flow, digits int) {
	b := strconv.AppendInt(e.b, int64(f.ID), 10)
	b = AppendEndpoint(append(b, ','), f.Client())
	b = AppendEndpoint(append(b, ','), f.Server())
	b = append(b, ',')
	if from, ok := f.AnsweredFrom(); ok {
		b = AppendEndpoint(b, from)
	}
	b = append(b, ',')
	if f.Start != 0 {
		b = appendTime(b, f.Start, digits)
	}
	b = appendSeconds(append(b, ','), f.Duration())
	b = append(append(b, ','), f.State().String()...)
	b = append(append(b, ','), f.Outcome()...)
	client, server := &f.Sides[flow.Originator], &f.Sides[flow.Responder]
	for _, n := range [...]uint64{uint64(f.PacketsBy(flow.Originator)), uint64(f.PacketsBy(flow.Responder)), client.Payload, server.Payload} {
		b = strconv.AppendUint(append(b, ','), n, 10)
	}
	b = append(b, ',')
	if rtt, ok := f.HandshakeRTT(); ok {
		b = appendSeconds(b, rtt)
	}
	trouble := f.Tracker.Trouble(f.Flow)
	for d := range trouble.Sent {
		b = strconv.AppendUint(append(b, ','), uint64(trouble.Sent[d].Retransmissions), 10)
	}
	b = append(append(b, ','), r.primary(f.ID)...)
	b = append(append(b, ','), strings.Join(r.also(f.ID), " ")...)
	e.b = append(b, '\n')
}
