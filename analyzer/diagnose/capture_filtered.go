package diagnose

import (
	"strconv"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// filteredFloor is the least number of segments from which their being all alike
// is no accident.
const (
	filteredFloor = 12
	// quietFloor: in as many frames of a live link something other than TCP goes by.
	quietFloor = 200
)

// payloadOnly reports a capture without a single segment that carries no data: a
// display filter for an application protocol saved it.
func (r *run) payloadOnly() bool {
	packets := 0
	for id, x := range r.traits {
		if x&withData == 0 {
			return false
		}
		f := r.Tracker.Flow(id)
		for d := range f.Sides {
			if f.Sides[d].Packets != f.Sides[d].DataSegments {
				return false
			}
		}
		packets += int(f.Packets())
	}
	return packets >= filteredFloor
}

// controlOnly reports a capture whose connections carried bytes, as their FINs
// show, without a segment of them in it; and the first such FIN.
func (r *run) controlOnly() (fin uint32) {
	n := 0
	for id, x := range r.traits {
		if x&(withData|closing) == 0 {
			continue
		}
		f := r.Tracker.Flow(id)
		for i := range f.Sides {
			s := &f.Sides[i]
			if s.DataSegments > 0 {
				return 0
			}
			if s.Flags&(flow.SawSYN|flow.SawFIN) == flow.SawSYN|flow.SawFIN && s.Next.Sub(s.ISN) > 2 {
				n++
				if fin == 0 {
					fin = s.FinFrame
				}
			}
		}
	}
	if n < 2 {
		return 0
	}
	return fin
}

// mute lists the diagnoses of silence whose reason an ICMP or ARP message tells.
var mute = [...]string{"syn-no-response", "mtu-blackhole", "peer-vanished", "synack-unanswered"}

func (v *Survey) silentFlows() int {
	n := 0
	for _, id := range mute {
		if Lookup(id) != nil {
			n += len(v.Having(id))
		}
	}
	return n
}

var _ = register(&Rule{
	ID: "capture-filtered", Stage: StageCapture, Class: analyzer.Artefact, Severity: analyzer.SeverityInfo, Fault: analyzer.FaultCapture,
	Title:   say("A filter left packets out of this capture", "过滤器把一部分报文排除在抓包之外"),
	Verdict: say("filtered", "经过过滤"),
	Doc: say("What was captured or saved went through a filter. A display filter for an application protocol keeps no handshakes and ACKs; a filter for flags keeps no data; a filter for one TCP port keeps no ICMP errors, ARP and DNS, which often hold the reason of a silence.",
		"抓取或保存的内容经过了过滤。应用协议的显示过滤器不保留握手与 ACK；按标志位过滤不保留数据；只过滤某个 TCP 端口则没有 ICMP 错误、ARP 与 DNS，而沉默的原因往往就在其中。"),
	Recognised: say("Every segment carries payload; or none does although FINs show that bytes were sent; or connections fail in silence in a capture of nothing but TCP.", "所有报文段都带载荷；或都不带载荷，而 FIN 表明发送过数据；或在只有 TCP 的抓包中连接无声失败。"),
	Summary:    say("{what}.", "{whatZh}。"),
	LookAlikes: []LookAlike{
		apart("packet-loss", "The missing segments were not saved; nothing shows that they were lost.", "缺失的报文段只是没有保存，没有任何迹象表明它们丢失了。"),
		apart("capture-kernel-drops", "What is missing is all of one kind.", "缺失的全是同一类报文。"),
	},
	Uncapped: true,
	Confirm:  []analyzer.Confirmation{ask(onCapturing, "The command line of the capture: a filter expression, or a display filter at \"Export Specified Packets\".", "抓包的命令行：带有过滤表达式，或在导出时应用了显示过滤器。")},
	Fix:      []analyzer.Text{say("Capture again with a filter for the hosts and all errors: tcpdump 'host ADDRESS or icmp or icmp6 or arp or port 53'.", "重新抓包，按主机过滤并保留所有错误：tcpdump 'host ADDRESS or icmp or icmp6 or arp or port 53'。")},
	Survey: func(v *Survey) {
		q := v.quality
		if v.payloadOnly() {
			v.Found(Certain, map[string]string{
				"what":   "All " + number(q.TCP) + " segments carry payload; there is not one SYN, pure ACK or FIN. The file was saved with a display filter, so loss, order and round trips cannot be judged from it",
				"whatZh": "全部 " + number(q.TCP) + " 个报文段都带载荷，没有一个 SYN、纯 ACK 或 FIN。文件是用显示过滤器保存的，因此无法据此判断丢包、乱序与往返时间",
			})
			return
		}
		if fin := v.controlOnly(); fin != 0 {
			v.Found(Certain, map[string]string{
				"what":   "There are only control segments: sequence numbers of FINs ① show that data was sent, and none of it is here. Nothing is said about transfers",
				"whatZh": "只有控制报文段：FIN 的序列号 ① 表明发送过数据，而这里一个数据段也没有。因此不对传输下结论",
			}, v.proof(say("a FIN whose sequence number counts bytes that are not here", "其序列号计入了此处没有的字节的 FIN"), fin)...)
			return
		}
		if n := v.silentFlows(); n > 0 && q.Other == 0 && q.TCP >= quietFloor {
			v.Found(Possible, map[string]string{
				"what":   strconv.Itoa(n) + " connections here fail in silence, and the capture holds nothing but TCP: an ICMP error or an unanswered ARP request that tells the reason may have been filtered out",
				"whatZh": "这里有 " + strconv.Itoa(n) + " 条连接无声失败，而抓包中只有 TCP：说明原因的 ICMP 错误或无人应答的 ARP 请求可能被过滤掉了",
			})
		}
	},
})
