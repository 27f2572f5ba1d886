package view

import (
	"wirewhy/analyzer"
	"wirewhy/ui/state"
	"wirewhy/wasm/protocol"
)

// The words of the dialog in which packets are saved.
var (
	exportItem  = t("Packets (pcapng)…", "数据包（pcapng）…")
	exportTitle = t("Save packets (pcapng)", "保存数据包（pcapng）")
	exportWhich = t("Which packets", "哪些数据包")
	exportKinds = [...]analyzer.Text{
		protocol.ExtractFlows:    t("This connection", "这条连接"),
		protocol.ExtractEvidence: t("The evidence of this finding", "该结论的证据"),
		protocol.ExtractHit:      t("All connections that this finding hit", "该结论涉及的所有连接"),
		protocol.ExtractMatching: t("All connections in the list as it is filtered", "当前筛选出的所有连接"),
		protocol.ExtractAll:      t("Everything", "全部"),
	}
	exportMarked = t("The marked connections", "已标记的连接")
	exportSays   = t("The findings are written into the file as comments. Wireshark, tshark and tcpdump read it.",
		"结论会以注释形式写入文件。Wireshark、tshark 与 tcpdump 均可读取。")
	anonymise     = t("Anonymise", "匿名化")
	anonymiseSays = t("Replaces IP and hardware addresses everywhere (subnets stay together), cuts payload behind TCP and UDP headers and with it all names, overwrites options that can hold addresses, leaves comments and names of files and interfaces out, mends checksums, and drops frames that are not understood to the last header. Ports, times, lengths and sequence numbers stay. Findings are named only by their kind.",
		"替换所有 IP 与硬件地址（子网关系不变），截去 TCP、UDP 头之后的载荷及其中的名称，覆盖可能含有地址的选项，去除注释、文件名与接口名，重算校验和，并丢弃不能完全理解的帧。端口、时间、长度与序列号保留。结论只写其类别。")
	shiftTimes  = t("Also move all times by one random amount", "并将所有时间平移同一个随机量")
	exportSave  = t("Save", "保存")
	exportDone  = t("frames", "帧")
	exportSaved = t("Saved.", "已保存。")
)

func exportDialog(m *markup, s *state.State) {
	x := &s.Export
	dialogHead(m, s, exportTitle)
	m.put(`<div class="choices" role="radiogroup" aria-label="%">`, exportWhich.In(s.Lang))
	for _, what := range []protocol.Extraction{protocol.ExtractFlows, protocol.ExtractEvidence, protocol.ExtractHit, protocol.ExtractMatching, protocol.ExtractAll} {
		if s.CanExtract(what) {
			m.put(`<button type="button" role="radio" id="extract-%" data-act="extract" data-arg="%" aria-checked="%">% <small>%</small></button>`,
				int(what), int(what), choose(x.What == what, "true", "false"), exportKind(s, what).In(s.Lang), extent(s, what))
		}
	}
	m.put(`</div><p class="soft">%</p>`, exportSays.In(s.Lang))
	check(m, "anonymise", x.Anonymise, anonymise.In(s.Lang))
	if x.Anonymise {
		m.put(`<p class="soft">%</p>`, anonymiseSays.In(s.Lang))
		check(m, "shift", x.Shift, shiftTimes.In(s.Lang))
	}
	m.put(`<div class="dialog-foot">`)
	switch {
	case x.Running:
		m.put(`<progress value="%" max="%"></progress><span>% / % %</span><button type="button" id="extract-stop" data-act="extract-stop">%</button>`,
			int(x.Done), max(int(x.Total), 1), number(x.Done), number(x.Total), exportDone.In(s.Lang), words.Cancel.In(s.Lang))
	default:
		m.put(`<button type="button" class="primary" id="extract-save" data-act="extract-save">%</button>`, exportSave.In(s.Lang))
	}
	m.put(`</div>`)
	if x.Error != "" {
		m.put(`<p class="trouble" role="alert">%</p>`, x.Error)
	}
	if x.Note != "" {
		m.put(`<div class="saved" role="status" tabindex="0"><b>%</b> <span>%</span></div>`, exportSaved.In(s.Lang), x.Note)
	}
}

func exportKind(s *state.State, what protocol.Extraction) analyzer.Text {
	if what == protocol.ExtractFlows && s.Flows.MarkCount() > 0 {
		return exportMarked
	}
	return exportKinds[what]
}

func check(m *markup, id lit, on bool, text string) {
	m.put(`<button type="button" role="checkbox" class="check" id="extract-%" data-act="extract-%" aria-checked="%">%</button>`, id, id, choose(on, "true", "false"), text)
}

// extent says how much a choice holds, as far as the page knows.
func extent(s *state.State, what protocol.Extraction) string {
	switch p := s.Problem(); what {
	case protocol.ExtractFlows:
		if n := s.Flows.MarkCount(); n > 0 {
			return plural(n, words.OneFlow, words.FlowsFound, s.Lang)
		}
		if v := s.Ladder.View; v != nil && v.Flow == s.Selection.Flow {
			return number(v.Row.Packets) + " " + words.Packets.In(s.Lang)
		}
	case protocol.ExtractEvidence:
		return framesText(allFrames(p), s.Lang)
	case protocol.ExtractHit:
		return plural(p.FlowCount, words.OneFlow, words.FlowsFound, s.Lang)
	case protocol.ExtractMatching:
		return plural(s.Flows.Total, words.OneFlow, words.FlowsFound, s.Lang)
	case protocol.ExtractAll:
		var n uint64
		for _, c := range s.Overview.Captures {
			n += c.Packets
		}
		return number(n) + " " + words.Packets.In(s.Lang)
	}
	return ""
}
