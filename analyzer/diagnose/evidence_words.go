package diagnose

import (
	"strconv"
	"strings"

	"wirewhy/analyzer"
	"wirewhy/analyzer/host"
)

// counterWords are what the kernel's counters count, for people.
var counterWords = map[string]analyzer.Text{
	"TcpExtListenOverflows":      say("times the listen queue of a socket overflowed", "监听套接字队列溢出的次数"),
	"TcpExtListenDrops":          say("SYNs and ACKs dropped by listeners", "监听套接字丢弃的 SYN 与 ACK"),
	"TcpExtTCPReqQFullDrop":      say("SYNs dropped because the SYN queue was full", "因 SYN 队列已满而丢弃的 SYN"),
	"TcpExtTCPReqQFullDoCookies": say("times the SYN queue was full and a SYN cookie was used", "SYN 队列已满而改用 SYN cookie 的次数"),
	"TcpExtSyncookiesSent":       say("SYN cookies sent", "发出的 SYN cookie"),
	"TcpExtSyncookiesFailed":     say("invalid SYN cookies received", "收到的无效 SYN cookie"),
	"TcpExtPAWSPassive":          say("passive connections rejected because of their time stamp", "因时间戳而被拒绝的被动连接"),
	"TcpExtIPReversePathFilter":  say("packets dropped by the reverse path filter", "被反向路径过滤丢弃的报文"),
	"TcpExtTCPAbortOnClose":      say("connections reset because they were closed with unread data", "因关闭时有未读数据而被重置的连接"),
	"TcpExtTCPAbortOnData":       say("connections reset because data came after the close, or they were closed with linger 0", "因关闭后收到数据或以 linger 0 关闭而被重置的连接"),
	"TcpExtTCPAbortOnTimeout":    say("connections given up after a timeout", "因超时而放弃的连接"),
	"TcpExtTCPAbortOnMemory":     say("connections reset for lack of memory", "因内存不足而被重置的连接"),
	"TcpExtTCPDeferAcceptDrop":   say("ACKs without data that a listener with TCP_DEFER_ACCEPT dropped", "启用 TCP_DEFER_ACCEPT 的监听套接字丢弃的无数据 ACK"),
	"TcpInCsumErrors":            say("segments with a wrong checksum", "校验和错误的报文段"),
	"TcpExtTCPMD5NotFound":       say("segments without the MD5 signature that the socket demands", "缺少套接字所要求的 MD5 签名的报文段"),
	"TcpExtTCPMD5Unexpected":     say("segments with an MD5 signature that the socket does not expect", "带有套接字未预期的 MD5 签名的报文段"),
	"TcpExtTCPMD5Failure":        say("segments with a wrong MD5 signature", "MD5 签名错误的报文段"),
	"TcpRetransSegs":             say("segments retransmitted", "重传的报文段"),
	"TcpExtTCPBacklogDrop":       say("segments dropped because a socket's backlog was full", "因套接字 backlog 已满而丢弃的报文段"),
	"TcpExtTCPRcvQDrop":          say("segments dropped because a receive queue was full", "因接收队列已满而丢弃的报文段"),
	"TcpExtPruneCalled":          say("times a receive queue was pruned for lack of buffer", "因缓冲不足而修剪接收队列的次数"),
	"TcpExtTCPZeroWindowDrop":    say("segments dropped because the window was zero", "因窗口为零而丢弃的报文段"),
	"TcpExtTCPToZeroWindowAdv":   say("times this host's window went down to zero", "本机窗口降为零的次数"),
	"TcpExtTCPWantZeroWindowAdv": say("times a window of zero would have been right", "本应通告零窗口的次数"),
	"TcpExtTCPMinTTLDrop":        say("segments dropped because their TTL was too low", "因 TTL 过低而丢弃的报文段"),
	"TcpExtTCPTimeWaitOverflow":  say("connections that found no room for TIME_WAIT", "没有空位进入 TIME_WAIT 的连接"),
	"IpOutNoRoutes":              say("packets dropped for lack of a route", "因没有路由而丢弃的报文"),
	"conntrack:insert_failed":    say("connections that connection tracking could not enter", "连接跟踪未能登记的连接"),
	"conntrack:drop":             say("packets dropped by connection tracking", "连接跟踪丢弃的报文"),
	"conntrack:early_drop":       say("tracked connections thrown out early for lack of room", "因空间不足而被提前清除的连接跟踪条目"),
	"conntrack:invalid":          say("packets that connection tracking takes for invalid", "被连接跟踪视为无效的报文"),
}

// CounterWords says what a counter of the kernel counts; zero where that is not known.
func CounterWords(name string) analyzer.Text { return counterWords[name] }

// told is what a host's words mean, and where they stand: a line of a text, from
// 1; 0 if they stand on no line in particular.
type told struct {
	analyzer.Text
	source string
	line   int
}

// said adds to a text where a host said it.
func said(t analyzer.Text, at told) told {
	at.Text = join(t, at.Text)
	return at
}

// changed tells what became of a counter.
func changed(h *host.Host, c host.Change) told {
	words := counterWords[c.Name]
	if words.IsZero() {
		words = say(c.Name, c.Name)
	} else {
		words = say(words.En+" ("+shortName(c.Name)+")", words.Zh+"（"+shortName(c.Name)+"）")
	}
	n := strconv.FormatInt(c.Delta, 10)
	t := say(words.En+": +"+n+" between the snapshots", words.Zh+"：两次快照之间 +"+n)
	if c.Snapshots < 2 {
		n = strconv.FormatInt(c.Value, 10)
		t = say(words.En+": "+n+" since boot; only a second snapshot would show whether it moves now", words.Zh+"：自启动以来 "+n+"；只有第二次快照才能说明它此刻是否在增长")
	}
	return said(t, place(h, c.Source, c.Line))
}

// shortName is a counter's name without the protocol, as people call it.
func shortName(name string) string {
	if len(name) > 6 && name[:6] == "TcpExt" {
		return name[6:]
	}
	return name
}

// place tells where a host said it.
func place(h *host.Host, source string, line int) told {
	en, zh := source, source
	if h.Label != "" {
		en, zh = h.Label+", "+source, h.Label+"，"+source
	}
	if line > 0 {
		n := strconv.Itoa(line)
		en, zh = en+", line "+n, zh+" 第 "+n+" 行"
	}
	if en == "" {
		return told{}
	}
	return told{say(" ("+en+")", "（"+zh+"）"), source, line}
}

// whence tells where a fact stood.
func whence(h *host.Host, f host.Fact) told { return place(h, f.Source, f.Line) }

// quoted shows the line of a fact, its columns pushed together.
func quoted(f host.Fact) string { return "`" + strings.Join(strings.Fields(f.Text), " ") + "`" }

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
