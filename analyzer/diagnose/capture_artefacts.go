package diagnose

import (
	"strconv"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// artefact completes a rule about the capture itself.
func artefact(r Rule) *Rule {
	r.Stage, r.Class, r.Severity, r.Fault = StageCapture, analyzer.Artefact, analyzer.SeverityInfo, analyzer.FaultCapture
	r.GroupBy, r.Uncapped = ByCapture, true
	return register(&r)
}

func number[N int | uint64](n N) string { return strconv.FormatUint(uint64(n), 10) }

const (
	// cutShare: a few cut frames are a jumbo or two; a hundredth is a setting.
	cutShare = 0.01
	// copyShare of packets recorded twice is no longer chance.
	copyShare = 0.05
	// midstreamShare of the flows, or that many, begun before the capture.
	midstreamCount = 1
	// unseenCount ACKs for data that was never captured are no accident of the order
	// in which two interfaces were read.
	unseenCount = 2
	// unseenBytes that were acknowledged and are nowhere in the file, not even later
	// and out of order: ten segments are more than one packet that took another way.
	unseenBytes = 10 * 1460
	// chanceSums: of so many wrong checksums one may look unfinished by chance; it
	// would be one of 65,536, so that this is on the safe side.
	chanceSums = 100
	// backStep is a step back in time that is no jitter between interfaces.
	backStep = time.Millisecond
)

var _ = artefact(Rule{
	ID:         "capture-snaplen",
	Title:      say("Packets were cut at a snap length: {cut} of {frames}", "报文被截断（snaplen）：{frames} 个中的 {cut} 个"),
	Verdict:    say("packets cut", "报文被截断"),
	Doc:        say("The capture keeps only the first bytes of each packet (tcpdump -s). Headers are there, payload is missing: what the application said cannot be judged, but nothing was lost on the network for that reason.", "抓包只保留每个报文的前若干字节（tcpdump -s）。报头都在，载荷缺失：无法判断应用说了什么，但网络上并没有因此丢失任何东西。"),
	Recognised: say("At least one frame in a hundred is shorter in the file than it was on the wire.", "至少百分之一的帧在文件中比线路上短。"),
	Summary:    say("{cut} of {frames} frames were stored shorter than they were. TCP is judged by the lengths that the IP headers tell; payload cannot be read.", "{frames} 个帧中有 {cut} 个保存得比实际短。TCP 按 IP 头中的长度判断；载荷无法读取。"),
	LookAlikes: []LookAlike{apart("packet-loss", "The bytes are missing in the file, not on the wire.", "缺的是文件里的字节，而不是线路上的。")},
	Confirm:    []analyzer.Confirmation{on(onCapturing, "capinfos FILE | grep -i limit", say("Packet size limit smaller than the MTU.", "报文长度限制小于 MTU。"))},
	Fix:        []analyzer.Text{say("Capture with -s 0 if the payload matters.", "如果需要载荷，用 -s 0 抓包。")},
	Survey: func(v *Survey) {
		if q := v.quality; q.Cut > 0 && float64(q.Cut) >= cutShare*float64(q.Frames) {
			v.Found(Certain, map[string]string{"cut": number(q.Cut), "frames": number(q.Frames)},
				v.proof(say("the first frame that was cut", "第一个被截短的帧"), q.CutFrame)...)
		}
	},
})

var _ = artefact(Rule{
	ID:         "capture-one-direction",
	Title:      say("Only one direction was captured", "只抓到了一个方向"),
	Verdict:    say("one direction only", "只有单方向"),
	Doc:        say("The file holds what one side sent and none of the answers, although the acknowledgment numbers show that they exist: a filter on one address or direction, a mirror port for one direction, or a path that returns elsewhere. Silence of the other side means nothing here.", "文件中只有一方发送的内容，没有任何应答，而确认号表明应答是存在的：过滤条件只含一个地址或方向、镜像口只镜像单方向，或回程走别处。此处对方的“沉默”毫无意义。"),
	Recognised: say("No connection has packets of both ends, and at least one shows by its numbers that the other end speaks.", "没有一条连接含有双方报文，且至少一条的序号表明对端在说话。"),
	Summary:    say("In this capture no connection has packets of both ends, yet some ({n}) show that the other end speaks. Nothing can be said about missing answers; confidence is lowered for everything else.", "这份抓包中没有一条连接含有双方报文，但有 {n} 条表明对端在说话。因此不能对“没有应答”下结论；其他结论的置信度也相应降低。"),
	LookAlikes: []LookAlike{apart("syn-no-response", "The answers exist; they were not captured.", "应答存在，只是没有被抓到。")},
	Confirm:    []analyzer.Confirmation{ask(onCapturing, "Capture without src or dst in the filter, and with -Q inout: both directions are there.", "过滤表达式不用 src/dst，并使用 -Q inout 重新抓包：两个方向都有。")},
	Fix:        []analyzer.Text{say("Capture both directions, or both ways of an asymmetric path.", "抓取两个方向，或非对称路径的两条路。")},
	Survey: func(v *Survey) {
		elsewhere := len(v.Having("return-path-not-visible"))
		if q := v.quality; q.OneSided > elsewhere && q.TwoSided == 0 {
			v.Found(Certain, map[string]string{"n": number(q.OneSided)})
		}
	},
})

var _ = artefact(Rule{
	ID:         "return-path-not-visible",
	Title:      say("Connections that show one direction only here: {n}", "在此只见单方向的连接：{n} 条"),
	Verdict:    say("return path not visible here", "此处看不到回程"),
	Doc:        say("Some connections pass this capture point in one direction only, while others show both: their answers take another way (asymmetric routing, another interface of the host, direct server return).", "有些连接只有一个方向经过这个抓包点，而其他连接两个方向都可见：它们的应答走了另一条路（非对称路由、主机的另一块网卡、直接服务器返回）。"),
	Recognised: say("Packets of one end only, whose acknowledgment numbers advance; other connections of the capture have both directions.", "只有一端的报文，其确认号在前进；抓包中其他连接两个方向都有。"),
	Summary:    say("Some connections ({n}) pass here in one direction only ①. They work: what is seen acknowledges what is not. The way back leads elsewhere.", "{n} 条连接只有一个方向经过这里 ①。它们是正常的：看到的报文确认了看不到的报文。回程走别处。"),
	LookAlikes: []LookAlike{
		apart("syn-no-response", "The client goes on as only an answered client does.", "客户端的后续行为只有得到应答才可能出现。"),
		apart("server-app-silent", "The acknowledgment numbers show that the server speaks.", "确认号表明服务端在说话。"),
	},
	Confirm:     []analyzer.Confirmation{on(onServer, "ip route get {clientAddr} from {serverAddr}; tcpdump -ni any host {clientAddr}", say("The answers leave by another interface.", "应答从另一块网卡离开。"))},
	Fix:         []analyzer.Text{say("Nothing is broken as such. Capture on all interfaces (-i any) to see both directions; mind stateful firewalls on asymmetric paths.", "本身没有故障。用 -i any 在所有网卡上抓包以看到两个方向；注意非对称路径上的状态防火墙。")},
	ExplainedBy: []string{"capture-one-direction"},
	Needs:       asked | oneSided,
	Check: func(s *Subject) (Match, bool) {
		side, mute := muteSide(s.Flow)
		here := s.run.quality.TwoSided > 0 || s.Vantage() == flow.VantageServer // the host's own answers are missing
		return Match{Level: Certain}, mute && side == flow.Responder && here && s.SynFrame != 0
	},
	Tell: func(t *Telling) {
		t.Show(say("packets of one end only", "只有一端的报文"), t.entries(func(flow.Entry) bool { return true })...)
	},
})

var _ = artefact(Rule{
	ID:         "capture-mid-connection",
	Title:      say("Connections that had begun before the capture: {n}", "抓包开始之前就已建立的连接：{n} 条"),
	Verdict:    say("begun before the capture", "抓包前已建立"),
	Doc:        say("The opening of some connections is not in the file: their window scale, options and round trip are unknown, and which end is the client is a guess by ports.", "有些连接的建立过程不在文件里：窗口缩放、选项和往返时间未知，谁是客户端只能按端口猜测。"),
	Recognised: say("Connections with data or ACKs whose SYN and SYN-ACK were not seen.", "有数据或 ACK，却没有看到 SYN 与 SYN-ACK 的连接。"),
	Summary:    say("The handshakes of {n} of {flows} connections are not in this capture. Nothing is said about their windows and round trips.", "{flows} 条连接中有 {n} 条的握手不在此抓包中。因此对它们的窗口与往返时间不下结论。"),
	LookAlikes: []LookAlike{apart("syn-no-response", "These connections are under way.", "这些连接正在进行中。")},
	Confirm:    []analyzer.Confirmation{ask(onCapturing, "Start the capture before the connection, or reconnect: the SYN is in the file.", "先开始抓包再建立连接，或重新连接：文件中有 SYN。")},
	Fix:        []analyzer.Text{say("To judge windows and options, capture from the opening on.", "若要判断窗口与选项，请从建立连接时开始抓包。")},
	Survey: func(v *Survey) {
		n := 0
		for id, x := range v.traits {
			if !x.has(flagged | withData) {
				continue
			}
			if f := v.Tracker.Flow(id); f.Flags&flow.Midstream != 0 && f.Payload() > 0 {
				n++
			}
		}
		if n >= midstreamCount {
			v.Found(Certain, map[string]string{"n": number(n), "flows": number(v.Tracker.Len())},
				v.proof(say("the first of their packets", "其第一个报文"), v.quality.MidstreamFrame)...)
		}
	},
})

var _ = artefact(Rule{
	ID:         "capture-duplicates",
	Title:      say("Packets were recorded more than once: {copies} of {frames} frames are copies", "报文被重复记录：{frames} 个帧中有 {copies} 个副本"),
	Verdict:    say("recorded more than once", "被重复记录"),
	Doc:        say("The same packet was captured at several places at once (tcpdump -i any on a router or node, a mirror port of two ports, both ends of a veth). Copies are folded; they are no retransmissions.", "同一报文在多处同时被抓到（路由器或节点上的 tcpdump -i any、镜像两个端口、veth 的两端）。副本已被合并；它们不是重传。"),
	Recognised: say("At least one packet in twenty repeats another within milliseconds, with the same IP identification and TCP header.", "至少二十分之一的报文在数毫秒内与另一报文的 IP 标识和 TCP 头完全相同。"),
	Summary:    say("{copies} of {frames} frames are copies of packets that were recorded before. They were folded: no loss or retransmission is counted from them.", "{frames} 个帧中有 {copies} 个是已记录报文的副本。它们已被合并：不计为丢包或重传。"),
	LookAlikes: []LookAlike{apart("packet-loss", "Same IP identification, microseconds apart: one packet seen twice, not sent twice.", "IP 标识相同、相隔微秒：是同一报文被看到两次，而不是发送两次。")},
	Confirm:    []analyzer.Confirmation{ask(onCapturing, "tcpdump -i eth0 rather than -i any, or editcap -d FILE OUT: half the packets or fewer.", "用 tcpdump -i eth0 而不是 -i any，或 editcap -d FILE OUT：报文数减半或更少。")},
	Fix:        []analyzer.Text{say("Nothing to mend. Capture on one interface to keep the file small.", "无需处理。只在一块网卡上抓包可使文件更小。")},
	Survey: func(v *Survey) {
		if q := v.quality; q.Copies > 0 && float64(q.Copies) >= copyShare*float64(q.TCP) {
			v.Found(Certain, map[string]string{"copies": number(q.Copies), "frames": number(q.Frames)},
				v.proof(say("the first copy", "第一个副本"), q.CopyFrame)...)
		}
	},
})

var _ = artefact(Rule{
	ID:         "capture-truncated-file",
	Title:      say("The file ends in the middle of a record", "文件在一条记录中间结束"),
	Verdict:    say("file cut off", "文件被截断"),
	Doc:        say("The last record is not complete: the capture was copied while it was written, or the disk was full. What came before was analysed; connections at the end may look unfinished.", "最后一条记录不完整：抓包在写入时被复制，或磁盘已满。之前的内容已分析；末尾的连接可能看起来未完成。"),
	Recognised: say("The file ends before the length that its last record claims.", "文件在最后一条记录声明的长度之前结束。"),
	Summary:    say("The file stops inside a record; {frames} frames before it were read.", "文件在一条记录内部中断；此前的 {frames} 个帧已读取。"),
	LookAlikes: []LookAlike{apart("capture-kernel-drops", "Packets are missing at the end only.", "只在末尾缺少报文。")},
	Confirm:    []analyzer.Confirmation{on(anywhere, "capinfos FILE", say("\"cut short in the middle of a packet\"", "“cut short in the middle of a packet”"))},
	Fix:        []analyzer.Text{say("Stop tcpdump with SIGINT before copying, or use -U.", "复制前用 SIGINT 停止 tcpdump，或使用 -U。")},
	Survey: func(v *Survey) {
		if v.Capture.Truncated {
			v.Found(Certain, map[string]string{"frames": number(v.quality.Frames)})
		}
	},
})

var _ = artefact(Rule{
	ID:         "capture-offload",
	Title:      say("Segments larger than the MTU or unfinished checksums: offloading at the capturing host", "大于 MTU 的报文段或未完成的校验和：抓包主机的卸载功能"),
	Verdict:    say("offloading visible", "可见卸载"),
	Doc:        say("The network card cuts big segments (TSO), joins received ones (GRO) and fills in checksums after the capture point. In the file this looks like packets larger than the MTU and wrong checksums. On the wire they are right.", "网卡在抓包点之后才切分大报文段（TSO）、合并接收的报文段（GRO）并填写校验和。在文件里看起来像大于 MTU 的报文和错误的校验和。线路上它们是正确的。"),
	Recognised: say("Segments larger than the MSS, or TCP checksums that hold exactly the pseudo-header's partial sum.", "大于 MSS 的报文段，或恰为伪首部部分和的 TCP 校验和。"),
	Summary:    say("{what}. No claim about single segments of that sender is made, and no damaged packets are reported.", "{whatZh}。因此不对该发送方的单个报文段下结论，也不报告报文损坏。"),
	LookAlikes: []LookAlike{apart("mtu-blackhole", "The big segments are cut before they leave.", "大报文段在离开之前会被切分。")},
	Confirm:    []analyzer.Confirmation{on(onCapturing, "ethtool -k IFACE | grep -e segmentation -e checksum -e receive-offload", say("on", "on"))},
	Fix:        []analyzer.Text{say("Nothing to mend. For exact segments capture at a mirror port, or switch offloading off while capturing.", "无需处理。若要精确的报文段，请在镜像口抓包，或抓包期间关闭卸载。")},
	Survey: func(v *Survey) {
		if q := v.quality; q.Oversized > 0 || q.PartialSums > q.BadSums/chanceSums {
			big := say("Segments larger than the maximum segment size: "+number(q.Oversized)+" ①", "大于最大报文段长度的报文段："+number(q.Oversized)+" 个 ①")
			partial := say("Checksums that the network card had yet to fill in: "+number(q.PartialSums), "尚待网卡填写的校验和："+number(q.PartialSums)+" 个")
			what := join(join(big, say(". ", "。")), partial)
			switch {
			case q.Oversized == 0:
				what = partial
			case q.PartialSums == 0:
				what = big
			}
			v.Found(Certain, map[string]string{"what": what.En, "whatZh": what.Zh},
				v.proof(say("the first segment larger than the MSS", "第一个大于 MSS 的报文段"), q.OversizedFrame)...)
		}
	},
})

var _ = artefact(Rule{
	ID:         "capture-kernel-drops",
	Title:      say("The capture itself lost packets", "抓包本身丢失了报文"),
	Verdict:    say("capture incomplete", "抓包不完整"),
	Doc:        say("Data is acknowledged that this file does not hold, or the file says that packets were dropped: the capturing host was too slow (ring buffer overflow), or the file was saved through a filter. Gaps here are no losses on the network.", "有数据被确认却不在文件里，或文件注明有报文被丢弃：抓包主机太慢（环形缓冲区溢出），或文件经过过滤保存。这里的空洞不是网络丢包。"),
	Recognised: say("At least one ACK in a hundred acknowledges data that was never captured, or the file's statistics count drops.", "至少百分之一的 ACK 确认了从未抓到的数据，或文件统计中有丢弃计数。"),
	Summary:    say("{unseen} of {acks} ACKs acknowledge data that is not in the file; {dropped} drops are counted in it. Confidence is lowered for everything that rests on missing packets.", "{acks} 个 ACK 中有 {unseen} 个确认了文件中没有的数据；文件记录了 {dropped} 次丢弃。凡基于“缺少报文”的结论置信度都已降低。"),
	LookAlikes: []LookAlike{apart("packet-loss", "The receiver acknowledged the data: it arrived.", "接收方确认了这些数据：它们到达了。")},
	Confirm:    []analyzer.Confirmation{on(onCapturing, "capinfos FILE", say("A drop count above 0, as in tcpdump's last line (\"packets dropped by kernel\").", "丢弃计数大于 0，与 tcpdump 最后一行（“packets dropped by kernel”）一致。"))},
	Fix:        []analyzer.Text{say("Capture with a larger buffer (-B 65536), a filter, a snap length, to a fast disk.", "使用更大的缓冲区（-B 65536）、过滤器、snaplen，并写入快速磁盘。")},
	Survey: func(v *Survey) {
		q := v.quality
		var dropped uint64
		for _, i := range v.Capture.Interfaces {
			dropped += i.Dropped
		}
		several := q.AckedUnseen >= unseenCount && float64(q.AckedUnseen) >= unseenShare/10*float64(q.Acks)
		many := q.TwoSided > 0 && q.AckedUnseen > 0 && (several || v.missedBytes() >= unseenBytes) && !v.payloadOnly()
		if dropped > 0 || many {
			v.Found(Certain, map[string]string{"unseen": number(q.AckedUnseen), "acks": number(q.Acks), "dropped": number(dropped)},
				v.proof(say("the first acknowledgment of bytes that are not here", "第一个确认了文件中不存在的字节的 ACK"), q.UnseenFrame)...)
		}
	},
})

var _ = artefact(Rule{
	ID:         "capture-clock-step",
	Title:      say("The clock of the capture steps", "抓包的时钟有跳变"),
	Verdict:    say("clock steps", "时钟跳变"),
	Doc:        say("Timestamps go back or leap ahead, or records are not in the order of their times: the clock was set while capturing, or files or queues were merged. Times across the step mean nothing.", "时间戳倒退或突进，或记录不按时间排列：抓包期间时钟被调整，或合并了多个文件或队列。跨越跳变处的时间没有意义。"),
	Recognised: say("A timestamp earlier than the one before on the same interface by a millisecond or more; or the TCP timestamps of two hosts, which kept pace with the capture, fall behind it by the same amount at once.", "同一网卡上的时间戳比前一个早一毫秒或以上；或两台主机的 TCP 时间戳原本与抓包时钟同步，却同时落后了相同的时长。"),
	Summary:    say("{what} ①. Durations across such steps are not to be trusted.", "{whatZh} ①。跨越这些位置的时长不可信。"),
	LookAlikes: []LookAlike{apart("reordering", "The file's order is at fault, not the network's.", "是文件的顺序问题，而不是网络的。")},
	Confirm:    []analyzer.Confirmation{on(anywhere, "capinfos -o FILE; reordercap FILE OUT", say("Strict time order: False.", "Strict time order: False。"))},
	Fix:        []analyzer.Text{say("Sort the file (reordercap), let the clock be slewed rather than set (chrony).", "对文件排序（reordercap）；让时钟缓慢校正而不是直接设置（chrony）。")},
	Survey: func(v *Survey) {
		q := v.quality
		if v.clockUnsafe() {
			n, step := number(q.BackSteps), Duration(q.LongestBackStep)
			v.Found(Certain, map[string]string{"what": "Frames that are older than the one before them: " + n + ", by up to " + step, "whatZh": "有 " + n + " 个帧早于其前一个，最多相差 " + step},
				v.proof(say("the first frame that is older than the one before", "第一个早于前一帧的帧"), q.BackStepFrame)...)
			return
		}
		if q.ForwardStep > 0 {
			step := Duration(q.ForwardStep)
			v.Found(Likely, map[string]string{"what": "The capture's clock leaps ahead by about " + step + ", as the hosts' own timestamps tell", "whatZh": "从主机自身的时间戳看，抓包时钟突然前进了约 " + step},
				v.proof(say("the first frame after the step", "跳变之后的第一帧"), q.ForwardFrame)...)
		}
	},
})
