package diagnose

import (
	"cmp"
	"slices"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

// fallbackWindow is how long after its first IPv6 SYN a client may turn to IPv4:
// RFC 8305 §5 has 250 ms between attempts, at most 2 s; curl and browsers 200-300 ms;
// a program that tries one after the other waits for its connect timeout, and then
// the IPv6 SYNs end when IPv4 begins.
const fallbackWindow = 5 * time.Second

var _ = register(&Rule{
	ID: "ipv6-fallback", Stage: StageAddress, Class: analyzer.Sick, Severity: analyzer.SeverityWarning, Fault: analyzer.FaultPath,
	Title:   say("IPv6 gets no answer, the client falls back to IPv4", "IPv6 没有应答，客户端回退到 IPv4"),
	Verdict: say("IPv6 dead, fell back to IPv4", "IPv6 不通，回退到 IPv4"),
	Doc: say("The name has an IPv6 address, but IPv6 to it does not work; the client notices and uses IPv4 (happy eyeballs, RFC 8305). Users see a delay of 0.2 to 2 s, or of a whole connect timeout with programs that try one address after the other.",
		"该名称有 IPv6 地址，但 IPv6 不通；客户端察觉后改用 IPv4（happy eyeballs，RFC 8305）。用户会感到 0.2 到 2 秒的延迟；逐个地址尝试的程序则会等完整个连接超时。"),
	Recognised: say("SYNs over IPv6 without an answer, and within seconds a connection over IPv4 to the same port that works, from the same capture point.", "IPv6 上的 SYN 无应答，数秒内同一抓包点对同一端口的 IPv4 连接成功。"),
	Summary: say("{client} dialled {server} over IPv6 ① and got no answer; {delay} later a connection to the same port was made over IPv4 ({other}) ② and works. IPv6 on this path is broken: no route, a firewall that knows only IPv4, or a server that does not listen on it.",
		"{client} 通过 IPv6 连接 {server} ①，没有应答；{delay} 之后通过 IPv4（{other}）连接同一端口 ② 并成功。这条路径上的 IPv6 不通：没有路由、只配置了 IPv4 的防火墙，或服务端没有在 IPv6 上监听。"),
	LookAlikes:  []LookAlike{apart("syn-no-response", "The client reached its goal over IPv4.", "客户端通过 IPv4 达到了目的。"), apart("refused-by-rst", "Nobody said no.", "没有人拒绝。")},
	Corroborate: true,
	Confirm:     []analyzer.Confirmation{on(onClient, "ping -6 {serverAddr}; traceroute -6 -n {serverAddr}; curl -6 -v telnet://[{serverAddr}]:{port}", say("Nothing comes back.", "没有任何返回。"))},
	Fix:         []analyzer.Text{say("Make IPv6 work (route, firewall, listener on ::), or take the AAAA record away.", "让 IPv6 可用（路由、防火墙、在 :: 上监听），或撤掉 AAAA 记录。")},
	Survey: func(v *Survey) {
		var over4 attempts
		for id, x := range v.traits {
			if x&(asked|completed|wasReset) != asked {
				continue
			}
			f := v.Tracker.Flow(id)
			if f.ServerAddr.Is4() {
				continue
			}
			s := v.Subject(uint32(id))
			if !s.Unanswered() || s.Mute(s.ServerAddr) {
				continue
			}
			if other, level := v.fallbackOf(f, &over4); other >= 0 {
				v.Claim(uint32(id), Match{Level: level, Joined: int32(other) + 1})
				v.drop(uint32(id), "syn-no-response")
				v.drop(uint32(id), "syn-reached-server-no-reply")
			}
		}
	},
	Tell: func(t *Telling) {
		other := t.run.Tracker.Flow(int(t.Match.Joined - 1))
		t.Set("other", other.Server().String())
		t.Set("delay", Duration(other.Start.Sub(t.Start)))
		t.Show(say("SYN over IPv6", "IPv6 上的 SYN"), t.synFrames()...)
		t.Show(say("the handshake over IPv4", "IPv4 上的握手"), other.SynFrame, other.SynAckFrame, other.AckFrame)
	},
})

// attempts are the connections over IPv4 that were established, by port and time,
// and the names that the capture's DNS answers tell; made when first needed.
type attempts struct {
	at    map[uint16][]uint32
	names *names
}

// fallbackOf returns the IPv4 connection that a client made when its IPv6 one got
// no answer: to the same port, soon after, established; to an address of the same
// name, where DNS tells the names of both. -1: none.
func (v *Survey) fallbackOf(f *flow.Flow, over4 *attempts) (int, Level) {
	if over4.at == nil {
		*over4 = attempts{at: map[uint16][]uint32{}, names: v.names()}
		for id := range v.primary {
			if g := v.Tracker.Flow(id); g.ServerAddr.Is4() && g.AckFrame != 0 && g.SynFrame != 0 {
				over4.at[g.ServerPort] = append(over4.at[g.ServerPort], uint32(id))
			}
		}
		for _, list := range over4.at {
			analyzer.SortStable(list, func(a, b uint32) int {
				return cmp.Compare(v.Tracker.Flow(int(a)).Start, v.Tracker.Flow(int(b)).Start)
			})
		}
	}
	// Beside the running attempt, or when it had ended.
	for _, since := range []analyzer.Timestamp{f.Start, f.LastSyn} {
		list := over4.at[f.ServerPort]
		i, _ := slices.BinarySearchFunc(list, since, func(id uint32, t analyzer.Timestamp) int {
			return cmp.Compare(v.Tracker.Flow(int(id)).Start, t)
		})
		for n := 0; i < len(list) && n < maxFallbacks; i, n = i+1, n+1 {
			g := v.Tracker.Flow(int(list[i]))
			if g.Start.Sub(since) > fallbackWindow {
				break
			}
			switch same, known := over4.names.same(f.ServerAddr, g.ServerAddr); {
			case same:
				return int(list[i]), Certain
			case !known:
				return int(list[i]), Likely
			}
		}
	}
	return -1, None
}

// maxFallbacks bounds the connections that are tried for one attempt.
const maxFallbacks = 64

// same reports whether two addresses were given for one name, and whether the
// names of both are known.
func (n *names) same(a, b wire.Addr) (same, known bool) {
	x, y := n.addresses[a], n.addresses[b]
	for name := range x {
		if _, ok := y[name]; ok {
			return true, true
		}
	}
	return false, len(x) > 0 && len(y) > 0
}
