package session

import (
	"strconv"

	"wirewhy/analyzer"
)

// tellLimits warns of what a capture held beyond what is kept of one
// (flow.Limits): a person must know what the lists lack.
func (c *loaded) tellLimits() {
	q := c.tracker.Quality()
	n := func(v uint64) string { return strconv.FormatUint(v, 10) }
	flows := strconv.Itoa(c.tracker.Len())
	if q.Untracked > 0 {
		c.warn(analyzer.Text{
			En: n(q.Untracked) + " packets belong to connections beyond the first " + flows + ", for which there was no room; they are counted, and nothing is concluded from them.",
			Zh: "有 " + n(q.Untracked) + " 个报文属于前 " + flows + " 条之外的连接，已无空间跟踪；它们只计数，不据以下结论。",
		})
	}
	if q.Unindexed > 0 {
		c.warn(analyzer.Text{
			En: n(q.Unindexed) + " frames beyond the first " + n(uint64(c.tracker.Frames())) + " were analysed, but are not listed and cannot be looked at.",
			Zh: "前 " + n(uint64(c.tracker.Frames())) + " 帧之后的 " + n(q.Unindexed) + " 帧已分析，但不在列表中，也无法查看。",
		})
	}
	if q.Unexplained > 0 {
		c.warn(analyzer.Text{
			En: "Of " + n(q.Unexplained) + " connections with troubles only the events of single packets are kept, for want of room; causes that rest on their sums are not found.",
			Zh: "由于空间不足，有 " + n(q.Unexplained) + " 条异常连接只保留了单个报文的事件；依赖其汇总数据的原因不会被发现。",
		})
	}
}
