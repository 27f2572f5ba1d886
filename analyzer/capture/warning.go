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

// oddityTexts are a sentence each. %[1]d is the number of occurrences, %[2]d
// the frame of the first one (of those about blocks: the last frame before it).
var oddityTexts = [oddities]analyzer.Text{
	timeBackwards: {
		En: "Time runs backwards by more than a second at %[1]d places, first at frame %[2]d: the clock was set, or files were joined.",
		Zh: "有 %[1]d 处时间倒退超过一秒，首次出现在第 %[2]d 帧：可能调整过时钟，或拼接过文件。"},
	timeBefore1980: {
		En: "%[1]d frames are dated before 1980, first frame %[2]d: the clock was not set, the times are relative, or their resolution is stated wrongly. Trust differences only.",
		Zh: "有 %[1]d 帧的时间早于 1980 年，首帧为第 %[2]d 帧：时钟未设置、时间是相对值，或时间精度标注有误。只能相信时间差。"},
	timeAfter2100: {
		En: "%[1]d frames are dated after 2100, first frame %[2]d: their times are implausible.",
		Zh: "有 %[1]d 帧的时间晚于 2100 年，首帧为第 %[2]d 帧：这些时间不可信。"},
	timeImpossible: {
		En: "%[1]d frames have a time too large to be one, first frame %[2]d; it was taken as unknown.",
		Zh: "有 %[1]d 帧的时间数值过大，首帧为第 %[2]d 帧；按时间未知处理。"},
	timeMissing: {
		En: "%[1]d frames have no time (pcapng Simple Packet Blocks), first frame %[2]d.",
		Zh: "有 %[1]d 帧没有时间戳（pcapng 简单分组块），首帧为第 %[2]d 帧。"},
	fractionTooLarge: {
		En: "%[1]d frames have a fraction of a second that is larger than a second, first frame %[2]d: their times are doubtful.",
		Zh: "有 %[1]d 帧的秒以下部分超过一秒，首帧为第 %[2]d 帧：其时间存疑。"},
	wireLenShort: {
		En: "%[1]d frames claim to have been shorter on the wire than what was captured of them, first frame %[2]d; the captured length was taken.",
		Zh: "有 %[1]d 帧声称的线上长度小于捕获长度，首帧为第 %[2]d 帧；以捕获长度为准。"},
	wireLenAbsurd: {
		En: "%[1]d frames claim an implausible original length, first frame %[2]d; the captured length was taken.",
		Zh: "有 %[1]d 帧声称的原始长度不合理，首帧为第 %[2]d 帧；以捕获长度为准。"},
	interfaceMissing: {
		En: "%[1]d packets refer to an interface that the section does not describe, first after frame %[2]d; they were left out.",
		Zh: "有 %[1]d 个分组引用了本节未描述的接口，首次在第 %[2]d 帧之后；已略去。"},
	captureLenTooLong: {
		En: "%[1]d packets have a captured length that exceeds their block, first after frame %[2]d; they were left out.",
		Zh: "有 %[1]d 个分组的捕获长度超出所在块，首次在第 %[2]d 帧之后；已略去。"},
	blockTooShort: {
		En: "%[1]d blocks are too short for their type, first after frame %[2]d; they were left out.",
		Zh: "有 %[1]d 个块的长度不足以容纳其类型所需内容，首次在第 %[2]d 帧之后；已略去。"},
	trailerDiffers: {
		En: "The two lengths of %[1]d blocks disagree, first after frame %[2]d; the first of the two fits what follows and was taken.",
		Zh: "有 %[1]d 个块首尾长度不一致，首次在第 %[2]d 帧之后；块首长度与后续内容吻合，以其为准。"},
	lengthUnaligned: {
		En: "The length of %[1]d blocks is no multiple of four, first after frame %[2]d; it was rounded up.",
		Zh: "有 %[1]d 个块的长度不是 4 的倍数，首次在第 %[2]d 帧之后；已向上取整。"},
	optionsDamaged: {
		En: "The options of %[1]d blocks are damaged, first after frame %[2]d; the rest of those options was ignored.",
		Zh: "有 %[1]d 个块的选项已损坏，首次在第 %[2]d 帧之后；其余选项被忽略。"},
	nameRecordDamaged: {
		En: "%[1]d damaged name resolution records were ignored, first after frame %[2]d.",
		Zh: "忽略了 %[1]d 条损坏的名称解析记录，首次在第 %[2]d 帧之后。"},
	statisticsOdd: {
		En: "%[1]d interface statistics are implausible or about an unknown interface, first after frame %[2]d; they were ignored.",
		Zh: "有 %[1]d 条接口统计不合理或指向未知接口，首次在第 %[2]d 帧之后；已忽略。"},
	sectionVersion: {
		En: "%[1]d sections have a pcapng version that is not known, first after frame %[2]d; they were skipped.",
		Zh: "有 %[1]d 个节的 pcapng 版本未知，首次在第 %[2]d 帧之后；已跳过。"},
	interfacesTooMany: {
		En: "%[1]d interfaces are more than can be kept, first after frame %[2]d; their packets were left out.",
		Zh: "有 %[1]d 个接口超出可保存的数量，首次在第 %[2]d 帧之后；其分组已略去。"},
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
			list = append(list, analyzer.Warning{
				Text:   text(fmt.Sprintf(oddityTexts[o].En, t.count, t.frame), fmt.Sprintf(oddityTexts[o].Zh, t.count, t.frame)),
				Frame:  t.frame,
				Offset: t.offset,
			})
		}
	}
	slices.SortStableFunc(list, func(a, b analyzer.Warning) int { return int(min(1, max(-1, a.Offset-b.Offset))) })
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
