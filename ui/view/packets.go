package view

import (
	"strings"

	"wirewhy/analyzer"
	"wirewhy/ui/plot"
	"wirewhy/ui/state"
	"wirewhy/wasm/protocol"
)

// PacketRowHeight is the height of a line of the packet list, px; the stylesheet
// holds the same number.
const PacketRowHeight = 23

// PacketsHead draws the head of the packet list.
func PacketsHead(s *state.State) string {
	if s.Tab != state.TabPackets {
		return ""
	}
	var m markup
	if s.Packets.Error != "" {
		m.put(`<p class="trouble" role="alert">%</p>`, s.Packets.Error)
	}
	m.put(`<div class="columns packets">`)
	for _, c := range []struct {
		class lit
		title analyzer.Text
	}{
		{"p-no", words.No}, {"p-time", words.Time}, {"p-source", words.Source}, {"p-target", words.Target},
		{"p-protocol", words.Protocol}, {"p-len", words.Length}, {"p-info", words.Info},
	} {
		m.put(`<span class="%">%</span>`, c.class, c.title.In(s.Lang))
	}
	m.put(`</div>`)
	return m.String()
}

// PacketRows draws the lines of the packet list that are in sight.
func PacketRows(s *state.State) string {
	if s.Tab != state.TabPackets {
		return ""
	}
	var m markup
	p := &s.Packets
	for i := p.First; i < min(p.End, p.Total); i++ {
		row, ok := p.Row(i)
		if !ok {
			m.put(`<div class="packet-row empty" role="option" aria-selected="false" aria-label="…"></div>`)
			continue
		}
		packetRow(&m, s, i, row)
	}
	return m.String()
}

func packetRow(m *markup, s *state.State, i int, row protocol.PacketRow) {
	selected := s.Packet.Is(row)
	n := 0
	if p := s.Problem(); p != nil {
		n = evidenceOf(p, row)
	}
	m.put(`<div class="packet-row%%" id="packet-row-%" role="option" aria-selected="%" aria-setsize="%" aria-posinset="%" data-act="packet" data-arg="%"`,
		choose(selected, " on", ""), choose(row.Events&hurts != 0, " hurts", ""), i, choose(selected, "true", "false"), s.Packets.Total, i+1, i)
	if n > 0 {
		m.put(` data-ev="%"`, n)
	}
	mark := ""
	if n > 0 {
		mark = circled(n)
	}
	m.put(`><span class="p-no">% %</span><span class="p-time">%</span>`, mark, row.Frame, packetTime(s, i, row))
	endpoint(m, "p-source", row.Source, row.Source)
	endpoint(m, "p-target", row.Target, row.Target)
	m.put(`<span class="p-protocol">%</span><span class="p-len">%</span><span class="p-info" title="%">%</span></div>`, row.Protocol, row.Len, row.Info, row.Info)
}

// hurts are the events that tint a packet's line.
const hurts = analyzer.Retransmission | analyzer.FastRetransmission | analyzer.SpuriousRetransmission | analyzer.OutOfOrder |
	analyzer.LostSegment | analyzer.AckedLostSegment | analyzer.ZeroWindow | analyzer.Foreign | analyzer.BadChecksum

func evidenceOf(p *protocol.Problem, row protocol.PacketRow) int {
	for i, line := range p.Evidence {
		for _, f := range line.Frames {
			if f == row.Frame && line.Capture == row.Capture-1 {
				return i + 1
			}
		}
	}
	return 0
}

func packetTime(s *state.State, i int, row protocol.PacketRow) string {
	switch s.TimeMode {
	case state.TimeDelta:
		if before, ok := s.Packets.Row(i - 1); ok {
			return "+" + plot.Duration(row.Time.Sub(before.Time))
		}
	case state.TimeSince:
		if begin := s.Packets.Begin(); begin != 0 {
			return plot.Duration(row.Time.Sub(begin))
		}
	}
	return plot.Clock(row.Time)
}

// Packet draws the layers and the bytes of the chosen packet.
func Packet(s *state.State) string {
	if s.Tab != state.TabPackets {
		return ""
	}
	var m markup
	p := &s.Packet
	switch {
	case p.Frame == 0:
		if s.Packets.Total > 0 {
			m.put(`<p class="hint">%</p>`, words.ChoosePacket.In(s.Lang))
		}
		return m.String()
	case p.View.Error != "":
		m.put(`<p class="trouble" role="alert">%</p>`, p.View.Error)
	}
	m.put(`<section class="layers" aria-label="%"><div class="packet-tools"><button type="button" id="packet-text" data-act="packet-copy" data-arg="text">%</button><button type="button" id="packet-hex" data-act="packet-copy" data-arg="hex">%</button>`,
		words.Layers.In(s.Lang), packetAsText.In(s.Lang), packetAsHex.In(s.Lang))
	if s.Selection.Kind != state.Nothing {
		m.put(`<button type="button" id="packet-stream" data-act="stream-follow" data-arg="%">%</button>`, p.Frame, packetToStream.In(s.Lang))
	}
	m.put(`</div>`)
	for i, layer := range p.View.Layers {
		m.put(`<div class="layer"><button type="button" class="layer-name%" id="field-%." data-act="field" data-arg="%."><b>%</b> %</button><ul>`,
			choose(lights(s, layer.Offset, layer.Len), " on", ""), i, i, layer.Name, layer.Summary)
		for j, f := range layer.Fields {
			m.put(`<li class="depth-%"><button type="button" class="field%" id="field-%.%" data-act="field" data-arg="%.%" title="% %"><span>%</span> <code>%</code></button></li>`,
				min(max(f.Depth, 0), 4), choose(lights(s, f.Offset, f.Len), " on", ""), i, j, i, j, words.ShownAt.In(s.Lang), f.Offset, f.Name, f.Value)
		}
		m.put(`</ul></div>`)
	}
	m.put(`</section>`)
	hex(&m, s)
	return m.String()
}

func lights(s *state.State, offset, length int) bool {
	return s.Packet.To > s.Packet.From && offset == s.Packet.From && offset+length == s.Packet.To
}

const (
	bytesPerLine = 16
	maxBytes     = 4096 // of a packet that are shown
)

// hex draws the bytes, sixteen a line, those that are lit as marks. Runs of
// equal state share an element.
func hex(m *markup, s *state.State) {
	data := s.Packet.View.Data
	if len(data) == 0 {
		return
	}
	m.put(`<section class="bytes" aria-label="%"><div class="hex" id="hex" tabindex="0">`, words.Bytes.In(s.Lang))
	shown := data[:min(len(data), maxBytes)]
	for at := 0; at < len(shown); at += bytesPerLine {
		line := shown[at:min(at+bytesPerLine, len(shown))]
		m.put(`<div class="hexline"><span class="offset">%</span><span class="octets">`, hexText(at, 4))
		for i, b := range line {
			lit := at+i >= s.Packet.From && at+i < s.Packet.To
			m.put(`<i data-act="byte" data-arg="%"%>%</i>`, at+i, mark(s, at+i, lit), hexText(int(b), 2))
		}
		m.put(`</span><span class="ascii">`)
		for i, b := range line {
			lit := at+i >= s.Packet.From && at+i < s.Packet.To
			m.put(`<i data-act="byte" data-arg="%"%>%</i>`, at+i, mark(s, at+i, lit), printable(b))
		}
		m.put(`</span></div>`)
	}
	if rest := len(data) - len(shown); rest > 0 {
		m.put(`<p class="hint">% %</p>`, number(rest), words.BytesCut.In(s.Lang))
	}
	m.put(`</div></section>`)
}

// mark is how a byte is drawn: lit, or with the keyboard on it.
func mark(s *state.State, at int, on bool) lit {
	switch {
	case at == s.Packet.Byte:
		return choose(on, ` class="on at"`, ` class="at"`)
	case on:
		return ` class="on"`
	}
	return ``
}

func hexText(n, digits int) string {
	const alphabet = "0123456789abcdef"
	var b strings.Builder
	for shift := (digits - 1) * 4; shift >= 0; shift -= 4 {
		b.WriteByte(alphabet[n>>shift&15])
	}
	return b.String()
}

func printable(b byte) string {
	if b < ' ' || b > '~' {
		return "·"
	}
	return string(rune(b))
}
