package diagnose

import (
	"strings"

	"wirewhy/analyzer"
)

var _ = artefact(Rule{
	ID:         "capture-mixed-links",
	Title:      say("Interfaces of different kinds in one file: {links}", "一个文件中有不同类型的接口：{links}"),
	Verdict:    say("several link types", "多种链路类型"),
	Doc:        say("The file holds frames of several link types: captures of different interfaces were merged, or dumpcap recorded more than one. Each frame is decoded by the type of its own interface. One packet may stand in it several times, in different dress and with clocks of its own.", "文件中有多种链路类型的帧：合并了不同接口的抓包，或 dumpcap 同时抓取了多个接口。每个帧按其接口的类型解码。同一报文可能以不同形式出现多次，且各有各的时钟。"),
	Recognised: say("The file describes interfaces of more than one link type.", "文件描述了不止一种链路类型的接口。"),
	Summary:    say("This file holds frames of {n} link types: {links}. Each was decoded as its interface says. Tools that take the first one for all misread the rest, and a pcap file cannot hold them.", "此文件含有 {n} 种链路类型的帧：{links}。每个帧都按其接口解码。把第一种套用于全部的工具会误读其余的帧，而 pcap 格式无法同时保存它们。"),
	LookAlikes: []LookAlike{maybe("capture-duplicates", "The same packet may have been recorded on both kinds of interface.", "同一报文可能在两种接口上都被记录。")},
	Confirm:    []analyzer.Confirmation{on(anywhere, "capinfos -I FILE", say("Interfaces with different encapsulations.", "接口的封装类型不同。"))},
	Fix:        []analyzer.Text{say("Nothing to mend. For a file of one kind: editcap or tshark -Y 'frame.interface_id == 0' -w OUT.", "无需处理。若只要一种：用 editcap 或 tshark -Y 'frame.interface_id == 0' -w OUT。")},
	Survey: func(v *Survey) {
		if len(v.Capture.LinkTypes) < 2 {
			return
		}
		var names []string
		for _, l := range v.Capture.LinkTypes {
			names = append(names, l.String())
		}
		v.Found(Certain, map[string]string{"n": number(len(names)), "links": strings.Join(names, ", ")})
	},
})
