package diagnose

import (
	"slices"

	"wirewhy/analyzer/flow"
)

// judges say, by diagnosis, what became of a match once both captures are known:
// they raise its level, or refute it. A general diagnosis goes only where a more
// exact one is there.
var judges = map[string]func(*Subject, *both, *hit){
	"syn-no-response": func(s *Subject, b *both, h *hit) {
		if s.matched(answeredElsewhere...) {
			h.refute()
		}
	},
	"syn-reached-server-no-reply": func(s *Subject, b *both, h *hit) {
		switch {
		case s.matched("synack-lost-on-path", "syn-lost-on-path"):
			h.refute()
		case b.far != nil && s.Unanswered() && b.far.Unanswered() && s.SynCount > 1:
			h.Level = max(h.Level, b.most)
		}
	},
	"synack-unanswered": func(s *Subject, b *both, h *hit) {
		if s.matched("synack-lost-on-path", "synack-ignored-by-client", "handshake-ack-lost", "synack-rejected-by-client", "synack-wrong-source") {
			h.refute()
		}
	},
	"synack-ignored-by-client": func(s *Subject, b *both, h *hit) {
		if b.far != nil && s.Vantage() == flow.VantageClient {
			h.Level = max(h.Level, b.most)
		}
	},
	"synack-rejected-by-client": func(s *Subject, b *both, h *hit) {
		if s.matched("synack-wrong-source") {
			h.refute()
		}
	},
	"handshake-ack-lost": func(s *Subject, b *both, h *hit) {
		if b.far != nil && b.far.AckFrame != 0 && s.matched("accept-queue-overflow", "handshake-done-server-ignores") {
			h.refute()
		}
	},
	"accept-queue-overflow": func(s *Subject, b *both, h *hit) {
		if b.far != nil && b.far.AckFrame == 0 && s.matched("handshake-ack-lost") {
			h.refute()
		}
	},
	"handshake-done-server-ignores": func(s *Subject, b *both, h *hit) {
		switch {
		case b.far == nil:
		case b.far.AckFrame == 0 && s.matched("handshake-ack-lost"):
			h.refute()
		case b.far.AckFrame != 0 && b.far.Client.Payload > 0 && b.far.Vantage() == flow.VantageServer:
			h.Level = max(h.Level, b.most)
		}
	},
	"packet-loss": func(s *Subject, b *both, h *hit) {
		if s.matched("mtu-blackhole") {
			h.refute()
		}
	},
	"idle-timeout-blackhole": raiseIfRunLost,
	"peer-vanished":          raiseIfRunLost,
	"idle-timeout-rst": func(s *Subject, b *both, h *hit) {
		if s.matched("accept-queue-overflow", "handshake-ack-lost") {
			h.refute() // it never worked
		} else if b.far != nil && b.forged(s) {
			h.Level = max(h.Level, b.most)
		}
	},
	"rst-injected-by-middlebox": func(s *Subject, b *both, h *hit) {
		if h.Detail != injectedBetween && b.sentByItsHost(s.origin(h), s) {
			h.refute()
		}
	},
	"upstream-down-behind-proxy": refuteIfForged,
	"rst-after-handshake":        refuteIfForged,
	"server-abort": func(s *Subject, b *both, h *hit) {
		refuteIfForged(s, b, h)
		if s.matched("accept-queue-overflow", "handshake-ack-lost") {
			h.refute() // it never was open for the server
		}
	},
	"client-abort":    refuteIfForged,
	"half-open-probe": refuteIfForged,
}

// answeredElsewhere are diagnoses that say more of a SYN without an answer here.
var answeredElsewhere = []string{
	"syn-lost-on-path", "synack-lost-on-path", "syn-reached-server-no-reply", "paws-per-host-drop", "accept-queue-overflow",
	"syn-queue-overflow", "rp-filter-drop", "asymmetric-return-path", "synack-rejected-by-client", "synack-unanswered", "syn-flood",
}

// raiseIfRunLost: the data that is sent again and again does not come to the other
// place.
func raiseIfRunLost(s *Subject, b *both, h *hit) {
	if _, ok := b.runLost(s, s.origin(h)); ok {
		h.Level = max(h.Level, b.most)
	}
}

// runLost reports that data repeated in vain by one end, as its own side's capture
// saw it, was lost between the captures; and which end's.
func (b *both) runLost(s, at *Subject) (flow.Dir, bool) {
	d := flow.Originator
	if at.run != s.run {
		d = flow.Responder
	}
	run := at.Trouble.Sent[d].RunFrame
	return d, !b.Unread && run != 0 && at.Unread(d) > 0 && slices.Contains(b.way(d).Lost, run)
}

// sentByItsHost reports that the RST which a flow met was seen on the side of the
// host in whose name it comes, too.
func (b *both) sentByItsHost(at, s *Subject) bool {
	if b.far == nil || b.Unread || at.ResetFrame == 0 {
		return false
	}
	if at.run == s.run && at.ResetBy == flow.Responder {
		return !slices.Contains(b.toClient.MadeUp, at.ResetFrame) && b.toClient.MadeUpResets == 0 && b.far.Server.Flags&flow.SawRST != 0 && b.far.Vantage() == flow.VantageServer
	}
	if at.run != s.run && at.ResetBy == flow.Originator {
		return b.toServer.MadeUpResets == 0 && s.Client.Flags&flow.SawRST != 0 && s.Vantage() == flow.VantageClient
	}
	return false
}

func refuteIfForged(s *Subject, b *both, h *hit) {
	if s.matched("rst-injected-by-middlebox") && b.far != nil && (b.forged(s) || b.forgedAtServer()) {
		h.refute()
	}
}
