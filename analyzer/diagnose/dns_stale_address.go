package diagnose

import (
	"slices"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

// staleGrace is how long after a new answer a connection to the old address is no
// fault: it was chosen before.
const staleGrace = time.Second

var _ = register(&Rule{
	ID: "dns-stale-address", Stage: StageMessage, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultClient,
	Title:   say("{clientAddr} dials {serverAddr}, which {name} no longer is", "{clientAddr} 仍在连接 {serverAddr}，而 {name} 已不再是该地址"),
	Verdict: say("stale DNS answer used", "使用了过期的 DNS 应答"),
	Doc: say("The name has moved: DNS gives other addresses now, and those work. The client, or some part of it, goes on dialling the old one, which is gone. Programs that resolve once at their start (connection pools, proxies' upstreams, a JVM with networkaddress.cache.ttl=-1) do so until they are restarted.",
		"名称已经迁移：DNS 现在给出别的地址，而那些地址可用。客户端（或其中某部分）仍在连接旧地址，而旧地址已不存在。只在启动时解析一次的程序（连接池、代理的上游、networkaddress.cache.ttl=-1 的 JVM）会一直这样，直到重启。"),
	Recognised: say("An earlier DNS answer for the name held the address and the latest does not; more than a second after that a connection to it was tried and failed, while one to a current address of the name, on the same port, was accepted.",
		"该名称较早的 DNS 应答含有此地址，而最新的应答没有；此后超过一秒仍尝试连接它并失败，而到该名称当前地址同一端口的连接被接受。"),
	Summary: say("{client} dialled {server} ① and failed. DNS told it {ago} before that {name} is elsewhere ②, and {current} works there.",
		"{client} 连接 {server} ① 失败。DNS 在 {ago} 之前就已告知 {name} 在别处 ②，而那里的 {current} 可用。"),
	LookAlikes: []LookAlike{
		maybe("syn-no-response", "DNS that hands out another part of many addresses each time leaves out live ones; one of those may just be down.", "若 DNS 每次从许多地址中给出不同的一部分，被略去的也可能仍在使用，只是恰好其中一台不通。"),
	},
	Confirm: []analyzer.Confirmation{on(onClient, "dig {name}; grep -rn {serverAddr} /etc/hosts; ss -tnp dst {serverAddr}", say("{serverAddr} is not in the answer; the process that still dials it.", "应答中没有 {serverAddr}；以及仍在连接它的进程。"))},
	Fix:     []analyzer.Text{say("Restart what holds the old address, and make it resolve again as the TTL says. On a move keep the old address serving for longer than the TTL.", "重启持有旧地址的程序，并让它按 TTL 重新解析。迁移时让旧地址继续服务的时间长于 TTL。")},
	Survey: func(v *Survey) {
		stale := v.staleAddresses()
		if len(stale) == 0 {
			return
		}
		for id := range v.primary {
			f := v.Tracker.Flow(id)
			l, ok := stale[[2]wire.Addr{f.ClientAddr, f.ServerAddr}]
			if !ok || f.SynFrame == 0 || f.SynAckFrame != 0 || f.AckFrame != 0 || f.Start.Sub(l.Changed) <= staleGrace || !v.failed(uint32(id)) {
				continue
			}
			if other := v.siblingOf(f, l.Addresses[:]); other != nil {
				v.Claim(uint32(id), Match{Level: Likely, Joined: int32(other.ID) + 1})
			}
		}
	},
	Tell: func(t *Telling) {
		v := &Survey{run: t.run}
		l := v.staleAddresses()[[2]wire.Addr{t.ClientAddr, t.ServerAddr}]
		other := t.run.Tracker.Flow(int(t.Match.Joined - 1))
		t.Set("name", l.Name)
		t.Set("ago", Duration(t.Start.Sub(l.Changed)))
		t.Set("current", other.ServerAddr.String())
		t.Show(say("SYN to {server}", "发往 {server} 的 SYN"), t.synFrames()...)
		t.Show(say("DNS about {name}", "关于 {name} 的 DNS"), l.Frames[:]...)
		t.Show(say("a connection to {current}", "到 {current} 的连接"), other.SynFrame, other.SynAckFrame)
	},
})

// failedOpenings are the ways in which the dialled address turns out to be dead.
var failedOpenings = []string{"syn-no-response", "refused-by-rst", "host-unreachable", "rejected-by-icmp"}

func (v *Survey) failed(id uint32) bool {
	return slices.ContainsFunc(v.matches.of(id), func(h hit) bool { return slices.Contains(failedOpenings, registry[h.rule].ID) })
}

// staleAddresses returns, by client, the addresses that names had and no longer have.
func (v *Survey) staleAddresses() map[[2]wire.Addr]*flow.Lookup {
	out := map[[2]wire.Addr]*flow.Lookup{}
	list := v.Tracker.Lookups()
	for i := range list {
		for _, a := range list[i].Earlier {
			if !a.IsZero() {
				out[[2]wire.Addr{list[i].Client, a}] = &list[i]
			}
		}
	}
	for i := range list {
		for _, a := range list[i].Addresses {
			delete(out, [2]wire.Addr{list[i].Client, a})
		}
	}
	return out
}

// siblingOf returns a connection of the same client to the same port of one of
// several addresses that was accepted; nil if there is none.
func (r *run) siblingOf(f *flow.Flow, addresses []wire.Addr) *flow.Flow {
	for id := range r.primary {
		o := r.Tracker.Flow(id)
		if o.ClientAddr == f.ClientAddr && o.ServerPort == f.ServerPort && o.ServerAddr != f.ServerAddr && o.SynAckFrame != 0 && o.AckFrame != 0 && slices.Contains(addresses, o.ServerAddr) {
			return o
		}
	}
	return nil
}

// tellName says by which name the dialled address is known, and whether the other
// addresses of that name work.
func (t *Telling) tellName() {
	for _, l := range t.run.Tracker.Lookups() {
		if l.Client != t.ClientAddr || !slices.Contains(l.Addresses[:], t.ServerAddr) {
			continue
		}
		text := say("By DNS, {serverAddr} is {name}", "据 DNS，{serverAddr} 即 {name}")
		if o := t.run.siblingOf(t.Flow, l.Addresses[:]); o != nil {
			t.Set("sibling", o.ServerAddr.String())
			text = join(text, say("; its address {sibling} works.", "；它的另一地址 {sibling} 可用。"))
		} else {
			text = join(text, say(".", "。"))
		}
		t.Set("name", l.Name)
		t.Note(text)
		return
	}
}
