package diagnose

import (
	"strconv"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

const (
	// firstSynCount connections of one client that needed exactly a second SYN, and
	// firstSynShare of all its connections, are no chance: a path that loses one
	// packet in twenty would show it in the data as well.
	firstSynCount = 5
	firstSynShare = 0.05
	// firstSynAll connections, if they are all: where one packet in twenty gets lost,
	// that is a chance of one in eight thousand.
	firstSynAll = 3
)

var _ = register(&Rule{
	ID: "first-syn-lost", Stage: StageTiming, Class: analyzer.Sick, Severity: analyzer.SeverityWarning, Fault: analyzer.FaultPath,
	Title:   say("The first SYN gets lost now and then, the second works: a second's delay each time", "首个 SYN 时常丢失，第二个才成功：每次延迟一秒"),
	Verdict: say("first SYN lost, a second late", "首个 SYN 丢失，延迟一秒"),
	Doc: say("Many connections of one client need a second SYN, a second later, to different servers, while data hardly ever gets lost. Something near the client drops new connections only: two connections that were given the same port by source NAT at the same moment (conntrack insert_failed), IPVS reusing a port in TIME_WAIT (conn_reuse_mode), a full connection table, a rate limit for SYNs.",
		"同一客户端到不同服务端的许多连接都要等一秒后的第二个 SYN 才成功，而数据几乎不丢。客户端附近有东西只丢弃新建连接：源 NAT 同时给两条连接分配了同一端口（conntrack insert_failed）、IPVS 复用 TIME_WAIT 端口（conn_reuse_mode）、连接表满、SYN 限速。"),
	Recognised: say("At least five connections of one client, and one in twenty, to at least two servers needed exactly two SYNs, or at least three and all of them did; and the client's data was hardly ever sent again.", "同一客户端至少五条且至少二十分之一、涉及至少两个服务端的连接恰好用了两个 SYN，或至少三条且全部如此，而该客户端的数据几乎没有重传。"),
	Summary: say("{n} of {all} connections of {clientAddr} needed a second SYN ① and started a second late, servers: {servers}. Once connected, they work. New connections are dropped {where}.",
		"{clientAddr} 的 {all} 条连接中有 {n} 条需要第二个 SYN ①，晚了一秒才开始，涉及 {servers} 个服务端。连上之后一切正常。新建连接在{whereZh}被丢弃。"),
	LookAlikes: []LookAlike{
		apart("packet-loss", "Data is hardly ever sent again.", "数据几乎没有重传。"),
		maybe("syn-reached-server-no-reply", "A full accept queue drops SYNs as well, but at one server only.", "accept 队列满也会丢弃 SYN，但只发生在一个服务端。"),
	},
	ExplainedBy: []string{"syn-options-dropped"},
	GroupBy:     ByClient,
	Confirm: []analyzer.Confirmation{
		on(onClientNode, "conntrack -S # twice: insert_failed, drop, early_drop; dmesg | grep 'table full'", say("insert_failed or drop rises with each late connection.", "insert_failed 或 drop 随每条迟到的连接增长。")),
		on(onClientNode, "sysctl net.ipv4.vs.conn_reuse_mode; iptables -t nat -S | grep -c random-fully", say("1 on kernels before 5.9; no --random-fully.", "5.9 之前的内核上为 1；没有 --random-fully。")),
	},
	Fix: []analyzer.Text{say("Source NAT with --random-fully, a newer kernel, a larger nf_conntrack_max, more addresses to translate to; keep connections open.", "源 NAT 使用 --random-fully、升级内核、增大 nf_conntrack_max、增加转换地址；使用长连接。")},
	Survey: func(v *Survey) {
		type tally struct {
			late        []uint32
			all         int
			again, sent uint32
			servers     map[wire.Addr]bool
		}
		by := map[wire.Addr]*tally{}
		for id, has := range v.traits {
			if !has.has(asked | completed | troubled) {
				continue
			}
			f := v.Tracker.Flow(id)
			x := v.Tracker.Trouble(f)
			if wait := f.LastSyn.Sub(f.Start); f.SynCount != 2 || wait < retryPatience-retryPatience/10 || wait >= synPatience+retryPatience || x.SynAckRepeats > 0 || x.StrayAcks > 0 {
				continue
			}
			t := by[f.ClientAddr]
			if t == nil {
				if len(by) >= maxMute {
					continue
				}
				t = &tally{servers: map[wire.Addr]bool{}}
				by[f.ClientAddr] = t
			}
			t.late = append(t.late, uint32(id))
			t.servers[f.ServerAddr] = true
		}
		for id, has := range v.traits {
			if len(by) == 0 {
				return
			}
			if !has.has(asked | completed) {
				continue
			}
			f := v.Tracker.Flow(id)
			if t := by[f.ClientAddr]; t != nil {
				t.all++
				t.sent += f.Sides[flow.Originator].DataSegments
				t.again += v.Tracker.Trouble(f).Sent[flow.Originator].DataRetransmissions
			}
		}
		for _, t := range by {
			lossy := float64(t.again) >= lossShare*float64(t.sent) && t.again > 0
			many := len(t.late) >= firstSynCount && float64(len(t.late)) >= firstSynShare*float64(t.all) && len(t.servers) >= 2
			all := len(t.late) >= firstSynAll && len(t.late) == t.all
			if lossy || !many && !all {
				continue
			}
			for _, id := range t.late {
				v.Claim(id, Match{Level: Possible})
			}
		}
	},
	Tell: func(t *Telling) {
		servers := map[wire.Addr]bool{}
		all := 0
		var frames []uint32
		for _, id := range t.Flows {
			f := t.run.Tracker.Flow(id)
			servers[f.ServerAddr] = true
			var s Subject
			s.load(t.run, f)
			if len(frames) < maxEvidenceFrames {
				frames = append(frames, s.synFrames()...)
			}
		}
		for id := range t.run.primary {
			if f := t.run.Tracker.Flow(id); f.ClientAddr == t.ClientAddr && f.AckFrame != 0 {
				all++
			}
		}
		t.Set("all", strconv.Itoa(all))
		t.Set("servers", strconv.Itoa(len(servers)))
		t.Set("where", "near the client")
		t.Set("whereZh", "客户端附近")
		if len(servers) == 1 {
			t.Set("where", "on the way to it, or by its own host (a full queue, a limit)")
			t.Set("whereZh", "到它的途中，或由其主机（队列满、限速）")
		}
		t.Show(say("the first and second SYNs", "第一个与第二个 SYN"), frames[:min(len(frames), maxEvidenceFrames)]...)
	},
})
