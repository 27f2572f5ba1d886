package diagnose

import (
	"slices"
	"strconv"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

const (
	// knockTargets different places that one client knocks at, without a word, are
	// more than any program needs that wants to be served.
	knockTargets = 20
	// knockShare of that client's connections must be such knocks, unless so many ports
	// of one host were knocked at: peers in many places may be gone, but no program has
	// that many to try at one.
	knockShare = 0.8
	// knockPace: so many targets within this time of each other on average; people and
	// monitors are slower.
	knockPace = time.Second
)

var _ = register(&Rule{
	ID: "port-scan", Stage: StageCapture, Class: analyzer.Info, Severity: analyzer.SeverityInfo, Fault: analyzer.FaultClient,
	Title:   say("{clientAddr} scans ports: {targets} places tried", "{clientAddr} 在扫描端口：尝试了 {targets} 处"),
	Verdict: say("part of a port scan", "端口扫描的一部分"),
	Doc: say("One client knocks at many ports or hosts in a short time and says nothing where it is let in: a scanner (nmap, masscan, a vulnerability scan). Its unanswered and refused attempts are what a scan is made of, not failures.",
		"一个客户端在短时间内敲击许多端口或主机，即使被接受也一言不发：这是扫描器（nmap、masscan、漏洞扫描）。它那些无应答和被拒绝的尝试正是扫描的组成部分，而不是故障。"),
	Recognised: say("At least twenty places tried by one address with a single SYN each and no data, at more than one a second, and hardly any real connection of that address; or twenty ports of one host, also with repeated SYNs.",
		"同一地址以每处一个 SYN、不带数据的方式尝试了至少二十处，平均每秒超过一处，且该地址几乎没有真正的连接；或同一主机的二十个端口（SYN 可有重发）。"),
	Summary: say("{clientAddr} tried {targets} different ports or hosts ①, with a single SYN each and without sending anything. That is a scan. Its attempts are not counted as failures.",
		"{clientAddr} 尝试了 {targets} 个不同的端口或主机 ①，每处只有一个 SYN，没有发送任何数据。这是扫描，其尝试不计为故障。"),
	LookAlikes: []LookAlike{
		apart("syn-no-response", "A client that wants to be served repeats its SYN.", "想要得到服务的客户端会重发 SYN。"),
		apart("syn-flood", "The attempts go to many places, not to one listener.", "尝试分散到许多地方，而不是一个监听端口。"),
	},
	GroupBy:  ByClient,
	Uncapped: true,
	Confirm:  []analyzer.Confirmation{ask(say("owner of {clientAddr}", "{clientAddr} 的所有者"), "Is a scan planned? It may be the security team's; if nobody knows of it, treat it as hostile.", "是否有计划中的扫描？可能是安全团队的扫描器；若无人知晓，按恶意处理。")},
	Fix:      []analyzer.Text{say("Nothing to mend. If it is not yours, block or report {clientAddr}.", "无需处理。若不属于你，封禁或举报 {clientAddr}。")},
	Survey: func(v *Survey) {
		for _, s := range v.scanners() {
			for _, id := range s.knocks {
				v.Claim(id, Match{Level: Likely})
			}
		}
	},
	Tell: func(t *Telling) {
		places := t.run.placed()
		tried := make([]bool, places.count(ByService))
		targets := 0
		var frames []uint32
		for _, id := range t.Flows {
			if at := places.service[id]; !tried[at] {
				tried[at] = true
				targets++
			}
			if len(frames) < maxEvidenceFrames {
				frames = append(frames, t.run.Tracker.Flow(id).SynFrame)
			}
		}
		t.Set("targets", strconv.Itoa(targets))
		t.Finding.Title = t.Finding.Title.Fill(t.Values)
		t.Show(say("the first SYNs", "最初的 SYN"), frames...)
	},
})

// scanner is a client and the attempts that make it one.
type scanner struct {
	knocks      []uint32
	targets     map[uint32]struct{} // services, by number
	ports       map[uint32]int      // how many of them each host has, by number
	latest      uint32
	silent      int // of the knocks, those that were sent once
	flows       int
	first, last analyzer.Timestamp
}

// knocks counts the attempts without data, which nearly all captures have few of.
func (v *Survey) knocks() int {
	n := 0
	for _, x := range v.traits {
		if x&(asked|withData) == asked {
			n++
		}
	}
	return n
}

// scanners finds the clients that knock at many places.
func (v *Survey) scanners() map[wire.Addr]*scanner {
	if v.knocks() < knockTargets {
		return nil
	}
	places := v.placed()
	of := make([]*scanner, places.count(ByClient))
	count := 0
	for id, x := range v.traits {
		if x&asked == 0 {
			continue
		}
		s := of[places.client[id]]
		if s == nil {
			if count >= maxMute {
				continue
			}
			count++
			s = &scanner{targets: map[uint32]struct{}{}, ports: map[uint32]int{}}
			of[places.client[id]] = s
		}
		f := v.Tracker.Flow(id)
		s.flows++
		if !knock(f) {
			continue
		}
		if f.SynCount == 1 {
			s.silent++
		}
		if len(s.knocks) == 0 {
			s.first = f.Start
		}
		s.knocks = append(twice(s.knocks), uint32(id))
		s.last = f.Start
		if len(s.targets) < maxMute && places.service[id] != s.latest || len(s.knocks) == 1 {
			s.latest = places.service[id]
			if _, known := s.targets[s.latest]; !known {
				s.targets[s.latest] = struct{}{}
				s.ports[places.of(ByServer, id)]++
			}
		}
	}
	by := map[wire.Addr]*scanner{}
	for n, s := range of {
		if s != nil {
			by[places.clients.keys[n].Addr] = s
		}
	}
	for a, s := range by {
		slow := s.last.Sub(s.first) > time.Duration(len(s.knocks))*knockPace
		wide := float64(s.silent) >= knockShare*float64(s.flows)
		s.knocks = slices.DeleteFunc(s.knocks, func(id uint32) bool {
			return !(wide && v.Tracker.Flow(int(id)).SynCount == 1) && s.ports[places.of(ByServer, int(id))] < knockTargets
		})
		if len(s.targets) < knockTargets || len(s.knocks) < knockTargets || slow {
			delete(by, a)
		}
	}
	return by
}

// knock reports an attempt as scanners make them: no data, and if there was an
// answer, nothing but a RST or FIN after it.
func knock(f *flow.Flow) bool {
	return (f.SynCount == 1 || f.AckFrame == 0) && f.Payload() == 0 && f.Flags&flow.SynToGroup == 0
}
