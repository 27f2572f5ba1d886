package session

import (
	"bytes"

	"wirewhy/analyzer"
	"wirewhy/analyzer/dissect"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/report"
	"wirewhy/analyzer/wire"
	"wirewhy/wasm/protocol"
)

// maxPacketRows bounds the rows of one answer: each is read from the file again.
const maxPacketRows = 500

// packetRows answers Packets: of a flow, or of the first capture. s.mu is held.
func (s *Session) packetRows(r *protocol.Request) any {
	if r.Flow < 0 {
		return s.capturePackets(r)
	}
	f, ok := s.report.Flow(r.Flow)
	if !ok {
		return protocol.PacketRows{Error: noSuchFlow.In(r.Lang)}
	}
	out := protocol.PacketRows{From: max(0, r.From)}
	to := min(r.To, out.From+maxPacketRows)
	var wanted []flow.Entry
	for e := range f.Tracker.Entries(f.Flow) {
		if out.Total >= out.From && out.Total < to {
			wanted = append(wanted, e)
		}
		out.Total++
		if e.Frame == r.Frame && (r.Capture == 0 || r.Capture-1 == f.Captures[0]) {
			out.At = out.Total
		}
	}
	s.rows(f.Captures[0], &out, wanted, &f, r.Lang)
	return out
}

// capturePackets answers for the frames of all captures, one after the other.
func (s *Session) capturePackets(r *protocol.Request) any {
	out := protocol.PacketRows{From: max(0, r.From)}
	to := min(r.To, out.From+maxPacketRows)
	for c, l := range s.loaded {
		var wanted []flow.Entry
		n := int(l.tracker.Frames())
		for i := max(out.From-out.Total, 0); i < min(n, to-out.Total); i++ {
			if e, ok := l.tracker.Entry(uint32(i + 1)); ok {
				wanted = append(wanted, e)
			}
		}
		if r.Frame > 0 && int(r.Frame) <= n && c == max(r.Capture-1, 0) { // of the first capture, as packetView
			out.At = out.Total + int(r.Frame)
		}
		out.Total += n
		s.rows(c, &out, wanted, nil, r.Lang)
	}
	return out
}

// rows reads packets again and describes them. Relative numbers need to know the
// flow; without it they are absolute.
func (s *Session) rows(capture int, out *protocol.PacketRows, wanted []flow.Entry, f *report.Flow, lang analyzer.Lang) {
	l := s.loaded[capture]
	var p wire.Packet
	var line []byte
	for _, e := range wanted {
		frame, err := l.read(e, &p)
		if err != nil {
			out.Error = readAgain(err, lang)
			return
		}
		isn, ackISN := analyzer.Seq(0), analyzer.Seq(0)
		if f != nil && !p.TCP.Flags.Has(wire.SYN) {
			isn, ackISN = f.Sides[e.Dir].ISN, f.Sides[e.Dir.Other()].ISN
		} else if f != nil {
			ackISN = f.Sides[e.Dir.Other()].ISN
		}
		if e.Events&analyzer.Foreign != 0 {
			isn, ackISN = 0, 0
		}
		line = wire.AppendInfo(line[:0], &p, isn, ackISN)
		row := protocol.PacketRow{
			Frame: e.Frame, Capture: capture + 1, Time: p.Time, Protocol: protocolName(&p), Len: frame.WireLen, Info: string(line), Events: e.Events,
		}
		row.Source, row.Target = addresses(&p)
		if frame.Comment != "" {
			row.Info = "✎ " + row.Info + " — " + frame.Comment
		}
		out.Rows = append(out.Rows, row)
	}
}

// addresses returns a packet's source and destination, with ports where it has some.
func addresses(p *wire.Packet) (source, target string) {
	switch {
	case p.Kind == wire.KindARP:
		return p.ARP.Sender.String(), p.ARP.Target.String()
	case p.Version == 0:
		return "", ""
	case p.Kind == wire.KindTCP || p.Kind == wire.KindUDP:
		return flow.Endpoint{Addr: p.Src, Port: p.SrcPort}.String(), flow.Endpoint{Addr: p.Dst, Port: p.DstPort}.String()
	}
	return p.Src.String(), p.Dst.String()
}

func protocolName(p *wire.Packet) string {
	switch p.Kind {
	case wire.KindTCP:
		return "TCP"
	case wire.KindUDP:
		return "UDP"
	case wire.KindICMP:
		if p.Version == 6 {
			return "ICMPv6"
		}
		return "ICMP"
	case wire.KindARP:
		return "ARP"
	case wire.KindFragment:
		return "fragment"
	}
	if p.Version == 6 {
		return "IPv6"
	} else if p.Version == 4 {
		return "IPv4"
	}
	return "frame"
}

// packetView answers Packet: of the flow's capture, or without a flow of the one
// that is asked for.
func (s *Session) packetView(r *protocol.Request) any {
	view := protocol.PacketView{Frame: r.Frame}
	capture := 0
	if f, ok := s.report.Flow(r.Flow); ok {
		capture = f.Captures[0]
	}
	if r.Capture > 0 {
		capture = r.Capture - 1
	}
	if capture >= len(s.loaded) {
		view.Error = noSuchPacket.In(r.Lang)
		return view
	}
	l := s.loaded[capture]
	e, ok := l.tracker.Entry(r.Frame)
	if !ok {
		view.Error = noSuchPacket.In(r.Lang)
		return view
	}
	var p wire.Packet
	frame, err := l.read(e, &p)
	if err != nil {
		view.Error = readAgain(err, r.Lang)
		return view
	}
	if l.listing != nil {
		return l.listedView(view)
	}
	view.Data = bytes.Clone(frame.Data)
	for _, layer := range dissect.Frame(frame) {
		view.Layers = append(view.Layers, protocol.Layer{
			Name: layer.Name, Summary: layer.Summary, Offset: layer.Offset, Len: layer.Len, Fields: flatten(nil, layer.Fields, 0),
		})
	}
	return view
}

// flatten turns a tree of fields into a list that tells their depth.
func flatten(out []protocol.Field, fields []dissect.Field, depth int) []protocol.Field {
	for _, f := range fields {
		out = append(out, protocol.Field{Name: f.Name, Value: f.Value, Offset: f.Offset, Len: f.Len, Depth: depth})
		out = flatten(out, f.Children, depth+1)
	}
	return out
}
