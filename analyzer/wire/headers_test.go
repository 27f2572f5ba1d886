package wire

import (
	"strings"
	"testing"
)

func TestHeaderNames(t *testing.T) {
	tests := map[string]string{
		"VXLAN in a VLAN":               "Ethernet@0 VLAN@14 IPv4@18 UDP@38 Ethernet@54 VLAN@68 IPv4@72 TCP@92",
		"GRE with everything":           "Ethernet@0 IPv4@14 GRE@34 IPv6@62 TCP@102",
		"802.3 with SNAP":               "Ethernet@0 LLC@14 IPv4@22 TCP@42",
		"segment routing":               "Ethernet@0 IPv6@14 Routing@54 TCP@94",
		"radiotap with check sequence":  "Radiotap@0 802.11@25 LLC@49 IPv4@57 TCP@77",
		"MPLS Ethernet":                 "Ethernet@0 MPLS@14 Ethernet@18 IPv4@32 TCP@52",
		"raw 101":                       "IPv4@0 TCP@20",
		"UDP":                           "Ethernet@0 IPv4@14 UDP@34",
		"ERSPAN II with a tagged frame": "Ethernet@0 VLAN@14 IPv4@18 GRE@38 ERSPAN II@46 Ethernet@54 VLAN@68 IPv4@72 TCP@92",
		"netlink":                       "",
	}
	for _, c := range allCases() {
		var p Packet
		d := NewDecoder(Config{})
		var got []string
		end := 0
		for i, h := range d.Headers(frame(c.link, c.data), &p) {
			if i > 0 && h.Offset != end {
				t.Errorf("%s: %s begins at %d, not %d", c.name, h.Name, h.Offset, end)
			}
			end = h.Offset + h.Len
			got = append(got, h.Name+"@"+string(appendNumber(nil, uint64(h.Offset))))
		}
		if s := describe(d, &p); s != c.want {
			t.Errorf("%s: %s", c.name, s)
		}
		if want, ok := tests[c.name]; ok && strings.Join(got, " ") != want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
