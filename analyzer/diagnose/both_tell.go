package diagnose

import (
	"fmt"
	"strconv"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// tellers add, by diagnosis, what a second capture shows.
var tellers = map[string]func(*Telling, *both){
	"syn-no-response": func(t *Telling, b *both) {
		if b.far != nil && b.far.SynFrame != 0 {
			t.Note(say("The second capture holds the SYNs, too: they came at least so far.", "第二份抓包里也有这些 SYN：它们至少到达了那里。"))
			t.ShowIn(b.far, say("the same SYNs in the second capture", "第二份抓包中的同样的 SYN"), b.far.synFrames()...)
		}
	},
	"syn-reached-server-no-reply":   tellSilentBoth,
	"paws-per-host-drop":            tellSilentBoth,
	"synack-ignored-by-client":      tellSynAckArrived,
	"handshake-ack-lost":            tellAckLost,
	"accept-queue-overflow":         tellAckArrived,
	"handshake-done-server-ignores": tellAckArrived,
	"packet-loss":                   tellLoss,
	"mtu-blackhole":                 tellSizes,
	"idle-timeout-blackhole":        tellRunLost,
	"peer-vanished":                 tellRunLost,
	"idle-timeout-rst":              tellForged,
	"refused-by-rst":                tellForged,
	"rst-injected-by-middlebox":     tellForgedBoth,
}

// tellBoth adds what a second capture shows.
func (t *Telling) tellBoth() {
	b := t.near.Both()
	if b == nil {
		t.tellProxy()
		return
	}
	if tell := tellers[t.Finding.Diagnosis]; tell != nil && (b.far != nil || t.Finding.Diagnosis == "refused-by-rst") {
		tell(t, b)
	}
	if b.far != nil && b.NAT {
		at := b.far.Flow.Client().String() + " > " + b.far.Flow.Server().String()
		t.Note(say("Addresses are translated between: at the second place the connection is "+at+".", "途中有地址转换：在第二处，这条连接是 "+at+"。"))
	}
}

// tellProxy says which connection a proxy between two captures made of the flow.
func (t *Telling) tellProxy() {
	for i := range t.near.run.links {
		l := &t.near.run.links[i]
		if other, ok := l.Pair.Proxied(l.Near, int(t.near.ID)); ok {
			far := l.far.Tracker.Flow(other)
			at := far.Client().String() + " > " + far.Server().String()
			t.Note(say("A proxy stands between the two captures: it passes what is said here on as "+at+".", "两份抓包之间有代理：它把这里的内容经 "+at+" 转发。"))
		}
	}
}

// ShowIn adds a line of evidence with frames of the capture that a subject is of.
func (t *Telling) ShowIn(of *Subject, text analyzer.Text, frames ...uint32) {
	was := t.capture
	t.capture = of.run.Index
	t.Show(text, frames...)
	t.capture = was
}

func tellSilentBoth(t *Telling, b *both) {
	if t.near.Unanswered() {
		t.Note(say("Two captures show it: the client's side sent them and heard nothing, the server's side got them and sent nothing.",
			"两份抓包共同证明：客户端一侧发出后没有听到任何回应，服务端一侧收到后没有发出任何报文。"))
		t.ShowIn(t.near, say("the same SYNs where they were sent", "发送处的同样的 SYN"), t.near.synFrames()...)
	}
}

func tellSynAckArrived(t *Telling, b *both) {
	t.Note(say("The second capture shows the server answering, and nothing was lost between.", "第二份抓包显示服务端已应答，途中没有丢失。"))
	t.ShowIn(b.far, say("the SYN-ACKs where they were sent", "发送处的 SYN-ACK"), b.far.synAckFrames()...)
}

func tellAckLost(t *Telling, b *both) {
	if b.far.AckFrame != 0 || b.Unread {
		return
	}
	t.Note(say("A second capture nearer to the server proves the loss: of what the client sent after its SYN, {lostAfter} packets did not come there.",
		"更靠近服务端的第二份抓包证明了丢失：客户端在 SYN 之后发送的报文中有 {lostAfter} 个没有到达那里。"))
	t.Set("lostAfter", strconv.Itoa(int(b.toServer.LostCount-b.toServer.LostSyn)))
	t.Finding.Summary = t.Finding.Summary.Fill(t.Values)
	t.ShowIn(t.near, say("sent, and not seen at the server's side", "已发出，但服务端一侧没有看到"), b.toServer.Lost...)
	t.ShowIn(b.far, say("what the server's side holds: SYN-ACKs without an answer", "服务端一侧看到的：没有回应的 SYN-ACK"), b.far.synAckFrames()...)
}

func tellAckArrived(t *Telling, b *both) {
	if b.far.AckFrame == 0 {
		return
	}
	t.Note(say("The second capture, nearer to the server, holds the ACK and the data: the path delivers them.", "更靠近服务端的第二份抓包里有这个 ACK 和数据：路径已将它们送达。"))
	t.ShowIn(b.far, say("the ACK and data at the server's side", "服务端一侧的 ACK 与数据"), append([]uint32{b.far.AckFrame}, b.far.dataFrames(flow.Originator)...)...)
}

// tellLoss gives the exact figures: what left one place and did not come to the other.
func tellLoss(t *Telling, b *both) {
	d := flow.Dir(t.Match.Detail)
	w := b.way(d)
	if b.Unread {
		return
	}
	if w.LostData == 0 {
		t.Note(say("Between the two captures none of them was lost.", "在两份抓包之间没有丢失。"))
		return
	}
	t.Set("lost", strconv.Itoa(int(w.LostData)))
	t.Set("sent", strconv.Itoa(int(w.DataSent)))
	t.Set("share", fmt.Sprintf("%.1f %%", 100*float64(w.LostData)/float64(max(1, w.DataSent))))
	way := say("from the client to the server", "从客户端到服务端")
	if d == flow.Responder {
		way = say("from the server to the client", "从服务端到客户端")
	}
	t.Set("way", way.En)
	t.Set("wayZh", way.Zh)
	t.Note(say("Both captures together give the exact figure: these segments left one place and did not come to the other, on the way {way}.",
		"两份抓包共同给出了准确数字：这些报文段离开了一处却没有到达另一处，方向为{wayZh}。"))
	t.ShowIn(b.sender(t.near, d), say("sent, and not seen at the other place", "已发出，但另一处没有看到"), b.dataLost(t.near, d)...)
	t.other(b, d)
}

// other says what was lost the other way.
func (t *Telling) other(b *both, d flow.Dir) {
	if w := b.way(d.Other()); w.LostData > 0 {
		n := strconv.Itoa(int(w.LostData))
		t.Note(say("The other way "+n+" segments with data were lost.", "反方向丢失了 "+n+" 个数据段。"))
	} else {
		t.Note(say("The other way no data was lost.", "反方向没有丢失数据。"))
	}
	tellDelay(t, b)
}

// tellDelay adds the time that packets take each way, where the clocks allow it.
func tellDelay(t *Telling, b *both) {
	c, s := b.toServer, b.toClient
	if c.Arrived == 0 || s.Arrived == 0 || c.DelayMax <= 0 || s.DelayMax <= 0 {
		return
	}
	up, down := delays(c.DelayMin, c.DelayMax), delays(s.DelayMin, s.DelayMax)
	t.Note(say("One way takes "+up.En+" towards the server and "+down.En+" towards the client.", "单程时延：去往服务端 "+up.Zh+"，去往客户端 "+down.Zh+"。"))
}

// delays tells from when to when a time goes, once where both read alike.
func delays(least, most time.Duration) analyzer.Text {
	from, to := Duration(max(0, least)), Duration(most)
	if from == to {
		return say(to, to)
	}
	return say(from+" to "+to, from+" 至 "+to)
}

// dataLost returns the frames with payload that one end sent in vain, in the
// capture on its side.
func (b *both) dataLost(s *Subject, d flow.Dir) []uint32 {
	at := b.sender(s, d)
	var out []uint32
	for _, frame := range b.way(d).Lost {
		if e, ok := at.run.Tracker.Entry(frame); ok && e.DataLen > 0 && len(out) < maxEvidenceFrames {
			out = append(out, frame)
		}
	}
	return out
}

func tellSizes(t *Telling, b *both) {
	d := flow.Dir(t.Match.Detail & 1)
	w := b.way(d)
	if b.Unread || w.LostData == 0 || w.SmallestLost <= w.LargestThrough {
		return
	}
	t.Set("small", strconv.Itoa(int(w.LargestThrough)))
	t.Set("big", strconv.Itoa(int(w.SmallestLost)))
	t.Note(say("Both captures prove it: {lostBig} segments of {big} bytes and more left {sender} and none came to the other place; everything up to {small} bytes did.",
		"两份抓包证明：{big} 字节及以上的 {lostBig} 个报文段离开了 {sender}，没有一个到达另一处；不超过 {small} 字节的都到了。"))
	t.Set("lostBig", strconv.Itoa(int(w.LostData)))
	t.ShowIn(b.sender(t.near, d), say("sent, and not seen at the other place", "已发出，但另一处没有看到"), b.dataLost(t.near, d)...)
}

func tellRunLost(t *Telling, b *both) {
	d, ok := b.runLost(t.near, t.Subject)
	if !ok {
		if d == flow.Originator && !b.Unread && b.toServer.Sent > 0 && b.toServer.LostCount == 0 {
			t.Note(say("The second capture holds what is sent again: it is not lost before that place.", "第二份抓包里有这些重发的报文：它们在到达那里之前没有丢失。"))
		}
		return
	}
	t.Note(say("The second capture proves where: none of this data came to the other place, it is dropped between the two.", "第二份抓包证明了位置：这些数据都没有到达另一处，是在两个抓包点之间被丢弃的。"))
	t.ShowIn(b.sender(t.near, d), say("sent, and not seen at the other place", "已发出，但另一处没有看到"), b.way(d).Lost...)
}

// tellForged says that a RST was not sent by the host in whose name it comes.
func tellForged(t *Telling, b *both) {
	switch {
	case b.far == nil && t.ResetFrame != 0 && !b.Unread:
		t.Note(say("The second capture, nearer to the server, holds nothing of this connection: a device between the two places refused it.", "更靠近服务端的第二份抓包里没有这条连接的任何报文：是两个抓包点之间的设备拒绝了它。"))
		t.Finding.Fault = analyzer.FaultPath
	case b.far != nil && b.forged(t.near):
		t.Note(say("The second capture, nearer to the server, does not hold this RST: a device between the two places sent it.", "更靠近服务端的第二份抓包里没有这个 RST：它是由两个抓包点之间的设备发出的。"))
		t.Finding.Fault = analyzer.FaultPath
	}
}

func tellForgedBoth(t *Telling, b *both) {
	if b.forged(t.near) && b.forgedAtServer() {
		t.Note(say("The server's side got one, too, in the name of the client, which did not send it either.", "服务端一侧也收到了一个以客户端名义发出的 RST，同样并非客户端所发。"))
		t.ShowIn(b.far, say("the RST that the server's side got", "服务端一侧收到的 RST"), b.far.ResetFrame)
	}
	tellDelay(t, b)
}
