package diagnose

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

const (
	rcodeServFail = 2
	rcodeNXDomain = 3
	rcodeRefused  = 5
)

// dnsPatience is how long a query must have waited: glibc and systemd-resolved ask
// again after five seconds, musl after two and a half (resolv.conf(5), timeout).
const dnsPatience = 2 * time.Second

// resolved reports whether a client got a useful answer for a name, of any type
// and from any server, or for a longer form of it.
func (v *Survey) resolved(l *flow.Lookup) bool {
	for _, o := range v.Tracker.Lookups() {
		if o.Client == l.Client && o.Answers > 0 && o.RCode == 0 && !o.Empty && (o.Name == l.Name || searched(l.Name, o.Name)) {
			return true
		}
	}
	return false
}

// searched reports that a longer name is a shorter one with a search domain added:
// resolvers try those first (ndots), and their NXDOMAIN means nothing.
func searched(long, short string) bool { return strings.HasPrefix(long, short+".") }

func dnsEvidence(v *Survey, l *flow.Lookup, text analyzer.Text) analyzer.Evidence {
	return analyzer.Evidence{Text: text, Capture: v.Index, Frames: frames(l.Frames[:])}
}

func dnsValues(l *flow.Lookup) map[string]string {
	return map[string]string{
		"name": l.Name, "asking": l.Client.String(), "dns": l.Server.String(), "queries": strconv.Itoa(int(l.Queries)),
		"pending": strconv.Itoa(int(l.Pending)), "delay": Duration(l.Slowest),
	}
}

// names returns the distinct names among lookups, sorted as they came.
func (v *Survey) lookupsWith(keep func(*flow.Lookup) bool) []flow.Lookup {
	var out []flow.Lookup
	for _, l := range v.Tracker.Lookups() {
		same := func(o flow.Lookup) bool { return o.Name == l.Name && o.Client == l.Client && o.Server == l.Server }
		if keep(&l) && !slices.ContainsFunc(out, same) {
			out = append(out, l)
		}
	}
	return out
}

// dnsRule completes a rule about names.
func dnsRule(r Rule) *Rule {
	r.Stage, r.Class, r.Fault, r.GroupBy, r.Uncapped = StageMessage, analyzer.Sick, analyzer.FaultDNS, ByCapture, true
	return register(&r)
}

var _ = dnsRule(Rule{
	ID: "dns-nxdomain", Severity: analyzer.SeverityError,
	Title:   say("The name {name} does not exist", "名称 {name} 不存在"),
	Verdict: say("name does not exist", "名称不存在"),
	Doc: say("The client asked for a name and the server says that there is none (NXDOMAIN). No connection follows. A typing error, a missing record, the wrong search domain or the wrong DNS server (split horizon).",
		"客户端查询某个名称，服务器回答不存在（NXDOMAIN）。之后不会有连接。可能是拼写错误、缺少记录、搜索域错误或用错了 DNS 服务器（内外网解析不同）。"),
	Recognised: say("NXDOMAIN for a name, and no answer for the same name or the one without its search suffix to the same client.", "某名称得到 NXDOMAIN，且同一客户端对该名称或去掉搜索后缀后的名称都没有得到答案。"),
	Summary:    say("{asking} asked {dns} for {name}, and the answer is that there is no such name ①. No connection can follow.", "{asking} 向 {dns} 查询 {name}，回答是没有这个名称 ①。因此不会有后续连接。"),
	LookAlikes: []LookAlike{apart("dns-timeout", "The server answered.", "服务器有应答。"), apart("syn-no-response", "No SYN was sent.", "没有发送 SYN。")},
	Confirm:    []analyzer.Confirmation{on(say("host {asking}", "主机 {asking}"), "dig +search {name}; dig @{dns} {name}; cat /etc/resolv.conf", say("status: NXDOMAIN", "status: NXDOMAIN"))},
	Fix:        []analyzer.Text{say("Correct the name or add the record. In Kubernetes: service.namespace.svc.cluster.local, with a trailing dot to spare the search list (ndots:5).", "更正名称或添加记录。Kubernetes 中使用 service.namespace.svc.cluster.local，末尾加点可省去搜索列表（ndots:5）。")},
	Survey: func(v *Survey) {
		for _, l := range v.lookupsWith(func(l *flow.Lookup) bool {
			return l.Answers > 0 && l.RCode == rcodeNXDomain && !v.resolved(l) && !v.shorterFails(l)
		}) {
			v.Found(Certain, dnsValues(&l), dnsEvidence(v, &l, say("query and answer", "查询与应答")))
		}
	},
})

// shorterFails reports that the name without its search suffix was asked for as
// well: then that one tells the story.
func (v *Survey) shorterFails(l *flow.Lookup) bool {
	for _, o := range v.Tracker.Lookups() {
		if o.Client == l.Client && o.Name != l.Name && searched(l.Name, o.Name) && strings.Contains(o.Name, ".") {
			return true
		}
	}
	return false
}

var _ = dnsRule(Rule{
	ID: "dns-timeout", Severity: analyzer.SeverityError,
	Title:   say("The DNS server {dns} does not answer {asking}", "DNS 服务器 {dns} 不应答 {asking}"),
	Verdict: say("DNS does not answer", "DNS 无应答"),
	Doc: say("Queries are repeated and not answered. The connection does not start, or starts seconds late after the resolver has tried another server (5 s for glibc). In Kubernetes, often a lost UDP packet (conntrack race of the A and AAAA queries from one port), an overloaded CoreDNS, or a policy that forgets port 53.",
		"查询被重复发送却没有应答。连接无法开始，或在解析器换用另一台服务器之后（glibc 为 5 秒）才晚几秒开始。在 Kubernetes 中常见于 UDP 丢包（同一端口的 A 与 AAAA 查询的 conntrack 竞争）、CoreDNS 过载，或策略漏放 53 端口。"),
	Recognised: say("The same question at least twice without an answer, or once with two seconds of silence after it.", "同一问题至少询问两次没有应答，或一次之后沉默两秒以上。"),
	Summary:    say("{asking} asked {dns} for {name} {pending} times ① and got no answer.", "{asking} 向 {dns} 查询 {name} 共 {pending} 次 ①，没有应答。"),
	LookAlikes: []LookAlike{apart("dns-nxdomain", "There is no answer at all.", "根本没有应答。"), maybe("packet-loss", "Single lost datagrams are repeated and answered.", "个别丢失的数据报会被重发并得到应答。")},
	Confirm:    []analyzer.Confirmation{on(say("host {asking}", "主机 {asking}"), "dig @{dns} {name}; dig +tcp @{dns} {name}", say("connection timed out; no servers could be reached", "connection timed out; no servers could be reached")), on(onClientNode, "conntrack -S | grep -o 'insert_failed=[0-9]*'", say("Rises: two queries from one port raced (NodeLocal DNSCache, single-request-reopen).", "增长：同一端口的两个查询发生竞争（NodeLocal DNSCache、single-request-reopen）。"))},
	Fix:        []analyzer.Text{say("Check that {dns} is the right server, is up, and may be reached on port 53 over UDP and TCP.", "检查 {dns} 是否正确、在线，且 UDP 与 TCP 的 53 端口可达。")},
	Survey: func(v *Survey) {
		seen := map[[2]string]bool{}
		for _, l := range v.lookupsWith(func(l *flow.Lookup) bool { return l.Pending >= 2 || l.Pending == 1 && l.Answers == 0 }) {
			waited := v.quality.Last.Sub(l.PendingSince)
			k := [2]string{l.Client.String(), l.Server.String()}
			if waited < dnsPatience || seen[k] {
				continue
			}
			seen[k] = true
			v.Found(Certain, dnsValues(&l), dnsEvidence(v, &l, say("queries without an answer", "没有应答的查询")))
		}
	},
})

var _ = dnsRule(Rule{
	ID: "dns-error", Severity: analyzer.SeverityError,
	Title:      say("The DNS server {dns} answers {name} with {rcode}", "DNS 服务器 {dns} 对 {name} 返回 {rcode}"),
	Verdict:    say("DNS error", "DNS 错误"),
	Doc:        say("The server answered that it cannot or will not resolve the name. SERVFAIL: its own upstream fails, or DNSSEC does not verify. REFUSED: this client may not ask it.", "服务器回答它不能或不愿解析该名称。SERVFAIL：它的上游失败，或 DNSSEC 校验失败。REFUSED：不允许该客户端查询。"),
	Recognised: say("An answer with response code SERVFAIL or REFUSED, and no useful answer for the same name.", "响应码为 SERVFAIL 或 REFUSED 的应答，且同一名称没有有用的答案。"),
	Summary:    say("{asking} asked {dns} for {name} and was answered {rcode} ①.", "{asking} 向 {dns} 查询 {name}，得到 {rcode} ①。"),
	LookAlikes: []LookAlike{apart("dns-nxdomain", "The server does not say that the name does not exist.", "服务器并没有说该名称不存在。"), apart("dns-timeout", "The server answered.", "服务器有应答。")},
	Confirm:    []analyzer.Confirmation{on(say("host {asking}", "主机 {asking}"), "dig @{dns} {name}; dig +cd @{dns} {name}", say("status: {rcode}; with +cd an answer, if DNSSEC is the reason.", "status: {rcode}；若原因是 DNSSEC，则加 +cd 可得到答案。"))},
	Fix:        []analyzer.Text{say("SERVFAIL: look at the server's own upstream and log. REFUSED: use the server meant for this client, or allow it there.", "SERVFAIL：检查该服务器的上游与日志。REFUSED：使用为该客户端准备的服务器，或在其上放行。")},
	Survey: func(v *Survey) {
		names := map[uint8]string{rcodeServFail: "SERVFAIL", rcodeRefused: "REFUSED"}
		for _, l := range v.lookupsWith(func(l *flow.Lookup) bool { return l.Answers > 0 && names[l.RCode] != "" && !v.resolved(l) }) {
			values := dnsValues(&l)
			values["rcode"] = names[l.RCode]
			v.Found(Certain, values, dnsEvidence(v, &l, say("query and answer", "查询与应答")))
		}
	},
})

var _ = dnsRule(Rule{
	ID: "dns-slow", Severity: analyzer.SeverityWarning,
	Title:      say("{name} took {delay} to resolve", "解析 {name} 花了 {delay}"),
	Verdict:    say("slow DNS", "DNS 缓慢"),
	Doc:        say("The name was resolved in the end, but a query or its answer was lost and the resolver asked again after its timeout (5 s for glibc, 2.5 s for musl), or the server was slow. Users see that as a slow connection.", "名称最终解析成功，但查询或应答丢失，解析器在超时后重发（glibc 5 秒，musl 2.5 秒），或服务器缓慢。用户感受到的是连接缓慢。"),
	Recognised: say("Two seconds or more from a first query to its answer.", "从首次查询到应答用了两秒或更久。"),
	Summary:    say("{asking} waited {delay} for the address of {name} from {dns} ①.", "{asking} 等了 {delay} 才从 {dns} 得到 {name} 的地址 ①。"),
	LookAlikes: []LookAlike{apart("dns-timeout", "The answer came.", "应答到了。"), apart("slow-server", "The time was lost before the connection began.", "时间是在连接开始之前损失的。")},
	Confirm:    []analyzer.Confirmation{on(say("host {asking}", "主机 {asking}"), "dig @{dns} {name} | grep 'Query time'; conntrack -S | grep -o 'insert_failed=[0-9]*'", say("Now and then about 5 s: lost datagrams. insert_failed rises: the race of A and AAAA queries.", "偶尔约 5 秒：数据报丢失。insert_failed 增长：A 与 AAAA 查询的竞争。"))},
	Fix:        []analyzer.Text{say("options single-request-reopen or timeout:1 in resolv.conf, NodeLocal DNSCache, a nearer DNS server.", "resolv.conf 中使用 options single-request-reopen 或 timeout:1，使用 NodeLocal DNSCache 或更近的 DNS 服务器。")},
	Survey: func(v *Survey) {
		for _, l := range v.lookupsWith(func(l *flow.Lookup) bool { return l.Slowest >= dnsPatience && l.Answers > 0 && l.RCode == 0 }) {
			v.Found(Certain, dnsValues(&l), dnsEvidence(v, &l, say("queries and answer", "查询与应答")))
		}
	},
})
