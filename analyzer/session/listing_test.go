package session

import (
	"context"
	"strings"
	"testing"

	"wirewhy/analyzer"
	"wirewhy/analyzer/capture"
	"wirewhy/wasm/protocol"
)

const listingText = `$ tcpdump -n port 9000
09:00:00.000100 IP 172.20.1.9.40111 > 172.21.8.8.9000: Flags [S], seq 3000000000, win 29200, options [mss 1460], length 0
09:00:00.000300 IP 172.21.8.8.9000 > 172.20.1.9.40111: Flags [R.], seq 0, ack 3000000001, win 0, length 0
`

func TestListingTakesTheCapturesPlace(t *testing.T) {
	s := New()
	preface := strings.Repeat("A long story before it.\n", 400)
	sources := []capture.Source{
		capture.BytesSource("ticket.txt", []byte(preface+listingText)),
		capture.BytesSource("notes.txt", []byte("nothing of interest\n")),
	}
	if err := s.Load(context.Background(), sources, nil); err != nil {
		t.Fatal(err)
	}
	if aside := s.Aside(); len(aside) != 1 || aside[0].Name != "notes.txt" || len(s.Unread()) != 0 {
		t.Errorf("aside %v, unread %v", aside, s.Unread())
	}
	o := s.Answer(protocol.Request{Kind: protocol.OverviewAgain, Lang: analyzer.English}).(protocol.Overview)
	if o.FlowCount != 1 || len(o.Problems) == 0 || o.Problems[0].Diagnosis != "refused-by-rst" || o.Captures[0].Format != "tcpdump text" {
		t.Errorf("overview: %+v", o)
	}
	rows := s.Answer(protocol.Request{Kind: protocol.Packets, Flow: 0, To: 10, Lang: analyzer.English}).(protocol.PacketRows)
	if rows.Total != 2 || len(rows.Rows) != 2 || !strings.Contains(rows.Rows[1].Info, "[R.]") || rows.Rows[0].Source != "172.20.1.9:40111" {
		t.Errorf("rows: %+v", rows)
	}
	view := s.Answer(protocol.Request{Kind: protocol.Packet, Flow: 0, Frame: 2, Lang: analyzer.English}).(protocol.PacketView)
	if len(view.Layers) != 1 || !strings.HasPrefix(view.Layers[0].Summary, "09:00:00.000300 IP 172.21.8.8.9000 >") {
		t.Errorf("view: %+v", view)
	}
}

func TestTextsAloneAreRefused(t *testing.T) {
	err := New().Load(context.Background(), []capture.Source{capture.BytesSource("a.txt", []byte("nothing of interest\n"))}, nil)
	if err == nil || !strings.Contains(err.Error(), "left aside") {
		t.Errorf("%v", err)
	}
}
