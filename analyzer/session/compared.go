package session

import (
	"slices"
	"strconv"
	"strings"

	"wirewhy/analyzer"
	"wirewhy/analyzer/correlate"
	"wirewhy/analyzer/report"
	"wirewhy/analyzer/wire"
	"wirewhy/wasm/protocol"
)

// The words of comparing captures.
var (
	byWords = [...]analyzer.Text{
		correlate.ByEnds:    {En: "endpoints and initial sequence number", Zh: "两端地址与初始序列号"},
		correlate.ByNumbers: {En: "both initial sequence numbers (NAT between)", Zh: "双方初始序列号（途中有 NAT）"},
		correlate.BySyn:     {En: "the client's SYN (NAT between, no answer)", Zh: "客户端的 SYN（途中有 NAT，无应答）"},
		correlate.BySpace:   {En: "endpoints and sequence numbers (begun before)", Zh: "两端地址与序列号（早于抓包建立）"},
		correlate.ByPayload: {En: "endpoints and payload (numbers rewritten)", Zh: "两端地址与载荷（序列号被改写）"},
		correlate.ByProxy:   {En: "payload (a proxy between)", Zh: "载荷（中间有代理）"},
		correlate.Alone:     {En: "only one capture holds it", Zh: "只有一份抓包中有它"},
	}
	apartWords = [correlate.ReasonCount]analyzer.Text{
		correlate.NotRunning: {En: "the other capture was not running at the time", Zh: "当时另一份抓包没有在运行"},
		correlate.OtherHosts: {En: "the other capture holds nothing of these hosts", Zh: "另一份抓包中没有这些主机的报文"},
		correlate.Ambiguous:  {En: "several connections of the other capture would fit", Zh: "另一份抓包中有多条连接都可能与之对应"},
		correlate.NoMatch:    {En: "nothing in the other capture fits", Zh: "另一份抓包中没有与之对应的连接"},
	}
	nearWords = [...]analyzer.Text{
		correlate.NearByNothing: {En: "nothing tells which of the two was taken nearer to the clients", Zh: "无法判断哪一份更靠近客户端"},
		correlate.NearByTimes:   {En: "what the clients send passes it first, and what the servers send last", Zh: "客户端发出的报文先经过它，服务端发出的报文后经过它"},
		correlate.NearByTTL:     {En: "what the clients send has crossed fewer routers there", Zh: "客户端发出的报文到达那里时经过的路由器更少"},
		correlate.NearByVantage: {En: "each of the two tells where it was taken", Zh: "两份抓包各自表明了抓取位置"},
		correlate.NearByWord:    {En: "as was said by hand", Zh: "由人工指定"},
	}
	changeWords = [...]struct {
		change correlate.Changes
		words  analyzer.Text
	}{
		{correlate.ChangedMSS, analyzer.Text{En: "MSS", Zh: "MSS"}},
		{correlate.ChangedOptions, analyzer.Text{En: "options", Zh: "选项"}},
		{correlate.ChangedDSCP, analyzer.Text{En: "DSCP", Zh: "DSCP"}},
		{correlate.ChangedECN, analyzer.Text{En: "ECN mark", Zh: "ECN 标记"}},
		{correlate.ChangedTTL, analyzer.Text{En: "another count of hops", Zh: "跳数不同"}},
		{correlate.ChangedWindow, analyzer.Text{En: "window", Zh: "窗口"}},
		{correlate.ChangedNumbers, analyzer.Text{En: "sequence numbers", Zh: "序列号"}},
	}
	fateWords = [...]analyzer.Text{
		correlate.LostBetween:    {En: "lost between", Zh: "途中丢失"},
		correlate.ChangedBetween: {En: "changed", Zh: "被修改"},
		correlate.CameTwice:      {En: "came twice", Zh: "重复送达"},
		correlate.NeverSent:      {En: "never sent: injected", Zh: "从未发出：系注入"},
	}
)

// comparison answers Compare. s.mu is held.
func (s *Session) comparison(lang analyzer.Lang) protocol.CompareView {
	var v protocol.CompareView
	for _, p := range s.pairs {
		v.Pairs = append(v.Pairs, s.pairView(p, lang))
	}
	for _, t := range s.trials {
		if t.pair == nil && t.done {
			names := s.loaded[t.of[0]].capture.Name + " – " + s.loaded[t.of[1]].capture.Name
			why := t.why
			if why.IsZero() {
				why = analyzer.Text{En: "no connection of the one was found in the other", Zh: "没有找到共同的连接"}
			}
			v.Apart = append(v.Apart, names+": "+why.In(lang))
		}
	}
	if len(s.loaded) > 2 {
		v.Path = s.path(lang)
	}
	return v
}

// path lists the captures in their order on the way from the clients, or says why
// there is none.
func (s *Session) path(lang analyzer.Lang) string {
	depth := s.depths()
	var order []uint64 // depth, then capture
	for i, d := range depth {
		if s.compared(i) {
			order = append(order, uint64(d)<<32|uint64(i))
		}
	}
	slices.Sort(order)
	names := make([]string, len(order))
	for n, x := range order {
		names[n] = s.loaded[uint32(x)].capture.Name
		if n > 0 && x>>32 == order[n-1]>>32 {
			return analyzer.Text{
				En: "The captures are not in one order: " + names[n-1] + " and " + names[n] + " cannot be told to lie one behind the other.",
				Zh: "这些抓包无法排成一条路径：不能判断 " + names[n-1] + " 与 " + names[n] + " 谁在前谁在后。",
			}.In(lang)
		}
	}
	return strings.Join(names, " → ")
}

func (s *Session) pairView(p *paired, lang analyzer.Lang) protocol.PairView {
	near := p.near()
	c := p.Clock
	v := protocol.PairView{
		Near: p.of[near], Far: p.of[1-near], Known: p.known(), Told: p.NearBy == correlate.NearByWord, Why: nearWords[p.NearBy].In(lang),
		Clock: protocol.ClockView{
			Known: c.Known, OneWay: c.OneWay, Offset: c.Offset, Uncertainty: c.Uncertainty,
			DriftKnown: c.DriftKnown, Drift: int64(c.Drift * 1e9), DriftError: int64(c.DriftError * 1e9),
		},
	}
	if near == 1 {
		v.Clock.Offset, v.Clock.Drift = -v.Clock.Offset, -v.Clock.Drift
	}
	var by [correlate.Alone + 1]int
	for i := range p.Joined {
		x := &p.Joined[i]
		by[x.By]++
		for d := range x.Way {
			addWay(&v.Ways[d], &x.Way[d])
		}
	}
	for k, n := range by {
		if n > 0 && k != int(correlate.Alone) {
			v.By = append(v.By, protocol.Tally{Words: byWords[k].In(lang), Count: n})
		}
	}
	v.Missing, v.Differ = by[correlate.Alone], len(p.Fates)
	for k := range apartWords {
		for side, capture := range p.of {
			if n := p.Apart[side][k]; n > 0 {
				v.Apart = append(v.Apart, protocol.Tally{Words: s.loaded[capture].capture.Name + ": " + apartWords[k].In(lang), Count: n})
			}
		}
	}
	for d := range v.Ways {
		w := &v.Ways[d]
		w.DelayMedian = p.Median[d]
		w.Changes = s.wayChanges(p, d, lang)
	}
	return v
}

// sayCompared tells in a few sentences what each pair of captures tells together.
func (s *Session) sayCompared() []analyzer.Text {
	var out []analyzer.Text
	for _, p := range s.pairs {
		v := s.pairView(p, analyzer.English)
		near, far := s.loaded[v.Near].capture.Name, s.loaded[v.Far].capture.Name
		joined := 0
		for _, by := range v.By {
			joined += by.Count
		}
		n := report.Grouped(uint64(joined))
		t := analyzer.Text{En: near + " and " + far + " hold " + n + " connections in common.", Zh: near + " 与 " + far + " 有 " + n + " 条共同的连接。"}
		add := func(en, zh string) { t.En, t.Zh = t.En+" "+en, t.Zh+zh }
		if v.Known {
			add(near+" was taken nearer to the clients.", near+" 更靠近客户端。")
		}
		if c := &v.Clock; c.Known {
			value, word := strconv.FormatFloat(c.Offset.Abs().Seconds(), 'f', 6, 64)+" s ± "+report.Span(c.Uncertainty), analyzer.Text{En: " ahead.", Zh: "超前 "}
			if c.Offset < 0 {
				word = analyzer.Text{En: " behind.", Zh: "滞后 "}
			}
			add("The clock of "+far+" is "+value+word.En, far+" 的时钟"+word.Zh+value+"。")
		}
		for d, way := range [2]analyzer.Text{{En: "to the servers", Zh: "去往服务端"}, {En: "to the clients", Zh: "去往客户端"}} {
			w := &v.Ways[d]
			lost, sent, made := report.Grouped(uint64(w.Lost)), report.Grouped(uint64(w.Sent)), report.Grouped(uint64(w.MadeUp))
			add("Of "+sent+" packets "+way.En+", "+lost+" were lost between.", way.Zh+"的 "+sent+" 个报文中有 "+lost+" 个在途中丢失。")
			if w.MadeUp > 0 {
				add(made+" came that nobody had sent.", "另有 "+made+" 个从未有人发出。")
			}
		}
		out = append(out, t)
	}
	return out
}

func addWay(v *protocol.WayView, w *correlate.Way) {
	v.Sent, v.Arrived, v.Lost, v.LostData = v.Sent+w.Sent, v.Arrived+w.Arrived, v.Lost+w.LostCount, v.LostData+w.LostData
	v.MadeUp, v.Twice, v.LostBytes = v.MadeUp+w.MadeUpCount, v.Twice+w.Twice, v.LostBytes+w.LostBytes
	if w.Timed == 0 {
		return
	}
	if !v.Timed || w.DelayMin < v.DelayMin {
		v.DelayMin = w.DelayMin
	}
	if !v.Timed || w.DelayMax > v.DelayMax {
		v.DelayMax = w.DelayMax
	}
	v.Timed = true
}

// wayChanges names what the path changes in a direction, with the first example
// of each and the number of connections.
func (s *Session) wayChanges(p *paired, d int, lang analyzer.Lang) []string {
	var words []string
	count := map[string]int{}
	for i := range p.Joined {
		if p.Joined[i].By == correlate.Alone {
			continue
		}
		for _, w := range changed(&p.Joined[i], d, lang) {
			if count[w]++; count[w] == 1 && len(words) < maxChanges {
				words = append(words, w)
			}
		}
	}
	for i, w := range words {
		if n := count[w]; n > 1 {
			words[i] = w + " (×" + strconv.Itoa(n) + ")"
		}
	}
	return words
}

// maxChanges bounds the changes that are named of a direction.
const maxChanges = 8

// changed names what the path changed of what one end of a connection sent.
func changed(x *correlate.Joined, d int, lang analyzer.Lang) []string {
	var out []string
	add := func(en, zh string) { out = append(out, analyzer.Text{En: en, Zh: zh}.In(lang)) }
	if x.NAT {
		add("addresses", "地址")
	}
	if n := x.Hops[d]; n != 0 {
		add("TTL −"+strconv.Itoa(n), "TTL −"+strconv.Itoa(n))
	}
	if x.Unread {
		return out
	}
	w := &x.Way[d]
	for _, c := range changeWords {
		if w.Changes&c.change == 0 {
			continue
		}
		text, values := c.words.In(lang), ""
		switch c.change {
		case correlate.ChangedMSS:
			values = numbers(uint64(x.MSS[d][0]), uint64(x.MSS[d][1]))
		case correlate.ChangedDSCP:
			values = numbers(uint64(x.TOS[d][0]>>2), uint64(x.TOS[d][1]>>2))
		case correlate.ChangedOptions:
			if cut := x.OptionsCut[d]; cut != 0 {
				values = " −" + optionNames(cut)
			}
		}
		out = append(out, text+values)
	}
	return out
}

func numbers(from, to uint64) string {
	return " " + strconv.FormatUint(from, 10) + "→" + strconv.FormatUint(to, 10)
}

// optionNames names options of a SYN as tcpdump does.
func optionNames(set wire.Option) string {
	var names []string
	for _, o := range synOptions {
		if set&o.option != 0 {
			names = append(names, o.name)
		}
	}
	return strings.Join(names, ",")
}
