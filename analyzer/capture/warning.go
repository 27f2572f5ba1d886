package capture

import (
	"fmt"
	"slices"

	"wirewhy/analyzer"
)

// maxWarnings bounds the warnings of one file.
const maxWarnings = 100

// oddity is something wrong with single frames that does not hinder reading.
// Such things come in thousands: they are counted, and told once.
type oddity uint8

const (
	timeBackwards oddity = iota
	timeBefore1980
	timeAfter2100
	timeImpossible
	timeMissing
	fractionTooLarge
	wireLenShort
	wireLenAbsurd
	joined
	interfaceMissing
	captureLenTooLong
	blockTooShort
	trailerDiffers
	lengthUnaligned
	optionsDamaged
	nameRecordDamaged
	statisticsOdd
	sectionVersion
	interfacesTooMany
	oddities
)

// oddityTexts are a sentence each; %s is where and how often.
var oddityTexts = [oddities]analyzer.Text{
	timeBackwards: {
		En: "Time runs backwards by more than a second (%s): the clock was set, or files were joined.",
		Zh: "时间倒退超过一秒（%s）：可能调整过时钟，或拼接过文件。"},
	timeBefore1980: {
		En: "Times lie before 1980 (%s): the clock was not set, the times are relative, or their resolution is stated wrongly. Trust differences only.",
		Zh: "时间早于 1980 年（%s）：时钟未设置、时间是相对值，或时间精度标注有误。只能相信时间差。"},
	timeAfter2100: {
		En: "Times lie after 2100 (%s), which is implausible.",
		Zh: "时间晚于 2100 年（%s），不可信。"},
	timeImpossible: {
		En: "The number given as time is too large to be one (%s); it was taken as unknown.",
		Zh: "时间数值过大（%s），按时间未知处理。"},
	timeMissing: {
		En: "There is no time in pcapng Simple Packet Blocks (%s).",
		Zh: "pcapng 简单分组块不含时间戳（%s）。"},
	fractionTooLarge: {
		En: "The fraction of a second is larger than a second (%s): these times are doubtful.",
		Zh: "秒以下部分超过一秒（%s）：这些时间存疑。"},
	wireLenShort: {
		En: "The original length is smaller than the captured one (%s); the captured length was taken.",
		Zh: "原始长度小于捕获长度（%s），以捕获长度为准。"},
	wireLenAbsurd: {
		En: "The original length is implausible (%s); the captured length was taken.",
		Zh: "原始长度不合理（%s），以捕获长度为准。"},
	joined: {
		En: "Another capture file begins inside of this one (%s): it was joined from several files.",
		Zh: "文件内部又出现抓包文件头（%s）：此文件由多个文件拼接而成。"},
	interfaceMissing: {
		En: "A packet refers to an interface that its section does not describe (%s); it was left out.",
		Zh: "分组引用了本节未描述的接口（%s），已略去。"},
	captureLenTooLong: {
		En: "The captured length of a packet exceeds its block (%s); it was left out.",
		Zh: "分组的捕获长度超出所在块（%s），已略去。"},
	blockTooShort: {
		En: "A block is too short for its type (%s); it was left out.",
		Zh: "块的长度不足以容纳其类型所需内容（%s），已略去。"},
	trailerDiffers: {
		En: "The two lengths of a block disagree (%s); the first one fits what follows and was taken.",
		Zh: "块首尾长度不一致（%s）；块首长度与后续内容吻合，以其为准。"},
	lengthUnaligned: {
		En: "The length of a block is no multiple of four (%s); it was rounded up.",
		Zh: "块的长度不是 4 的倍数（%s），已向上取整。"},
	optionsDamaged: {
		En: "The options of a block are damaged (%s); the rest of them was ignored.",
		Zh: "块的选项已损坏（%s），其余选项被忽略。"},
	nameRecordDamaged: {
		En: "A name resolution record is damaged (%s); it was ignored.",
		Zh: "名称解析记录已损坏（%s），已忽略。"},
	statisticsOdd: {
		En: "Interface statistics are implausible or about an unknown interface (%s); they were ignored.",
		Zh: "接口统计不合理或指向未知接口（%s），已忽略。"},
	sectionVersion: {
		En: "A section has a pcapng version that is not known (%s); it was skipped.",
		Zh: "节的 pcapng 版本未知（%s），已跳过。"},
	interfacesTooMany: {
		En: "There are more interfaces than can be kept (%s); packets of the others were left out.",
		Zh: "接口数量超出可保存的上限（%s），其余接口的分组已略去。"},
}

// where says how often an oddity occurred, and where first. Those up to
// wireLenAbsurd are about a frame, the others about something that is none: for
// them the last frame before it is named.
func (t tally) where(o oddity) analyzer.Text {
	switch {
	case o <= wireLenAbsurd && t.count == 1:
		return text(fmt.Sprintf("frame %d", t.frame), fmt.Sprintf("第 %d 帧", t.frame))
	case o <= wireLenAbsurd:
		return text(fmt.Sprintf("%d frames, the first is frame %d", t.count, t.frame), fmt.Sprintf("共 %d 帧，首帧为第 %d 帧", t.count, t.frame))
	case t.count == 1:
		return text(fmt.Sprintf("after frame %d", t.frame), fmt.Sprintf("第 %d 帧之后", t.frame))
	}
	return text(fmt.Sprintf("%d times, first after frame %d", t.count, t.frame), fmt.Sprintf("共 %d 处，首次在第 %d 帧之后", t.count, t.frame))
}

type tally struct {
	count  uint64
	frame  uint32
	offset int64
}

// warningLog gathers what was wrong, within bounds.
type warningLog struct {
	list    []analyzer.Warning
	dropped int
	tallies [oddities]tally
}

func (l *warningLog) add(t analyzer.Text, frame uint32, offset int64) {
	if len(l.list) >= maxWarnings {
		l.dropped++
		return
	}
	l.list = append(l.list, analyzer.Warning{Text: t, Frame: frame, Offset: offset})
}

func (l *warningLog) count(o oddity, frame uint32, offset int64) {
	t := &l.tallies[o]
	if t.count == 0 {
		t.frame, t.offset = frame, offset
	}
	t.count++
}

// warnings returns everything, in the order of the file.
func (l *warningLog) warnings() []analyzer.Warning {
	list := slices.Clone(l.list)
	for o, t := range l.tallies {
		if t.count > 0 {
			where := t.where(oddity(o))
			list = append(list, analyzer.Warning{
				Text:   text(fmt.Sprintf(oddityTexts[o].En, where.En), fmt.Sprintf(oddityTexts[o].Zh, where.Zh)),
				Frame:  t.frame,
				Offset: t.offset,
			})
		}
	}
	analyzer.SortStable(list, func(a, b analyzer.Warning) int { return int(min(1, max(-1, a.Offset-b.Offset))) })
	if l.dropped > 0 {
		list = append(list, analyzer.Warning{Offset: -1, Text: text(
			fmt.Sprintf("And %d more warnings of this kind.", l.dropped),
			fmt.Sprintf("另有 %d 条类似的警告。", l.dropped))})
	}
	return list
}

func text(en, zh string) analyzer.Text { return analyzer.Text{En: en, Zh: zh} }

// count returns "1 byte", "2 bytes".
func count(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

var (
	textTooManyFrames   = text("there are more frames than can be numbered (2³²)", "帧数超过可编号的上限（2³²）")
	textTooManySections = text(fmt.Sprintf("the file has more than %d sections", maxSections), fmt.Sprintf("文件的节超过 %d 个", maxSections))
)
