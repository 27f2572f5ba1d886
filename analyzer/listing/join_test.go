package listing_test

import (
	"strings"
	"testing"

	"wirewhy/analyzer/listing"
	"wirewhy/analyzer/wire"
)

// edited is a connection whose addresses were replaced unevenly after tcpdump had
// printed them: the client's lines and the server's disagree.
const edited = `09:00:00.000100 IP 172.20.1.9.40111 > 172.21.8.8.9000: Flags [S], seq 3000000000, win 29200, length 0
09:00:00.000300 IP 172.20.8.8.9000 > 172.21.1.9.40111: Flags [S.], seq 2000000000, ack 3000000001, win 28960, length 0
09:00:00.000400 IP 172.20.1.9.40111 > 172.21.8.8.9000: Flags [.], ack 1, win 229, length 0
09:00:00.000700 IP 172.20.1.9.40111 > 172.21.8.8.9000: Flags [P.], seq 1:51, ack 1, win 229, length 50
09:00:00.000900 IP 172.20.8.8.9000 > 172.21.1.9.40111: Flags [.], ack 51, win 227, length 0
09:00:00.001100 IP 172.20.8.8.9000 > 172.21.1.9.40111: Flags [R.], seq 1, ack 51, win 227, length 0
`

// absolute numbers for the client's first ACK: tcpdump saw another pair.
var translated = strings.NewReplacer(
	"Flags [.], ack 1, win", "Flags [.], ack 2000000001, win", "seq 1:51, ack 1, win", "seq 0:50, ack 1, win").Replace(edited)

// everything absolute, as after -S.
var absolute = strings.NewReplacer("ack 1, win", "ack 2000000001, win", "seq 1:51", "seq 3000000001:3000000051",
	"ack 51, win", "ack 3000000051, win", "seq 1, ack", "seq 2000000001, ack").Replace(edited)

func TestContradictingAddressesAreJoined(t *testing.T) {
	for _, c := range []struct {
		name, text string
		evidence   listing.Evidence
		says       string
	}{
		{"edited", edited, listing.EvidenceEdited, "the relative numbers say edited"},
		{"translated", translated, listing.EvidenceNAT, "the numbers say NAT"},
		{"absolute", absolute, listing.EvidenceNone, "do not tell which"},
	} {
		t.Run(c.name, func(t *testing.T) {
			packets, r := readAll(t, c.text)
			if len(packets) != 6 {
				t.Fatalf("%d packets", len(packets))
			}
			for _, p := range packets {
				client, server := p.Src, p.Dst
				if p.SrcPort == 9000 {
					client, server = server, client
				}
				if client.String() != "172.20.1.9" || server.String() != "172.21.8.8" {
					t.Errorf("frame %d: %v > %v", p.Frame, p.Src, p.Dst)
				}
			}
			if req := packets[3].TCP; req.Seq != 3000000001 || req.Ack != 2000000001 || req.PayloadLen != 50 {
				t.Errorf("request: %+v", req)
			}
			if rst := packets[5].TCP; rst.Seq != 2000000001 || rst.Ack != 3000000051 {
				t.Errorf("reset: %+v", rst)
			}
			list := r.Translations()
			if len(list) != 1 || list[0].Evidence != c.evidence || list[0].PrintedServer.String() != "172.20.8.8" || list[0].Frame != 2 {
				t.Errorf("translations: %+v", list)
			}
			if w := r.Capture().Warnings; len(w) == 0 || w[0].Frame != 2 || !strings.Contains(w[0].Text.En, c.says) || w[0].Text.Zh == "" {
				t.Errorf("warnings: %+v", w)
			}
		})
	}
}

// A SYN-ACK that reaches the dialling client from an address that it did not dial
// is a fault of the network, not of the listing.
func TestAnswerFromAnotherServerStays(t *testing.T) {
	packets, r := readAll(t, `09:00:00.000100 IP 172.20.1.9.40111 > 172.20.1.200.80: Flags [S], seq 3000000000, win 29200, length 0
09:00:00.000300 IP 172.20.1.7.80 > 172.20.1.9.40111: Flags [S.], seq 2000000000, ack 3000000001, win 28960, length 0
09:00:00.000310 IP 172.20.1.9.40111 > 172.20.1.7.80: Flags [R], seq 3000000001, win 0, length 0
`)
	if len(packets) != 3 || packets[1].Src.String() != "172.20.1.7" || packets[2].Dst.String() != "172.20.1.7" {
		t.Fatalf("%+v", packets)
	}
	if len(r.Translations()) != 0 {
		t.Errorf("joined: %+v", r.Translations())
	}
	if rst := packets[2]; rst.TCP.Flags != wire.RST || rst.TCP.Seq != 3000000001 || rst.Unknown&(wire.UnknownSeq|wire.RelativeSeq) != 0 {
		t.Errorf("reset: %+v", rst.TCP)
	}
}

// On a router that translates, both halves of the connection are in the listing
// with their own SYN: nothing contradicts.
func TestBothSidesOfARouterStay(t *testing.T) {
	_, r := readAll(t, `09:00:00.000100 eth0  In  IP 172.20.1.9.40111 > 172.20.1.200.80: Flags [S], seq 3000000000, win 29200, length 0
09:00:00.000120 eth1  Out IP 10.0.0.1.40111 > 10.0.0.5.80: Flags [S], seq 3000000000, win 29200, length 0
09:00:00.000300 eth1  In  IP 10.0.0.5.80 > 10.0.0.1.40111: Flags [S.], seq 2000000000, ack 3000000001, win 28960, length 0
09:00:00.000310 eth0  Out IP 172.20.1.200.80 > 172.20.1.9.40111: Flags [S.], seq 2000000000, ack 3000000001, win 28960, length 0
`)
	if len(r.Translations()) != 0 {
		t.Errorf("joined: %+v", r.Translations())
	}
}
