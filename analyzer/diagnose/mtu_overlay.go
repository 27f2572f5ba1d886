package diagnose

import (
	"strconv"
	"strings"

	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

// overlays are the bytes that an encapsulation takes of the packets of the network
// below: VXLAN 8 bytes of its own, 8 of UDP, 20 of IPv4 and 14 of the Ethernet frame
// inside (RFC 7348 §5); GRE with and without a key (RFC 2890); WireGuard 32 bytes and
// its UDP and IP headers; PPPoE (RFC 2516 §7).
var overlays = []struct {
	overhead uint32
	name     string
}{
	{8, "PPPoE"}, {20, "IPIP"}, {24, "GRE"}, {28, "GRE + key"}, {50, "VXLAN, Geneve"}, {60, "WireGuard (IPv4)"}, {70, "VXLAN (IPv6)"}, {80, "WireGuard (IPv6)"},
}

// maxCandidates: more encapsulations than that name nothing.
const maxCandidates = 2

// tellLink says between which packet sizes the path's limit lies, and whose overhead
// that would be. small and big are payloads of segments that pass and do not.
func (t *Telling) tellLink(d flow.Dir, small, big uint32) {
	headers := uint32(40)
	if !t.ServerAddr.Is4() {
		headers = 60
	}
	base := uint32(t.Sides[d.Other()].MSS) + headers
	if t.Client.Options&t.Server.Options&wire.OptTimestamps != 0 {
		headers += timestampsLen
	}
	low, high := small+headers, big+headers-1
	if low > high {
		return
	}
	t.Set("low", strconv.Itoa(int(low)))
	t.Set("high", strconv.Itoa(int(high)))
	t.Note(say("So the path takes IP packets of at least {low} and at most {high} bytes.", "可见该路径能承载的 IP 报文至少为 {low} 字节，至多为 {high} 字节。"))
	var names []string
	for _, o := range overlays {
		if mtu := base - o.overhead; base > o.overhead && low <= mtu && mtu <= high {
			names = append(names, o.name+" −"+strconv.Itoa(int(o.overhead)))
		}
	}
	if base > headers && len(names) > 0 && len(names) <= maxCandidates {
		t.Set("base", strconv.Itoa(int(base)))
		t.Set("overlays", strings.Join(names, " / "))
		t.Note(say("With {base} bytes at the ends that fits an encapsulation: {overlays}.", "两端 MTU 为 {base} 字节，与此相符的封装是：{overlays}。"))
	}
}
