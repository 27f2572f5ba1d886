package view

import (
	"strings"

	"wirewhy/ui/state"
)

// PacketText writes the packet that is shown as text: its layers and fields, or
// its bytes as a hex dump that text2pcap and "xxd -r" read.
func PacketText(s *state.State, hex bool) string {
	var b strings.Builder
	v := &s.Packet.View
	if !hex {
		for _, l := range v.Layers {
			b.WriteString(l.Name + "  " + l.Summary + "\n")
			for _, f := range l.Fields {
				b.WriteString(strings.Repeat("    ", min(f.Depth, 8)+1) + f.Name + ": " + f.Value + "\n")
			}
		}
		return b.String()
	}
	for at := 0; at < len(v.Data); at += bytesPerLine {
		b.WriteString(hexText(at, 6) + " ")
		line := v.Data[at:min(at+bytesPerLine, len(v.Data))]
		for _, c := range line {
			b.WriteString(" " + hexText(int(c), 2))
		}
		b.WriteString(strings.Repeat("   ", bytesPerLine-len(line)) + "  ")
		for _, c := range line {
			if c < ' ' || c > '~' {
				c = '.'
			}
			b.WriteByte(c)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
