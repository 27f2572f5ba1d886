package diagnose

import (
	"slices"
	"strconv"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

// pawsMSL is how long Linux before 4.12 remembered the last timestamp of a host
// with tcp_tw_recycle: TCP_PAWS_MSL, 60 s.
const pawsMSL = 60 * time.Second

var _ = register(&Rule{
	ID: "paws-per-host-drop", Stage: StageAddress, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultServerHost,
	Title:   say("SYNs with an older timestamp than another host's behind the same address are dropped", "时间戳比同一地址后其他主机更旧的 SYN 被丢弃"),
	Verdict: say("dropped by per-host PAWS (tcp_tw_recycle)", "被按主机 PAWS 丢弃（tcp_tw_recycle）"),
	Doc: say("With net.ipv4.tcp_tw_recycle=1 a Linux server before 4.12 remembers the last TCP timestamp of each client address for 60 s after it closed a connection, and drops SYNs whose timestamp is older. Behind a NAT several hosts with different clocks share one address: the one with the newest clock gets in, the others time out, now and then. Kernels from 4.12 on do not have this setting; there, look for another cause.",
		"在 net.ipv4.tcp_tw_recycle=1 时，4.12 之前的 Linux 服务端在关闭连接后 60 秒内会记住每个客户端地址的最后一个 TCP 时间戳，并丢弃时间戳更旧的 SYN。NAT 之后的多台主机时钟不同却共用一个地址：时钟最新的能连上，其他的时好时坏地超时。4.12 起的内核已没有该选项；在那里应另寻原因。"),
	Recognised: say("At the server: SYNs of an address are not answered while within the 60 s before a connection of the same address with a newer timestamp was served and closed by the server first; SYNs of that address with newer timestamps, or of other addresses, are answered at the same time.",
		"在服务端：某地址的 SYN 无应答，而此前 60 秒内同一地址有时间戳更新的连接被服务且由服务端先关闭；同一时期该地址时间戳更新的 SYN 或其他地址的 SYN 都得到应答。"),
	Summary: say("The SYNs of {client} to {server} carry timestamps around {tsval} ① and are dropped. {gap} before, a connection from the same address {clientAddr} had used {newer} ② and was closed by the server, which remembers that for 60 s. {served} connections of that address with newer timestamps were taken. That is the pattern of per-host PAWS: several hosts behind one NAT address, a server with tcp_tw_recycle=1. Kernels from 4.12 on cannot do it: look at uname -r first.",
		"{client} 发往 {server} 的 SYN 时间戳约为 {tsval} ①，被丢弃。{gap} 之前，来自同一地址 {clientAddr} 的连接用过 {newer} ②，并由服务端关闭，服务端会记住它 60 秒。该地址时间戳更新的 {served} 条连接被接受。这正是按主机 PAWS 的特征：一个 NAT 地址后有多台主机，服务端 tcp_tw_recycle=1。4.12 起的内核不会这样：先看 uname -r。"),
	LookAlikes: []LookAlike{
		apart("accept-queue-overflow", "Other SYNs to the same port are answered in the same seconds; a full queue drops all alike.", "同一时刻发往同一端口的其他 SYN 得到应答；队列满会一视同仁地丢弃。"),
		apart("syn-no-response", "The SYN reaches the server; others of the same kind are answered.", "SYN 到达了服务端；同类的其他 SYN 得到应答。"),
		maybe("syn-reached-server-no-reply", "On kernels from 4.12 on, timestamps differ by connection and mean nothing; then the reason is another.", "4.12 起的内核上时间戳按连接随机，没有意义；那时原因另有其他。"),
	},
	Confirm: []analyzer.Confirmation{
		on(onServer, "uname -r; sysctl net.ipv4.tcp_tw_recycle net.ipv4.tcp_timestamps", say("Kernel older than 4.12, tcp_tw_recycle = 1.", "内核早于 4.12，tcp_tw_recycle = 1。")),
		on(onServer, "nstat -az TcpExtPAWSPassive # twice (netstat -s: passive connections rejected because of time stamp)", say("Rises with each dropped SYN.", "随每个被丢弃的 SYN 增长。")),
	},
	Fix:    []analyzer.Text{say("sysctl -w net.ipv4.tcp_tw_recycle=0 on the server. Leave tcp_timestamps on: RTT measurement and PAWS within a connection need them.", "在服务端执行 sysctl -w net.ipv4.tcp_tw_recycle=0。保留 tcp_timestamps：RTT 测量与连接内的 PAWS 都需要它。")},
	Survey: surveyPAWS,
	Tell: func(t *Telling) {
		if t.Match.Detail == pawsByCounter {
			tellPAWSByCounter(t)
			return
		}
		served := 0
		for id, service := range t.run.placed().service {
			if service != t.run.placed().service[t.ID] {
				continue
			}
			if f := t.run.Tracker.Flow(id); f.ClientAddr == t.ClientAddr && f.AckFrame != 0 && int32(f.Sides[flow.Originator].LastTSval-t.Client.LastTSval) > 0 {
				served++
			}
		}
		t.Set("served", strconv.Itoa(served))
		t.Set("tsval", strconv.FormatUint(uint64(t.Client.LastTSval), 10))
		t.Show(say("SYNs that are not answered", "未得到应答的 SYN"), t.synFrames()...)
		if t.Match.Joined > 0 {
			other := t.run.Tracker.Flow(int(t.Match.Joined - 1))
			t.Set("newer", strconv.FormatUint(uint64(other.Sides[flow.Originator].LastTSval), 10))
			t.Set("gap", Duration(t.Start.Sub(other.End)))
			t.Show(say("the connection with the newer timestamp, closed by the server", "时间戳更新、由服务端关闭的连接"), other.SynFrame, other.Sides[flow.Responder].FinFrame)
		}
	},
	ExplainedBy: nil,
})

// surveyPAWS looks behind each unanswered SYN at the server for the connection
// whose timestamp made it old.
func surveyPAWS(v *Survey) {
	silent := v.Having("syn-reached-server-no-reply")
	if len(silent) == 0 {
		return
	}
	type key struct {
		client wire.Addr
		server flow.Endpoint
	}
	wanted := map[key][]int{}
	for _, id := range silent {
		f := v.Tracker.Flow(int(id))
		wanted[key{f.ClientAddr, f.Server()}] = nil
	}
	for id := range v.primary {
		f := v.Tracker.Flow(id)
		k := key{f.ClientAddr, f.Server()}
		if _, ok := wanted[k]; ok && f.SynAckFrame != 0 && f.Sides[flow.Originator].Options&wire.OptTimestamps != 0 {
			wanted[k] = append(wanted[k], id)
		}
	}
	// One contradiction removes the cause: an older timestamp that was let in.
	for _, id := range silent {
		f := v.Tracker.Flow(int(id))
		served := wanted[key{f.ClientAddr, f.Server()}]
		if f.Sides[flow.Originator].Options&wire.OptTimestamps == 0 || !slices.ContainsFunc(served, func(i int) bool { return i != int(id) }) {
			continue
		}
		if newer := v.newerBefore(f, f.Start, served); newer >= 0 && !v.contradicted(served) {
			v.Claim(id, Match{Level: Possible, Joined: int32(newer) + 1})
			v.drop(id, "syn-reached-server-no-reply")
		}
	}
}

// newerBefore returns the latest connection of the same address that the server
// closed first, with a newer timestamp, and that it still remembered when a SYN of
// f came.
func (v *Survey) newerBefore(f *flow.Flow, at analyzer.Timestamp, served []int) int {
	best := -1
	ts := f.Sides[flow.Originator].LastTSval
	for _, i := range served {
		g := v.Tracker.Flow(i)
		c, s := &g.Sides[flow.Originator], &g.Sides[flow.Responder]
		closed := s.FinTime != 0 && (c.FinTime == 0 || s.FinTime < c.FinTime)
		age := at.Sub(g.End)
		if closed && age >= 0 && age < pawsMSL && int32(c.LastTSval-ts) > 1 && (best < 0 || g.End > v.Tracker.Flow(best).End) {
			best = i
		}
	}
	return best
}

// contradicted reports that among the served connections of an address one was let
// in although its timestamp was older than one remembered.
func (v *Survey) contradicted(served []int) bool {
	for _, i := range served {
		f := v.Tracker.Flow(i)
		if n := v.newerBefore(f, f.LastSyn, served); n >= 0 && n != i {
			return true
		}
	}
	return false
}

// drop takes a rule's match from a flow.
func (v *Survey) drop(id uint32, ruleID string) {
	rule := Lookup(ruleID)
	v.matches.drop(id, func(h hit) bool { return h.rule == rule.index })
}
