package diagnose

import (
	"strconv"

	"wirewhy/analyzer"
)

var _ = register(&Rule{
	ID: "capture-ended-early", Stage: StageCapture, Class: analyzer.Artefact, Severity: analyzer.SeverityInfo, Fault: analyzer.FaultCapture,
	Title:   say("The capture ended before some connections were decided", "抓包在部分连接有结果之前就结束了"),
	Verdict: say("undecided at the end", "结束时尚无结果"),
	Doc: say("SYNs were sent so shortly before the end of the capture that their being unanswered means nothing yet: the first repetition comes after a second, and many causes show only then.",
		"某些 SYN 在抓包结束前不久才发出，尚未得到应答并不说明问题：第一次重发要在一秒之后，许多原因到那时才显现。"),
	Recognised: say("SYNs without an answer less than {patience} before the last frame, and too few of them for a verdict.", "最后一帧之前不到 {patience} 发出的、尚无应答的 SYN，数量不足以下结论。").Fill(map[string]string{"patience": Duration(synPatience)}),
	Summary:    say("Connection attempts that were still open when the capture ended: {n} ①. Nothing is said about them.", "抓包结束时有 {n} 次连接尝试尚无结果 ①。不对它们下结论。"),
	LookAlikes: []LookAlike{apart("syn-no-response", "The time for an answer was not over.", "等待应答的时间还没有结束。")},
	Uncapped:   true,
	Confirm:    []analyzer.Confirmation{on(onCapturing, "date", say("A capture that goes on for ten seconds more decides it.", "再多抓十秒即可分晓。"))},
	Fix:        []analyzer.Text{say("Let the capture run for at least ten seconds after the failure, better until the client reports it.", "故障发生后至少再抓十秒，最好抓到客户端报错为止。")},
	Survey: func(v *Survey) {
		n := 0
		var frames []uint32
		for id, x := range v.traits {
			if x&(asked|answered|completed|wasReset) != asked {
				continue
			}
			s := v.Subject(uint32(id))
			if len(v.matches.of(uint32(id))) > 0 || !s.Unanswered() || s.Left(s.LastSyn) >= synPatience || s.Left(s.Start) > synPatience || s.Mute(s.ServerAddr) {
				continue
			}
			n++
			frames = append(frames, s.SynFrame)
		}
		if n > 0 {
			v.Found(Certain, map[string]string{"n": strconv.Itoa(n)}, v.proof(say("SYNs at the end of the capture", "抓包末尾的 SYN"), frames...)...)
		}
	},
})
