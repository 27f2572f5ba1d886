package capture

import (
	"bytes"
	"fmt"
	"io"

	"wirewhy/analyzer"
)

// Where a record makes no sense, reading goes on at the next place from which a
// chain of records holds. Captured traffic may itself contain a capture file
// (somebody copied one over the network), whose records are sound but belong to
// no frame of this file: so a chain must be longer than any packet, or end
// exactly where the file ends. Rather than guess, reading stops.
const (
	resyncSearchLen = 1 << 20   // how far is searched
	chainLen        = 128 << 10 // longer than the 64 KiB of an offloaded segment
	chainMinCount   = 8
	chainEndCount   = 2 // records that suffice where they end with the file
	// chainMaxRecord keeps the search within the window: what lies behind the
	// search range must hold one chain.
	chainMaxRecord = usualFrameLen + 1024
)

// chain is how a format recognises its records.
type chain interface {
	// reset forgets what was learnt from the records before.
	reset()
	// step returns the length of the record at b[0], zero if there is none that
	// makes sense. The record may end beyond b.
	step(b []byte) int
}

// resync skips damage, for a reason. It reports false, and that reading stopped
// here, if it finds nothing that it is sure of.
func (s *stream) resync(c chain, reason analyzer.Text) bool {
	reason = s.betterReason(reason)
	skipped, ok := s.search(c)
	if s.broken() && !ok {
		return false
	}
	if !ok {
		s.stop(reason)
		return false
	}
	s.warnSkipped(skipped, reason)
	return true
}

// resyncCut is resync for a record that claims more bytes than there are. It is
// silent if there is nothing to be found: then the file is merely cut short.
func (s *stream) resyncCut(c chain, want int) bool {
	left := s.len()
	skipped, ok := s.search(c)
	if ok {
		s.warnSkipped(skipped, text(
			fmt.Sprintf("the record claims %d bytes, the file has %d left", want, left),
			fmt.Sprintf("记录声称有 %d 字节，而文件只剩 %d 字节", want, left)))
	}
	return ok
}

func (s *stream) warnSkipped(n int, reason analyzer.Text) {
	s.warn(s.offset(), text(
		fmt.Sprintf("The file is damaged after frame %d: %s. Reading goes on %s later.", s.number, reason.En, count(n, "byte")),
		fmt.Sprintf("文件在第 %d 帧之后损坏：%s。跳过 %d 字节后继续读取。", s.number, reason.Zh, n)))
	s.start += n
}

// search returns how far the next chain of records is.
func (s *stream) search(c chain) (skip int, ok bool) {
	s.fill(resyncSearchLen + chainLen + chainMaxRecord)
	b := s.bytes()
	whole := s.err == io.EOF
	seen := make(marks, len(b)/64+1)
	for at := 1; at < len(b) && at <= resyncSearchLen; at++ {
		if holds(c, b, at, whole, seen) {
			return at, true
		}
	}
	return 0, false
}

// marks are the places where a chain was that came to nothing. Another one that
// comes there would do no better: so a search takes no longer than one look at
// each byte, whatever the bytes are.
type marks []uint64

func (m marks) set(at int) (before bool) {
	before = m[at/64]&(1<<(at%64)) != 0
	m[at/64] |= 1 << (at % 64)
	return before
}

// headerStep is step for the header of another capture file; zero if b does not
// begin with one.
func headerStep(b []byte) (n int, next chain) {
	switch {
	case isPcapHeader(b):
		magic, swap := pcapMagic(b)
		p := pcap{swap: swap, recordLen: pcapRecordLen, fractions: 1e9, usualLen: usualFrameLen, order: lengthsOf(2, u16(b[6:], swap))}
		if magic == magicModified {
			p.recordLen += modifiedExtra
		}
		return pcapHeaderLen, p.chain()
	case isSectionHeader(b):
		swap, _ := sectionOrder(b)
		return sectionLen(b), &ngChain{swap, swap}
	case isSnoop(b) && len(b) >= snoopHeaderLen:
		return snoopHeaderLen, (&snoop{}).chain()
	}
	return 0, nil
}

// holds reports whether a chain of records begins at b[start]. whole means that
// the file ends with b.
func holds(c chain, b []byte, start int, whole bool, seen marks) bool {
	c.reset()
	at, n := start, 0
	for at < len(b) {
		m, next := headerStep(b[at:])
		if m != 0 {
			c = next
			c.reset()
		} else {
			m = c.step(b[at:])
		}
		if m == 0 || m > chainMaxRecord || seen.set(at) {
			return false
		}
		at += m
		n++
		if at-start >= chainLen && n >= chainMinCount && at <= len(b) {
			return true
		}
	}
	return at == len(b) && whole && n >= chainEndCount
}

// betterReason looks for what commonly damages a file.
func (s *stream) betterReason(reason analyzer.Text) analyzer.Text {
	s.fill(512)
	b := s.bytes()
	if zeros := b[:min(len(b), 512)]; len(zeros) > 0 && len(bytes.Trim(zeros, "\x00")) == 0 {
		return text("the file goes on with zeros, as after a full disk or a crash", "之后全是零，常见于磁盘写满或系统崩溃")
	}
	// What was read before still lies in the buffer.
	if all := s.buf[:s.end]; textTransferred(all) {
		return text("every line feed has a carriage return before it, as after a transfer in text mode (FTP ASCII); copy the file again in binary mode",
			"每个换行符前都有回车符，说明文件曾以文本模式（FTP ASCII）传输；请用二进制模式重新复制")
	}
	return reason
}

// textTransferred reports whether LF was replaced by CR LF throughout.
func textTransferred(b []byte) bool {
	const enough = 8
	lines := bytes.Count(b, []byte("\n"))
	return lines >= enough && bytes.Count(b, []byte("\r\n")) == lines
}

// pcapChain follows records that are usual in themselves and near in time.
type pcapChain struct {
	pcap
	from pcap
}

func (p *pcap) chain() chain { return &pcapChain{*p, *p} }

func (c *pcapChain) reset() { c.pcap = c.from }

func (c *pcapChain) step(b []byte) int {
	if len(b) < c.recordLen {
		return 0
	}
	r := c.record(b)
	if !c.usual(r) {
		return 0
	}
	c.lastSecond, c.started = r.second, true
	return c.recordLen + int(r.capLen)
}
