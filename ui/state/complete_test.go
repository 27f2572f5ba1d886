package state

import (
	"strings"
	"testing"

	"wirewhy/analyzer"
	"wirewhy/wasm/protocol"
)

func TestComplete(t *testing.T) {
	s := New(analyzer.English)
	s.Overview.Problems = []protocol.Problem{{Diagnosis: "packet-loss"}, {Diagnosis: "syn-no-response"}, {Diagnosis: "packet-loss"}}
	for text, want := range map[string]string{
		"p": "port |problem:|packets > ", "problem:": "packet-loss|syn-no-response|healthy", "Problem:no": "syn-no-response",
		"not (problem:pa": "packet-loss", "state:syn": "SYN-SENT|SYN-RECEIVED", "r": "rtt > ", "port 80 o": "or ", "o": "",
		"n": "net |not ", "10.0.0.1": "", "problem:healthy": "", "port 80 ": "host |port |net |client:|server:|state:|problem:|rtt > |duration > |loss > |bytes > |packets > |start > |end > ",
	} {
		s.Complete(text)
		var got []string
		for _, c := range s.Choices.List {
			got = append(got, c.Text)
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q: %q, want %q", text, strings.Join(got, "|"), want)
		}
	}
	s.Complete("port 80 and (problem:no")
	if s.Choices.Index != -1 || !s.MoveChoice(1) || s.Choices.Index != 0 {
		t.Errorf("%+v", s.Choices)
	}
	if got := s.Chosen("port 80 and (problem:no", 0); got != "port 80 and (problem:syn-no-response" {
		t.Error(got)
	}
	if s.MoveChoice(1); s.Choices.Index != -1 {
		t.Error("past the last one is what was typed")
	}
	if s.MoveChoice(-1); s.Choices.Index != 0 {
		t.Error("before what was typed is the last one")
	}
}
