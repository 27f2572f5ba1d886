package dissect

import (
	"testing"

	"wirewhy/analyzer/wire"
)

func TestICMPName(t *testing.T) {
	for _, c := range []struct {
		version, kind, code uint8
		want                string
	}{
		{4, 3, 1, "ICMP host unreachable"}, {4, 3, 99, "ICMP destination unreachable"}, {4, 11, 0, "ICMP time exceeded"},
		{6, 1, 4, "ICMPv6 port unreachable"}, {6, 2, 0, "ICMPv6 packet too big"}, {4, 200, 0, "ICMP message"},
	} {
		p := wire.Packet{Version: c.version, ICMP: wire.ICMP{Type: c.kind, Code: c.code}}
		if got := ICMPName(&p); got != c.want {
			t.Errorf("IPv%d type %d code %d: %q, want %q", c.version, c.kind, c.code, got, c.want)
		}
	}
}
