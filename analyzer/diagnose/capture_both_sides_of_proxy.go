package diagnose

import (
	"strconv"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// relayDelay bounds the time in which a proxy on the same host passes a request on
// once it is connected; what begins later is another story.
const relayDelay = time.Second

// exchange is what a connection carried, each way: a proxy that only passes bytes on
// leaves it as it is.
type exchange struct{ request, answer uint64 }

var _ = artefact(Rule{
	ID:      "capture-both-sides-of-proxy",
	Title:   say("Taken beside a proxy: connections that are here twice: {n}", "在代理旁抓包：{n} 条连接出现了两次"),
	Verdict: say("both sides of a proxy", "代理的两侧"),
	Doc: say("The capture was taken in a network namespace (a pod with a sidecar, a host with a reverse proxy), on all interfaces. Each request makes two connections with a handshake each: client to proxy, by eth0, and proxy to application, mostly by lo. Failures of the second show as odd ends of the first. On eth0 alone, or outside the pod, only the first is seen, and its handshake says nothing of the application.",
		"抓包位于某个网络命名空间（带 sidecar 的 Pod、带反向代理的主机）的所有接口上。每个请求有两条各自握手的连接：客户端到代理（经 eth0）和代理到应用（多经 lo）。后者失败时，前者会以奇怪的方式结束。若只抓 eth0 或在 Pod 外抓包，只能看到前者，而它的握手不能说明应用的状态。"),
	Recognised: say("Within the life of a connection from outside, the host that took it makes another one, on itself or from the same address, that carries as many bytes each way.", "在一条来自外部的连接存续期间，接受它的主机又在本机内或从同一地址建立了另一条连接，且两个方向的字节数相同。"),
	Summary: say("Connections from outside ({n}) are passed on over a second one, for instance {first} ① over {second} ②. Count them once; to find a fault, look at the second handshake.",
		"有 {n} 条来自外部的连接经第二条连接转发，例如 {first} ① 经由 {second} ②。请只计一次；查找故障时请看第二次握手。"),
	LookAlikes: []LookAlike{apart("capture-duplicates", "Two connections with numbers of their own, not one recorded twice.", "是两条各有序列号的连接，而不是一条被记录两次。")},
	Confirm:    []analyzer.Confirmation{on(onPod, "nsenter -t PID -n ss -tnp", say("Both connections, each with the proxy at one end.", "两条连接，各有一端是代理。"))},
	Fix:        []analyzer.Text{say("Nothing to mend. This is the place to capture (-i any in the pod) when a proxy resets or closes without an answer.", "无需处理。当代理重置连接或不应答就关闭时，正应在这里（Pod 内 -i any）抓包。")},
	Survey: func(v *Survey) {
		first, second, n := v.relayed()
		if n > 0 {
			v.Found(Likely, map[string]string{"n": strconv.Itoa(n), "first": ends(first), "second": ends(second)},
				append(v.proof(say("from outside", "来自外部"), first.SynFrame, first.Sides[flow.Originator].FirstDataFrame),
					v.proof(say("passed on", "转发"), second.SynFrame, second.Sides[flow.Originator].FirstDataFrame)...)...)
		}
	},
})

func ends(f *flow.Flow) string { return f.Client().String() + " → " + f.Server().String() }

// relayed counts the connections that a host passes on, and returns the first of
// them with the connection that carries it.
func (v *Survey) relayed() (first, second *flow.Flow, n int) {
	within := map[exchange][]*flow.Flow{}
	for id, x := range v.traits {
		if !x.has(completed | withData) {
			continue
		}
		f := v.Tracker.Flow(id)
		if f.Sides[flow.Responder].Payload > 0 && dialledBy(f, f.ServerAddr) && len(within) < maxMute {
			x := carried(f)
			within[x] = append(within[x], f)
		}
	}
	if len(within) == 0 {
		return nil, nil, 0
	}
	for id, x := range v.traits {
		if x&completed == 0 {
			continue
		}
		f := v.Tracker.Flow(id)
		if dialledBy(f, f.ServerAddr) {
			continue
		}
		candidates := within[carried(f)]
		for i, o := range candidates {
			translated := o != nil && o.Sides[flow.Originator].ISN == f.Sides[flow.Originator].ISN
			if o == nil || translated || o.Start < f.Start || o.Start > f.End || o.Sides[flow.Originator].FirstData.Sub(f.Sides[flow.Originator].FirstData).Abs() > relayDelay {
				continue
			}
			candidates[i] = nil
			if n++; n == 1 {
				first, second = f, o
			}
			break
		}
	}
	return first, second, n
}

func carried(f *flow.Flow) exchange {
	return exchange{f.Sides[flow.Originator].Payload, f.Sides[flow.Responder].Payload}
}
