package session

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/diagnose"
	"wirewhy/analyzer/report"
	"wirewhy/analyzer/stream"
	"wirewhy/wasm/protocol"
)

// search looks for a text, or for bytes written as 0x16 03 01, and goes on where
// the last answer has stopped.
func (x *followed) search(text string, way uint8, until time.Time) error {
	needle, fold := []byte(text), true
	lower(needle)
	if digits, ok := strings.CutPrefix(text, "0x"); ok {
		if b, err := hex.DecodeString(strings.ReplaceAll(digits, " ", "")); err == nil && len(b) > 0 {
			needle, fold = b, false
		}
	}
	needle = needle[:min(len(needle), maxNeedle)]
	if !bytes.Equal(needle, x.needle) || fold != x.fold || way != x.way {
		x.needle, x.fold, x.way, x.found, x.searched = needle, fold, way, nil, 0
		x.tails = [2][]byte{}
	}
	for n := 1; x.searched < len(x.pieces) && len(x.found) < maxFound; n++ {
		if err := x.searchPiece(x.searched); err != nil {
			return err
		}
		if x.searched++; n%64 == 0 && time.Now().After(until) {
			return nil
		}
	}
	if len(x.found) >= maxFound {
		x.searched = len(x.pieces)
	}
	return nil
}

// searchPiece looks into a piece and over the edge to the one before it in the
// same direction.
func (x *followed) searchPiece(i int) error {
	p := x.pieces[i]
	switch {
	case p.Frame == 0:
		x.tails[p.Dir] = nil
		return nil
	case x.way != 0 && x.way != uint8(p.Dir)+1:
		return nil
	}
	data, err := x.bytes(p)
	if err != nil {
		return err
	}
	tail := x.tails[p.Dir]
	both := append(tail, data...)
	if x.fold {
		lower(both[len(tail):])
	}
	for from := 0; ; {
		hit := bytes.Index(both[from:], x.needle)
		if hit < 0 || len(x.found) >= maxFound {
			break
		}
		x.found = append(x.found, x.place(i, p.At+int64(from+hit-len(tail))))
		from += hit + 1
	}
	x.tails[p.Dir] = append([]byte(nil), both[max(len(both)-len(x.needle)+1, 0):]...)
	return nil
}

// lower makes ASCII's capitals small and leaves all other bytes as they are.
func lower(text []byte) {
	for i, c := range text {
		if c >= 'A' && c <= 'Z' {
			text[i] = c + 'a' - 'A'
		}
	}
}

// place returns the position of an offset that lies in a piece or before it in
// the same direction.
func (x *followed) place(i int, at int64) int64 {
	d := x.pieces[i].Dir
	for ; i > 0 && (x.pieces[i].Dir != d || x.pieces[i].At > at || x.pieces[i].Frame == 0); i-- {
	}
	return x.pieces[i].Pos + at - x.pieces[i].At
}

// savedStream answers SaveStream with the next part of a file. s.mu is held.
func (s *Session) savedStream(r *protocol.Request) any {
	x, why := s.streamOf(r.Flow)
	if x == nil {
		return protocol.Failure{Text: why.In(r.Lang)}
	}
	if r.From == 0 {
		x.saving, x.part = 0, 0
	}
	if x.part != r.From {
		return protocol.Failure{Text: noSuchExtract.In(r.Lang)}
	}
	x.part++
	d := protocol.Document{Type: "application/octet-stream", More: true, Total: int64(len(x.entries) + len(x.pieces))}
	err := x.goOn(time.Now().Add(streamTurn))
	for n := 0; err == nil && x.pieces != nil && len(d.Data) < pieceLen && n < pieceFrames; n++ {
		if x.saving == len(x.pieces) {
			d.More, d.Note = false, x.leftOut(r.Way, r.Lang)
			break
		}
		p := x.pieces[x.saving]
		x.saving++
		if p.Frame == 0 || r.Way != 0 && r.Way != uint8(p.Dir)+1 {
			continue
		}
		var data []byte
		if data, err = x.bytes(p); err == nil {
			d.Data = append(d.Data, data...)
		}
	}
	d.Done = int64(x.read + x.saving)
	if err != nil {
		s.forgetStream()
		return protocol.Failure{Text: readAgain(err, r.Lang)}
	}
	return d
}

// leftOut says how much of a saved stream is not in the file, since the capture
// lacks it; empty if nothing.
func (x *followed) leftOut(way uint8, lang analyzer.Lang) string {
	n := x.missing[0] + x.missing[1]
	if way != 0 {
		n = x.missing[way-1]
	}
	if n == 0 {
		return ""
	}
	missing := report.Grouped(uint64(n))
	return analyzer.Text{
		En: missing + " bytes were not captured: the file goes on behind each gap without a mark.",
		Zh: "有 " + missing + " 字节未被抓到：文件在每处缺口后直接接续，不作标记。",
	}.In(lang)
}

// messages fills a view with messages, and tells more of them apart first.
func (x *followed) messages(v *protocol.StreamView, r *protocol.Request, until time.Time) error {
	for n := 1; x.parsed < len(x.pieces) && !x.parser.Full; n++ {
		p := x.pieces[x.parsed]
		if p.Frame == 0 {
			x.parser.Gap(p)
		} else {
			data, err := x.bytes(p)
			if err != nil {
				return err
			}
			x.parser.Feed(p, x.packet.Time, data)
		}
		if x.parsed++; n%64 == 0 && time.Now().After(until) {
			break
		}
	}
	if done := x.parsed == len(x.pieces) || x.parser.Full; done {
		x.parser.End()
	} else {
		v.Done, v.Total = x.parsed, len(x.pieces)
		return nil
	}
	all := x.parser.Messages
	v.MessageFrom, v.MessageTotal, v.MessagesCut = max(0, min(r.From, len(all))), len(all), x.parser.Full
	to := max(v.MessageFrom, min(r.To, len(all), v.MessageFrom+maxPacketRows))
	for i := v.MessageFrom; i < to; i++ {
		v.Messages = append(v.Messages, x.message(&all[i], r.Lang))
	}
	return nil
}

// message tells one message in words.
func (x *followed) message(m *stream.Message, lang analyzer.Lang) protocol.StreamMessage {
	out := protocol.StreamMessage{Pos: m.Pos, Server: m.Dir == 1, Frame: m.Frame, Time: m.Time, Title: m.Title, Lines: m.Lines, Pair: m.Pair, After: -1}
	var words []analyzer.Text
	n := analyzer.Text{En: fmt.Sprintf("%d bytes", m.Len), Zh: fmt.Sprintf("%d 字节", m.Len)}
	switch m.Kind {
	case stream.Request, stream.Response:
		if m.Len > 0 || m.Chunked {
			words = append(words, analyzer.Text{En: "body " + n.En, Zh: "正文 " + n.Zh})
		}
		if m.Chunked {
			words = append(words, analyzer.Text{En: "chunked", Zh: "分块传输"})
		}
		if q := m.Pair - 1; m.Kind == stream.Response && q >= 0 {
			out.After = m.Time.Sub(x.parser.Messages[q].End)
		}
		if rest, ok := strings.CutPrefix(m.Title, "HTTP/1."); ok && len(rest) > 2 {
			out.Bad = rest[2] == '4' || rest[2] == '5'
		}
	case stream.Record:
		if m.Alert > 0 {
			out.Title += ": " + alertName(uint8(m.Alert-1))
			out.Bad = m.Level == 2
		}
		words = append(words, n)
	default:
		words = append(words, analyzer.Text{En: n.En + " of another protocol", Zh: "其他协议的 " + n.Zh})
	}
	if m.Missing > 0 {
		words = append(words, analyzer.Text{En: fmt.Sprintf("%d of them not captured", m.Missing), Zh: fmt.Sprintf("其中 %d 字节未抓到", m.Missing)})
	}
	if !m.Complete {
		words = append(words, analyzer.Text{En: "its end is not here", Zh: "未见其结尾"})
	}
	for i, w := range words {
		if i > 0 {
			out.Body += " · "
		}
		out.Body += w.In(lang)
	}
	return out
}

// alertName names an alert; those that are no failures are no matter of a rule.
func alertName(n uint8) string {
	switch n {
	case 0:
		return "close_notify (0)"
	case 90:
		return "user_canceled (90)"
	case 100:
		return "no_renegotiation (100)"
	}
	return diagnose.AlertWord(n)
}
