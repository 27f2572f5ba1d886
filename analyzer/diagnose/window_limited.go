package diagnose

import (
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// transfer returns how long a side's data took from the first to the last byte.
func (s *Subject) transfer(d flow.Dir) time.Duration {
	return s.Sides[d].LastData.Sub(s.Sides[d].FirstData)
}

const (
	// limitedShare of a transfer must have been spent waiting at a full window.
	limitedShare = 0.4
	// limitedFloor: shorter transfers are over before a window matters.
	limitedFloor = 500 * time.Millisecond
	// limitedFulls: a window that was filled a few times is the start of a transfer.
	limitedFulls = 6
	// limitedRate: a transfer that is this share of window divided by round trip is
	// bound by it. At the receiver windows never look full, since each segment is
	// acknowledged as it comes in; the speed tells.
	limitedRate = 0.75
	// limitedWindows: fewer windows' worth of data are over before it matters.
	limitedWindows = 8
)

// atWindowSpeed reports that a side sent all the while about a window of the other
// side's in each round trip.
func atWindowSpeed(f *flow.Flow, d flow.Dir) bool {
	side := &f.Sides[d]
	took := side.LastData.Sub(side.FirstData)
	if side.Payload == 0 || took < limitedFloor {
		return false
	}
	w, ok := f.ScaledWindow(d.Other())
	rtt, known := f.HandshakeRTT()
	if !ok || !known || w == 0 || rtt < unknownRTT {
		return false // round trips within a rack vary too much for such a sum
	}
	windows := float64(side.Payload) / float64(w)
	trips := took.Seconds() / rtt.Seconds()
	return windows >= limitedWindows && windows >= limitedRate*trips && windows <= trips/limitedRate
}

var _ = register(&Rule{
	ID: "window-limited", Stage: StageTiming, Class: analyzer.Sick, Severity: analyzer.SeverityWarning, Fault: analyzer.FaultClient,
	Title:   say("Throughput bound by the receive window of {who}", "吞吐量受限于 {who} 的接收窗口"),
	Verdict: say("bound by the receive window", "受接收窗口限制"),
	Doc: say("A sender may have no more unacknowledged bytes under way than the receiver's window. If the window is smaller than bandwidth times round trip, the sender fills it, waits a round trip for acknowledgments, fills it again: throughput is window divided by round trip, however fast the line is. What else bounds a healthy transfer, the sender's congestion window or a program that writes slowly, leaves room in this window.",
		"发送方未确认的在途字节不能超过接收方窗口。如果窗口小于带宽乘以往返时间，发送方填满窗口后要等一个往返的确认，再填满：吞吐量等于窗口除以往返时间，与线路多快无关。限制正常传输的其他因素（发送方的拥塞窗口、写得慢的程序）都会在该窗口中留有余量。"),
	Recognised: say("The sender filled the announced window again and again, and the round trips spent so make up at least two fifths of the transfer; or the transfer went at about a window in each round trip. No zero window, hardly any loss.",
		"发送方一再填满通告窗口，由此花费的往返时间至少占传输时间的五分之二；或传输速度约为每个往返一个窗口。没有零窗口，几乎没有丢包。"),
	Summary: say("In a transfer of {took}, {sender} could not have more than the receive window of {who}, {window} bytes, on its way ①, and had to wait for a round trip ({rtt}) each time. The window, not the network, sets the speed.",
		"在历时 {took} 的传输中，{sender} 的在途数据不能超过 {who} 的接收窗口（{window} 字节）①，每次都要等一个往返（{rtt}）。决定速度的是窗口，而不是网络。"),
	LookAlikes: []LookAlike{
		apart("packet-loss", "Hardly anything was repeated.", "几乎没有重传。"),
		apart("zero-window", "The receiver reads; its buffer is small.", "接收方在读取；只是缓冲区小。"),
		maybe("high-rtt", "A shorter path would help as well.", "更短的路径同样有帮助。"),
	},
	Confirm: []analyzer.Confirmation{
		on(say("receiving host {who}", "接收主机 {who}"), "sysctl net.ipv4.tcp_rmem net.ipv4.tcp_window_scaling; ss -tim", say("A small maximum, an SO_RCVBUF set by the application, or wscale missing.", "上限很小、应用设置了 SO_RCVBUF，或没有 wscale。")),
	},
	Fix:         []analyzer.Text{say("Let the kernel tune the receive buffer (do not set SO_RCVBUF), raise net.ipv4.tcp_rmem, keep window scaling on along the whole path.", "让内核自动调节接收缓冲区（不要设置 SO_RCVBUF），调大 net.ipv4.tcp_rmem，并在整条路径上保留窗口缩放。")},
	ExplainedBy: []string{"zero-window", "packet-loss", "peer-vanished", "mtu-blackhole", "client-abort", "server-abort", "window-scaling-lost"},
	Needs:       withData,
	Check: func(s *Subject) (Match, bool) {
		rtt, ok := s.HandshakeRTT()
		if !ok {
			return Match{}, false
		}
		for _, d := range []flow.Dir{flow.Responder, flow.Originator} {
			x, took := &s.Trouble.Sent[d], s.transfer(d)
			if took < limitedFloor || s.Sides[d.Other()].Flags&flow.HadZeroWindow != 0 {
				continue
			}
			w, _ := s.ScaledWindow(d.Other()) // the latest: one that grew on demand did not bind
			full := x.WindowFulls >= limitedFulls && float64(x.WindowFulls)*rtt.Seconds() >= limitedShare*took.Seconds() && s.Sides[d].Payload >= limitedWindows*uint64(w)
			if full || atWindowSpeed(s.Flow, d) {
				return Match{Level: Likely, Detail: uint8(d)}, true
			}
		}
		return Match{}, false
	},
	Tell: func(t *Telling) {
		d := flow.Dir(t.Match.Detail)
		t.Set("sender", t.Flow.Server().String())
		t.Set("who", t.ClientAddr.String())
		if d == flow.Originator {
			t.Set("sender", t.Flow.Client().String())
			t.Set("who", t.ServerAddr.String())
			t.Finding.Fault = analyzer.FaultServerHost
		}
		w, _ := t.ScaledWindow(d.Other())
		t.Set("window", number(int(w)))
		t.Set("took", Duration(t.transfer(d)))
		if t.Trouble.Sent[d].WindowFulls > 0 {
			t.Show(say("segments that fill the window", "填满窗口的报文段"), t.eventFrames(d, analyzer.WindowFull)...)
			return
		}
		t.Show(say("the transfer: about {window} bytes a round trip", "该传输：每个往返约 {window} 字节"), t.Sides[d].FirstDataFrame, t.Sides[d].LastDataFrame)
	},
})
