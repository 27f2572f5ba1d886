package diagnose

import (
	"slices"
	"strconv"
	"strings"

	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/host"
	"wirewhy/analyzer/wire"
)

var (
	_ = testifies(intercepted, "upstream-down-behind-proxy", "rst-after-handshake", "server-closed-without-answer", "http-503-from-proxy")
	_ = testifies(translated, "synack-wrong-source")
)

// intercepted asks the server's host whether a proxy stands before the port: a
// REDIRECT in the nat table, as Istio's init container writes it.
func intercepted(s *Subject) []statement {
	if s.ResetFrame != 0 && s.ResetClass == flow.ResetNoSocket {
		return nil // a kernel without a socket, not a proxy
	}
	var out []statement
	for _, h := range s.servers() {
		f := h.Filter(s.opening(), "prerouting", true)
		port := strconv.Itoa(int(s.ServerPort))
		switch {
		case f.Action == host.Redirect:
			to := strconv.Itoa(int(f.Rule.Rule.ToPort))
			t := ruleText(f, say("connections to port "+port+" are redirected to port "+to+", where a proxy takes them; the application sees only the proxy's own connections", "发往端口 "+port+" 的连接被重定向到端口 "+to+"，由代理接受；应用看到的只是代理自己的连接"))
			if n, ok := intercepts(f); ok {
				t = join(t, say("; "+n+" connections were intercepted so", "；已有 "+n+" 条连接被这样截取"))
			}
			if slices.ContainsFunc(append(f.Path, f.Rule), func(x host.Fact) bool { return strings.HasPrefix(x.Rule.Chain, "ISTIO_") }) {
				t = join(t, say("; the chains are Istio's", "；这些链由 Istio 建立"))
			}
			out = append(out, statement{speaks, Likely, said(t, whence(h, f.Rule))})
		case f.Action == host.DNAT:
			out = append(out, statement{remark, None, said(ruleText(f, say("connections to port "+port+" are translated to "+target(f), "发往端口 "+port+" 的连接被转换到 "+target(f))), whence(h, f.Rule))})
		case f.Action == host.Accept && f.Sure:
			out = append(out, statement{remark, None, told{Text: say("no rule of the nat table redirects port "+port+" on this host", "该主机的 nat 表中没有规则重定向端口 "+port)}})
		}
		out = append(out, proxyWords(s, h)...)
	}
	return out
}

// intercepts returns the counter nearest to the port: that of the rule which names it.
func intercepts(f host.Fate) (string, bool) {
	for _, x := range slices.Backward(append(slices.Clone(f.Path), f.Rule)) {
		if len(x.Rule.DestPorts) > 0 && x.Rule.Packets >= 0 {
			return decimal(x.Rule.Packets), true
		}
	}
	return "", false
}

func target(f host.Fate) string {
	r := f.Rule.Rule
	switch {
	case r.To.IsValid() && r.ToPort != 0:
		return endpointOf(r)
	case r.To.IsValid():
		return r.To.String()
	}
	return ":" + strconv.Itoa(int(r.ToPort))
}

func endpointOf(r *host.Rule) string {
	if r.To.Is6() {
		return "[" + r.To.String() + "]:" + strconv.Itoa(int(r.ToPort))
	}
	return r.To.String() + ":" + strconv.Itoa(int(r.ToPort))
}

// upstreamFlags are Envoy's flags for an upstream that could not be reached.
var upstreamFlags = []string{"UF", "UH", "URX", "UC"}

// proxyWords reads the proxy's own log, and the counter of connections that were
// closed with unread data.
func proxyWords(s *Subject, h *host.Host) []statement {
	var out []statement
	for _, f := range h.Answers {
		if slices.Contains(upstreamFlags, f.Name) {
			out = append(out, statement{speaks, Certain, said(say("the proxy's log says "+f.Name+" (upstream not reached): "+quoted(f), "代理日志给出 "+f.Name+"（无法到达上游）："+quoted(f)), whence(h, f))})
			break
		}
	}
	if c, ok := h.Change("TcpExtTCPAbortOnClose"); ok && c.Rose() && s.ResetFrame != 0 {
		out = append(out, statement{speaks, Likely, changed(h, c)})
	}
	return out
}

// translated asks every host for the translation whose way back is missing.
func translated(s *Subject) []statement {
	foreign := s.Trouble.Foreign
	var out []statement
	for _, h := range s.run.Host.Hosts {
		for _, hook := range []string{"prerouting", "output"} {
			f := h.Filter(s.opening(), hook, true)
			if f.Action != host.DNAT || f.Rule.Rule.To != foreign.Addr.Netip() {
				continue
			}
			out = append(out, statement{speaks, Certain, said(ruleText(f, say("this host translates {server} to {foreign}; the answer must come back through it, and does not", "该主机把 {server} 转换为 {foreign}；应答必须经它返回，却没有")), whence(h, f.Rule))})
		}
		out = append(out, tracked(s, h, foreign.Addr)...)
	}
	return dedupe(out)
}

// tracked looks for the flow in a host's connection tracking table.
func tracked(s *Subject, h *host.Host, answers wire.Addr) []statement {
	for _, f := range h.Entries {
		e := f.Entry
		if e.Source != endpoint(s.ClientAddr, s.ClientPort) || e.Dest != endpoint(s.ServerAddr, s.ServerPort) || e.Answer.Addr() != answers.Netip() {
			continue
		}
		t := said(say("connection tracking expects the answer from "+e.Answer.String()+": "+quoted(f), "连接跟踪预期应答来自 "+e.Answer.String()+"："+quoted(f)), whence(h, f))
		if e.Unreplied {
			t.Text = join(t.Text, say("; it is UNREPLIED: the answer took another way", "；状态为 UNREPLIED：应答走了另一条路"))
		}
		return []statement{{speaks, Certain, t}}
	}
	return nil
}
