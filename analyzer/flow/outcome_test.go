package flow

import "testing"

func TestOutcome(t *testing.T) {
	opened := func(f Flow) Flow {
		f.SynFrame, f.SynAckFrame, f.AckFrame = 1, 2, 3
		return f
	}
	ends := func(originator, responder SideFlags) [2]Side {
		return [2]Side{{Flags: originator}, {Flags: responder}}
	}
	for _, c := range []struct {
		name string
		flow Flow
		want Outcome
	}{
		{"SYN alone", Flow{SynFrame: 1}, OutcomeS0},
		{"SYN and SYN-ACK", Flow{SynFrame: 1, SynAckFrame: 2}, OutcomeS1},
		{"handshake", opened(Flow{}), OutcomeS1},
		{"both FINs", opened(Flow{Sides: ends(SawFIN, SawFIN)}), OutcomeSF},
		{"both FINs, then RST", opened(Flow{ResetFrame: 9, ResetBy: Originator, Sides: ends(SawFIN|SawRST, SawFIN)}), OutcomeSF},
		{"SYN answered with RST", Flow{SynFrame: 1, ResetFrame: 2, ResetBy: Responder, Sides: ends(0, SawRST)}, OutcomeREJ},
		{"RST by both without data", opened(Flow{ResetFrame: 9, ResetBy: Responder, Sides: ends(SawRST, SawRST)}), OutcomeREJ},
		{"originator's FIN", opened(Flow{Sides: ends(SawFIN, 0)}), OutcomeS2},
		{"responder's FIN", opened(Flow{Sides: ends(0, SawFIN)}), OutcomeS3},
		{"originator's RST", opened(Flow{ResetFrame: 9, ResetBy: Originator}), OutcomeRSTO},
		{"responder's RST", opened(Flow{ResetFrame: 9, ResetBy: Responder}), OutcomeRSTR},
		{"FIN, then the responder's RST", opened(Flow{ResetFrame: 9, ResetBy: Responder, Sides: ends(SawFIN, SawRST)}), OutcomeRSTR},
		{"FIN, then its RST", opened(Flow{ResetFrame: 9, ResetBy: Originator, Sides: ends(SawFIN|SawRST, 0)}), OutcomeRSTO},
		{"SYN, then RST", Flow{SynFrame: 1, ResetFrame: 2, ResetBy: Originator}, OutcomeRSTOS0},
		{"SYN-ACK and RST without SYN", Flow{SynAckFrame: 1, ResetFrame: 2, ResetBy: Responder}, OutcomeRSTRH},
		{"SYN, then FIN", Flow{SynFrame: 1, Sides: ends(SawFIN, 0)}, OutcomeSH},
		{"SYN-ACK, then FIN without SYN", Flow{SynAckFrame: 1, Sides: ends(0, SawFIN)}, OutcomeSHR},
		{"middle of a connection", Flow{Flags: Midstream}, OutcomeOTH},
		{"middle of a connection, originator's RST", Flow{Flags: Midstream, ResetFrame: 2, ResetBy: Originator}, OutcomeOTH},
		{"middle of a connection, both FINs", Flow{Flags: Midstream, Sides: ends(SawFIN, SawFIN)}, OutcomeSF},
		{"simultaneous open", Flow{Flags: SimultaneousOpen, SynFrame: 1, AckFrame: 4}, OutcomeS1},
		{"answers went astray", Flow{SynFrame: 1, Sides: ends(SawRST, 0)}, OutcomeS0},
	} {
		if got := c.flow.Outcome(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
