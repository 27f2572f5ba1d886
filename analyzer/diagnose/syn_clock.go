package diagnose

import (
	"strings"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// synClock tells the times of a flow's SYNs as gaps, and what they say about the
// client's kernel. Linux ≤ 6.4 doubles from one second on; since 6.5 the first
// five repetitions come after a second each (net.ipv4.tcp_syn_linear_timeouts=4).
func (s *Subject) synClock() analyzer.Text {
	n := min(int(s.SynCount), flow.MaxSynTimes)
	if n < 2 {
		return analyzer.Text{}
	}
	var gaps []string
	seconds := make([]int, 0, n)
	for i := 1; i < n; i++ {
		d := s.Trouble.SynOffsets[i] - s.Trouble.SynOffsets[i-1]
		if d <= 0 {
			return analyzer.Text{}
		}
		gaps = append(gaps, strings.TrimSuffix(Duration(d.Round(10*time.Millisecond)), " s"))
		seconds = append(seconds, int(d.Round(time.Second)/time.Second))
	}
	list := strings.Join(gaps, ", ")
	t := say("The SYN was repeated after "+list+" s", "SYN 的重发间隔为 "+list+" 秒")
	switch {
	case linear(seconds):
		return join(t, say(": the clock of Linux 6.5 and later and of macOS (a second each at first; tcp_syn_linear_timeouts).", "：这是 Linux 6.5 及以后内核与 macOS 的节奏（起初每秒一次；tcp_syn_linear_timeouts）。"))
	case doubling(seconds):
		return join(t, say(": doubling each time, up to tcp_syn_retries.", "：每次加倍，直到 tcp_syn_retries 次。"))
	}
	return join(t, say(".", "。"))
}

func linear(seconds []int) bool {
	return len(seconds) >= 2 && seconds[0] == 1 && seconds[1] == 1
}

func doubling(seconds []int) bool {
	for i := 1; i < len(seconds); i++ {
		if seconds[i] != 2*seconds[i-1] {
			return false
		}
	}
	return len(seconds) >= 2
}
