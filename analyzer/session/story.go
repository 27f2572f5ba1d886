package session

import (
	"errors"
	"strconv"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/report"
	"wirewhy/analyzer/wire"
	"wirewhy/wasm/protocol"
)

// The words of ladders.
var (
	roleClient   = analyzer.Text{En: "client", Zh: "客户端"}
	roleServer   = analyzer.Text{En: "server", Zh: "服务端"}
	roleDialled  = analyzer.Text{En: "dialled (VIP)", Zh: "所拨地址（VIP）"}
	roleAnswered = analyzer.Text{En: "answered", Zh: "实际应答"}
	roleRouter   = analyzer.Text{En: "router", Zh: "路由器"}
	noSuchFlow   = analyzer.Text{En: "There is no such connection.", Zh: "没有这条连接。"}
	noSuchPacket = analyzer.Text{En: "There is no such packet.", Zh: "没有这个分组。"}
)

// leastSilence is the shortest pause that is drawn: below the least
// retransmission timeout of Linux (TCP_RTO_MIN, 200 ms) nobody waits for a timer.
const leastSilence = 190 * time.Millisecond

// longGap returns from when on a pause is a silence on this flow: several times
// what a round trip takes.
func (b *builder) longGap() time.Duration {
	if rtt, ok := b.f.HandshakeRTT(); ok {
		return max(leastSilence, 4*rtt)
	}
	return leastSilence
}

// reason says what a silence was waiting for, seen from the packet that ended it.
func (b *builder) reason(next flow.Entry) analyzer.Text {
	client := next.Dir == flow.Originator
	who := analyzer.Text{En: "the server's", Zh: "服务端的"}
	if client {
		who = analyzer.Text{En: "the client's", Zh: "客户端的"}
	}
	and := func(en, zh string) analyzer.Text { return analyzer.Text{En: who.En + en, Zh: who.Zh + zh} }
	switch e := next.Events; {
	case e&analyzer.ZeroWindowProbe != 0:
		return and(" persist timer: it asks whether the window is open again", "坚持定时器：探询窗口是否重新打开")
	case e&analyzer.KeepAlive != 0:
		return and(" keep-alive timer", "保活定时器")
	case next.Flags.Has(wire.SYN) && b.stories[b.leg].syns > 0 && client:
		return and(" SYN timer", " SYN 重传定时器")
	case next.Flags.Has(wire.SYN|wire.ACK) && b.stories[b.leg].synAcks > 0:
		return and(" SYN-ACK timer", " SYN-ACK 重传定时器")
	case e&(analyzer.Retransmission|analyzer.SpuriousRetransmission) != 0:
		return and(" retransmission timer (RTO)", "重传定时器（RTO）")
	case next.Flags.Any(wire.FIN | wire.RST):
		return analyzer.Text{}
	case !client && next.DataLen > 0 && b.stories[b.leg].lastData == int(flow.Originator):
		return analyzer.Text{En: "the server works on its answer", Zh: "服务端处理请求"}
	case client && next.DataLen > 0:
		return analyzer.Text{En: "the client has nothing to say", Zh: "客户端空闲"}
	}
	return analyzer.Text{}
}

// story remembers what was told, for what is worth saying of the next packet.
type story struct {
	syns, synAcks int
	lastSyn       analyzer.Timestamp
	synISN        analyzer.Seq
	foreignISN    analyzer.Seq
	foreign       int // SYN-ACKs from another address
	foreignReset  bool
	lastData      int // who sent data last; -1 unknown
	data          [2]bool
}

// skipped notes that packets were folded.
func (s *story) skipped() { s.lastData = -1 }

// tell returns what is worth saying of a segment, and whether it is a bad sign.
func (s *story) tell(b *builder, e flow.Entry, step *protocol.Step) (analyzer.Text, bool) {
	t := &b.packet.TCP
	switch {
	case t.Flags.Has(wire.SYN | wire.ACK):
		return s.synAck(b, e)
	case t.Flags.Has(wire.SYN):
		return s.syn(b)
	case t.Flags.Has(wire.RST):
		return s.reset(b, e)
	}
	first := t.PayloadLen > 0 && !s.data[e.Dir]
	if t.PayloadLen > 0 {
		s.lastData, s.data[e.Dir] = int(e.Dir), true
	}
	bad := e.Events&(analyzer.Retransmission|analyzer.FastRetransmission|analyzer.ZeroWindow) != 0
	switch {
	case e.Events&analyzer.Foreign != 0:
		return analyzer.Text{En: "to an address that was not dialled", Zh: "发往未拨叫的地址"}, true
	case first && e.Dir == flow.Originator && !bad:
		return analyzer.Text{En: "first data of the client", Zh: "客户端的首个数据段"}, false
	case first && !bad:
		return analyzer.Text{En: "first data of the server", Zh: "服务端的首个数据段"}, false
	case b.f.ThinkFrame == e.Frame && b.f.Think() >= leastSilence:
		return analyzer.Text{En: "first byte of an answer after " + report.Span(b.f.Think()), Zh: "应答的首字节，耗时 " + report.Span(b.f.Think())}, false
	}
	return analyzer.Text{}, bad
}

func (s *story) syn(b *builder) (analyzer.Text, bool) {
	p := &b.packet
	defer func() { s.syns, s.lastSyn, s.synISN = s.syns+1, p.Time, p.TCP.Seq }()
	if s.syns == 0 || p.TCP.Seq != s.synISN {
		return analyzer.Text{}, false
	}
	n, wait := strconv.Itoa(s.syns), report.Span(p.Time.Sub(s.lastSyn))
	return analyzer.Text{
		En: "SYN retransmission " + n + ", after " + wait + ": same port, same ISN",
		Zh: "第 " + n + " 次重传 SYN，间隔 " + wait + "：端口与 ISN 均未变",
	}, true
}

func (s *story) synAck(b *builder, e flow.Entry) (analyzer.Text, bool) {
	isn := b.packet.TCP.Seq
	if e.Events&analyzer.Foreign == 0 {
		s.synAcks++
		if s.synAcks > 1 {
			n := strconv.Itoa(s.synAcks - 1)
			return analyzer.Text{En: "SYN-ACK retransmission " + n, Zh: "第 " + n + " 次重传 SYN-ACK"}, true
		}
		return analyzer.Text{}, false
	}
	defer func() { s.foreign, s.foreignISN, s.foreignReset = s.foreign+1, isn, false }()
	switch {
	case s.foreign == 0:
		return analyzer.Text{En: "from another address", Zh: "来自另一个地址"}, true
	case isn != s.foreignISN && s.foreignReset:
		return analyzer.Text{En: "from another address; new ISN: the RST had arrived", Zh: "来自另一个地址；ISN 已变：说明 RST 已送达"}, true
	case isn != s.foreignISN:
		return analyzer.Text{En: "from another address; new ISN", Zh: "来自另一个地址；ISN 已变"}, true
	}
	return analyzer.Text{En: "from another address; same ISN", Zh: "来自另一个地址；ISN 未变"}, true
}

func (s *story) reset(b *builder, e flow.Entry) (analyzer.Text, bool) {
	if e.Events&analyzer.Foreign != 0 {
		s.foreignReset = true
		return analyzer.Text{En: "for the client's kernel this connection does not exist", Zh: "客户端内核中没有这条连接"}, true
	}
	if e.Frame != b.f.ResetFrame {
		return analyzer.Text{}, true
	}
	switch b.f.ResetClass {
	case flow.ResetOfSYN:
		return analyzer.Text{En: "refused: nothing listens there, or a firewall rejects", Zh: "拒绝连接：端口无人监听，或被防火墙拒绝"}, true
	case flow.ResetNoSocket:
		return analyzer.Text{En: "its kernel knows no such connection (any more)", Zh: "其内核中（已）没有这条连接"}, true
	case flow.ResetAbort:
		return analyzer.Text{En: "the connection's owner aborted it", Zh: "连接的持有者主动中止"}, true
	case flow.ResetOdd:
		return analyzer.Text{En: "unlike what either kernel would send", Zh: "不像任一端内核发出的 RST"}, true
	}
	return analyzer.Text{}, true
}

// words says what an excerpt leaves out; empty if nothing.
func (x *excerpt) words(lang analyzer.Lang) string {
	if x.folded == 0 && x.copies == 0 {
		return ""
	}
	total, folded, copies := report.Grouped(uint64(x.total)), report.Grouped(uint64(x.folded)), report.Grouped(uint64(x.copies))
	t := analyzer.Text{En: "Of " + total + " packets", Zh: "共 " + total + " 个分组"}
	if x.folded > 0 {
		t.En += ", " + folded + " uneventful ones are folded into bands"
		t.Zh += "，其中 " + folded + " 个平淡无奇，已折叠"
	}
	if x.copies > 0 {
		if x.folded > 0 {
			t.En += ";"
		} else {
			t.En += ","
		}
		t.En += " copies left out: " + copies
		t.Zh += "，" + copies + " 个重复捕获的副本未显示"
	}
	return analyzer.Text{En: t.En + ".", Zh: t.Zh + "。"}.In(lang)
}

// readAgain says that packets could not be read again.
func readAgain(err error, lang analyzer.Lang) string {
	if t, ok := errors.AsType[sayable](err); ok { // that is not what went wrong
		return t.In(lang)
	}
	return analyzer.Text{En: "The packets could not be read again from the file. ", Zh: "无法从文件中再次读取分组。"}.In(lang) + sentence(err, lang)
}
