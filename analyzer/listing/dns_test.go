package listing_test

import (
	"io"
	"strings"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"wirewhy/analyzer/listing"
	"wirewhy/analyzer/wire"
)

// asking are queries and responses as tcpdump prints them, from terse to -vvv.
const asking = `09:00:00.000001 IP 10.1.0.2.50000 > 10.1.0.53.53: 12345+ [1au] A? Shop.example. (41)
09:00:00.000002 IP 10.1.0.53.53 > 10.1.0.2.50000: 12345 3/0/1 CNAME a.example., A 192.0.2.1, A 192.0.2.2 (90)
09:00:00.000003 IP 10.1.0.2.50001 > 10.1.0.53.domain: 7+ AAAA? nowhere.example. (33)
09:00:00.000004 IP 10.1.0.53.domain > 10.1.0.2.50001: 7 NXDomain* 0/1/0 (108)
09:00:00.000005 IP (tos 0x0, ttl 64, id 1, offset 0, flags [none], proto UDP (17), length 58) 10.1.0.2.50002 > 10.1.0.53.53: [udp sum ok] 9+ Type65? b.example. (30)
09:00:00.000006 IP (tos 0x0, ttl 64, id 1, offset 0, flags [none], proto UDP (17), length 60) 10.1.0.53.53 > 10.1.0.2.50002: [udp sum ok] 9| q: Type65? b.example. 1/0/0 b.example. [5s] CNAME c.example. (32)
09:00:00.000007 IP 10.1.0.53.53 > 10.1.0.2.50003: 10 ServFail- q: AAAA? v.example. 0/0/0 (27)
09:00:00.000008 IP6 fd00::2.50004 > fd00::53.53: 11+ AAAA? six.example. (29)
09:00:00.000009 IP6 fd00::53.53 > fd00::2.50004: 11* 1/0/0 AAAA 2001:db8::1 (57)
09:00:00.000010 IP 10.1.0.53.53 > 10.1.0.2.50009: 12 1/0/0 A 192.0.2.9 (43)
09:00:00.000011 IP 10.1.0.2.50010 > 10.1.0.9.9000: 12345+ A? shop.example. (30)
09:00:00.000012 IP 10.1.0.2.50011 > 10.1.0.53.53: UDP, length 20
`

func TestDNS(t *testing.T) {
	wants := []struct {
		id, length int // 0: no message
		response   bool
		name       string
		kind       layers.DNSType
		rcode      layers.DNSResponseCode
		truncated  bool
		answers    string
	}{
		{id: 12345, length: 41, name: "Shop.example", kind: 1},
		{id: 12345, length: 90, response: true, name: "Shop.example", kind: 1, answers: "192.0.2.1 192.0.2.2"},
		{id: 7, length: 33, name: "nowhere.example", kind: 28},
		{id: 7, length: 108, response: true, name: "nowhere.example", kind: 28, rcode: 3},
		{id: 9, length: 30, name: "b.example", kind: 65},
		{id: 9, length: 40, response: true, name: "b.example", kind: 65, truncated: true, answers: "alias"},
		{id: 10, length: 27, response: true, name: "v.example", kind: 28, rcode: 2},
		{id: 11, length: 29, name: "six.example", kind: 28},
		{id: 11, length: 57, response: true, name: "six.example", kind: 28, answers: "2001:db8::1"},
		{}, // nobody asked
		{}, // another port
		{}, // not printed
	}
	r := listing.NewReader(strings.NewReader(asking), "a.txt")
	for i, want := range wants {
		var p wire.Packet
		if err := r.Next(&p); err != nil || p.Kind != wire.KindUDP && p.DstPort != 9000 {
			t.Fatalf("line %d: %+v, %v", i+1, p, err)
		}
		if want.id == 0 {
			if p.Payload != nil {
				t.Errorf("line %d is a message: %x", i+1, p.Payload)
			}
			continue
		}
		var m layers.DNS
		if err := m.DecodeFromBytes(p.Payload, gopacket.NilDecodeFeedback); err != nil || want.length != len(p.Payload) || len(m.Questions) != 1 {
			t.Errorf("line %d: %v, %d bytes: %x", i+1, err, len(p.Payload), p.Payload)
			continue
		}
		var got []string
		for _, a := range m.Answers {
			if got = append(got, "alias"); a.IP != nil {
				got[len(got)-1] = a.IP.String()
			}
		}
		if strings.Join(got, " ") != want.answers || int(m.ID) != want.id || m.QR != want.response || m.ResponseCode != want.rcode || m.TC != want.truncated ||
			string(m.Questions[0].Name) != want.name || m.Questions[0].Type != want.kind {
			t.Errorf("line %d: %+v, addresses %q", i+1, m, got)
		}
	}
	if err := r.Next(&wire.Packet{}); err != io.EOF {
		t.Error(err)
	}
}
