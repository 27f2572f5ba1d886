package view

import "wirewhy/analyzer"

func t(en, zh string) analyzer.Text { return analyzer.Text{En: en, Zh: zh} }

// words are all sentences of the interface. Those of the findings come from the
// worker in the language that was asked for.
var words = struct {
	Open, Cancel, Canceling, Language, LanguageName, Keys, Close, Copy, Copied, Export                                analyzer.Text
	ExportJSON, ExportHTML, ExportMarkdown, ExportCSV, CopyMermaid, SaveSVG, TakeAway, Unfolded, TimeChosen, AllTimes analyzer.Text
	NoSuchSample, FilterHint                                                                                          analyzer.Text

	Headline, Lead, Privacy, DropHere, OrPaste, WhatCanI, Samples                                analyzer.Text
	FormatsTitle, FormatsCaptures, FormatsSides, FormatsHosts, FormatsListing, HowToCheck, Check analyzer.Text

	Reading, BytesOf, PacketsPerSecond, TimeLeft, Stopped                              analyzer.Text
	Packets, Flows, FlowsFound, OneFlow, Vantage, FramesBytes                          analyzer.Text
	Problems, Remarks, NoProblems, NoProblemsText, NoneYet, NothingFound, StillReading analyzer.Text

	Client, Server, Took, Verdict, Start, Size, PacketsShort, RTT, SortBy, NoMatch, ShowFlows analyzer.Text

	Complete, Handshake, Retransmitted, DataSegments                                      analyzer.Text
	Evidence, HowSure, Alternatives, Confirm, Fix, Frame, Frames, Connection, Connections analyzer.Text
	PickOne, AnsweredFrom, MoreWords, LessWords                                           analyzer.Text

	Timeline, GraphsTab, PacketsTab, TimeDelta, TimeSince, TimeClock, AsText, CopyText, Silence, Band, LadderLabel, LadderLoading, NoFlow analyzer.Text
	EvidenceNumber                                                                                                                        analyzer.Text

	No, Time, Source, Target, Protocol, Length, Info, Layers, Bytes, BytesCut, ChoosePacket, ShownAt analyzer.Text

	MoreWarnings, CrashTitle, CrashText, Reopen, Dismiss, FailedTitle, FailedText, Overview analyzer.Text

	KeyMove, KeyEnter, KeyFilter, KeyOpen, KeyTabs, KeyProblems, KeyHelp, KeyEsc, KeyEvidence analyzer.Text
}{
	Open: t("Open…", "打开…"), Cancel: t("Cancel", "取消"), Canceling: t("Stopping…", "正在停止…"),
	Language: t("Language", "语言"), LanguageName: t("中文", "English"), Keys: t("Keyboard", "键盘"), Close: t("Close", "关闭"),
	Copy: t("Copy", "复制"), Copied: t("Copied", "已复制"), Export: t("Export", "导出"),
	ExportJSON: t("Report as JSON", "报告（JSON）"), ExportHTML: t("Report as a web page (HTML)", "报告（网页 HTML）"), ExportMarkdown: t("Report for a ticket (Markdown)", "报告（Markdown，便于贴入工单）"),
	ExportCSV: t("Table of the flows (CSV)", "连接列表（CSV 表格）"), CopyMermaid: t("Copy as Mermaid diagram", "复制为 Mermaid 图"), SaveSVG: t("Save drawing (SVG)", "保存图形（SVG）"),
	TakeAway: t("Copy, save", "复制、保存"), Unfolded: t("unfolded", "已展开"), TimeChosen: t("began", "开始于"), AllTimes: t("all times", "全部时间"),
	NoSuchSample: t("There is no such sample:", "没有这个样例："), FilterHint: t("Filter: address, port, rtt > 100ms, not problem:healthy …  ( / )", "筛选：地址、端口、rtt > 100ms、not problem:healthy …  ( / )"),

	Headline: t("Drop a capture, learn why the connection failed.", "拖入抓包文件，看清连接为何失败。"),
	Lead: t("wirewhy finds every TCP connection in it, draws what happened and says in plain words what went wrong.",
		"wirewhy 会找出其中的每条 TCP 连接，画出经过，并用平实的话说明哪里出了问题。"),
	Privacy: t("Everything runs in this tab. No packet leaves your machine, and the page is built so that it cannot send one.",
		"一切都在本标签页内运行。数据包不会离开您的电脑，页面本身也被限制为无法发送任何数据。"),
	DropHere: t("Drop capture files anywhere in this window", "把抓包文件拖到窗口任意位置"),
	OrPaste:  t("or paste them", "或直接粘贴"),
	WhatCanI: t("What can I drop here?", "可以拖入什么？"), Samples: t("Or look at a real failure", "或先看一个真实故障"),

	FormatsTitle: t("What can I drop here?", "可以拖入什么？"),
	FormatsCaptures: t("Captures of tcpdump, Wireshark and their like: pcap, pcapng, snoop; plain or compressed (gzip, zstd, xz, bzip2, lz4, zip). The content decides, never the name. Of damaged files what can be read; large ones in pieces.",
		"tcpdump、Wireshark 等生成的抓包：pcap、pcapng、snoop；可为原始文件或压缩文件（gzip、zstd、xz、bzip2、lz4、zip）。格式由内容判断，与文件名无关。损坏的文件能读多少读多少；大文件分块读取。"),
	FormatsSides: t("Several captures of one incident at once, from the client and from the server: packets lost or changed between them are found.",
		"同一故障的多份抓包可一起拖入，例如客户端与服务端各一份：可找出途中丢失或被改动的数据包。"),
	FormatsHosts: t("What a host says of itself, as files or pasted: netstat -s, nstat, ss, sysctl, iptables, nft, conntrack, ip, ethtool, dmesg. Findings are confirmed or refuted with it.",
		"主机信息，文件或粘贴均可：netstat -s、nstat、ss、sysctl、iptables、nft、conntrack、ip、ethtool、dmesg。结论会据此得到证实或被推翻。"),
	FormatsListing: t("Packets as tcpdump prints them, pasted from a terminal or a ticket.", "tcpdump 打印的文本，可从终端或工单中粘贴。"),
	HowToCheck:     t("How to check that nothing is sent", "如何验证没有数据外发"),
	Check: t("Open the browser's developer tools, Network panel, and drop a file: no request appears. Or disconnect from the network first: everything still works.",
		"打开浏览器开发者工具的“网络”面板再拖入文件：不会出现任何请求。也可以先断开网络：一切照常工作。"),

	Reading: t("Reading", "正在读取"), BytesOf: t("of", "/"), PacketsPerSecond: t("packets/s", "包/秒"), TimeLeft: t("left", "剩余"),
	Stopped: t("Reading was stopped; this is what had been read until then.", "读取已被停止；以下是停止前读到的内容。"),
	Packets: t("packets", "个包"), Flows: t("Flows", "连接"), FlowsFound: t("flows", "条连接"), OneFlow: t("flow", "条连接"),
	Vantage: t("taken at the", "抓包位置："), FramesBytes: t("on the wire", "线上字节"),
	Problems: t("Problems", "问题"), Remarks: t("Remarks", "备注"), NoProblems: t("No problems found", "未发现问题"),
	NoProblemsText: t("Every connection in this capture was set up, served and ended as its ends wanted, as far as the packets show.",
		"就数据包所见，抓包中的每条连接都按双方意愿建立、传输并结束。"),
	NoneYet: t("None so far", "暂无"), NothingFound: t("This capture holds no TCP connections.", "此抓包中没有 TCP 连接。"), StillReading: t("Still reading…", "仍在读取…"),

	Client: t("client", "客户端"), Server: t("server", "服务端"), Took: t("took", "耗时"), Verdict: t("verdict", "结论"), Start: t("start", "开始"),
	Size: t("bytes", "字节"), PacketsShort: t("pkts", "包数"), RTT: t("RTT", "RTT"), SortBy: t("sort by", "排序："),
	NoMatch: t("No flow matches the filter.", "没有符合筛选条件的连接。"), ShowFlows: t("Show these flows", "显示这些连接"),

	Complete: t("complete", "完整结束"), Handshake: t("handshake RTT", "握手 RTT"), Retransmitted: t("retransmitted", "重传"), DataSegments: t("data segments", "数据段"),
	Evidence: t("Evidence", "证据"), HowSure: t("How sure", "把握程度"), Alternatives: t("What these packets leave open", "这些数据包无法排除的"), Confirm: t("Confirm on the host", "在主机上确认"), Fix: t("Fix", "修复"),
	Frame: t("frame", "帧"), Frames: t("frames", "帧"), Connection: t("connection", "条连接"), Connections: t("connections", "条连接"),
	PickOne:      t("Choose a flow to see what happened on it.", "选择一条连接查看经过。"),
	AnsweredFrom: t("answered from", "应答来自"), MoreWords: t("Show all", "展开全部"), LessWords: t("Show less", "收起"),

	Timeline: t("Timeline", "时间线"), GraphsTab: t("Graphs", "图表"), PacketsTab: t("Packets", "数据包"), TimeDelta: t("time since the step before", "距上一步的时间"), TimeSince: t("time since the start", "距起始的时间"), TimeClock: t("clock time (UTC)", "时钟时间（UTC）"),
	AsText: t("As text", "文本形式"), CopyText: t("Copy as text", "复制为文本"), Silence: t("of silence", "静默"), Band: t("segments", "个段"),
	LadderLabel: t("Timeline of the connection, a lane for each address", "连接时间线，每个地址一条泳道"), LadderLoading: t("Reading the packets again…", "正在重新读取数据包…"),
	NoFlow:         t("This finding concerns the capture, not one connection.", "该结论针对整个抓包，而非某条连接。"),
	EvidenceNumber: t("evidence", "证据"),

	No: t("no.", "序号"), Time: t("time", "时间"), Source: t("source", "源"), Target: t("destination", "目的"), Protocol: t("protocol", "协议"), Length: t("len", "长度"), Info: t("info", "信息"),
	Layers: t("Layers", "协议层"), Bytes: t("Bytes", "字节"), BytesCut: t("more bytes are not shown", "个字节未显示"),
	ChoosePacket: t("Choose a packet to see its layers and bytes.", "选择一个数据包查看协议层与字节。"), ShownAt: t("at byte", "位于字节"),

	MoreWarnings: t("more", "更多"), CrashTitle: t("The analyzer stopped by itself.", "分析器意外停止。"),
	CrashText: t("It was started again. What was found until then stays on the page; to go on, open the file again.", "已重新启动。此前的结果仍保留在页面上；如需继续，请重新打开文件。"),
	Reopen:    t("Open it again", "重新打开"), Dismiss: t("Dismiss", "知道了"), FailedTitle: t("This could not be read", "无法读取"),
	FailedText: t("Open another file, or try a sample.", "请打开其他文件，或试试样例。"), Overview: t("Capture", "抓包"),

	KeyMove: t("next / previous in a list or on the timeline", "列表或时间线中的下一项 / 上一项"), KeyEnter: t("open what has the focus", "打开当前焦点项"), KeyFilter: t("filter flows", "筛选连接"), KeyOpen: t("open a file", "打开文件"),
	KeyTabs: t("timeline / graphs / packets / stream / all flows", "时间线 / 图表 / 数据包 / 数据流 / 全部连接"), KeyProblems: t("go to problems / flows / timeline", "转到问题 / 连接 / 时间线"), KeyHelp: t("these keys", "显示按键"), KeyEsc: t("close, clear, back to the list", "关闭、清除、返回列表"),
	KeyEvidence: t("show evidence 1 to 9", "显示证据 1 至 9"),
}

// codeWords are the report's fixed words, for people.
var codeWords = map[string]analyzer.Text{
	"certain": t("certain", "确定"), "likely": t("likely", "很可能"), "possible": t("possible", "可能"),
	"client": t("client", "客户端"), "path": t("path", "网络路径"), "server-host": t("server host", "服务端主机"), "server-app": t("server application", "服务端应用"),
	"dns": t("DNS", "DNS"), "capture": t("capture", "抓包本身"), "unknown": t("place unknown", "位置未知"),
	"server": t("server", "服务端"), "middle": t("middle of the path", "路径中间"),
	"error": t("error", "错误"), "warning": t("warning", "警告"), "info": t("information", "提示"),
}

var sureText = map[analyzer.Confidence]analyzer.Text{
	analyzer.Certain:  t("Certain: the packets alone imply it.", "确定：仅凭数据包即可得出。"),
	analyzer.Likely:   t("Likely: the packets carry its signature, and other signs agree.", "很可能：数据包符合其特征，且有旁证。"),
	analyzer.Possible: t("Possible: the packets carry its signature, but others look alike.", "可能：数据包符合其特征，但也有相似情形。"),
}
