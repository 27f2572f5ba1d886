package view

import (
	"strconv"
	"unicode/utf8"

	"wirewhy/ui/plot"
	"wirewhy/ui/state"
	"wirewhy/wasm/protocol"
)

// The words of the stream.
var (
	streamTitle    = t("Stream", "数据流")
	streamForms    = t("How it is shown", "显示方式")
	streamAsText   = t("Text", "文本")
	streamAsHex    = t("Hex", "十六进制")
	streamTold     = t("Messages", "消息")
	streamToldSays = t("HTTP/1 messages and TLS records told apart; nothing is decrypted", "区分 HTTP/1 消息与 TLS 记录；不解密")
	streamWays     = t("Direction", "方向")
	streamBoth     = t("Both", "双向")
	streamSave     = t("Save", "保存")
	saveBoth       = t("Save both directions", "保存双向数据")
	saveClient     = t("Save what the client sent", "保存客户端发送的数据")
	saveServer     = t("Save what the server sent", "保存服务端发送的数据")
	streamEmpty    = t("This connection carried no payload, or none of it was captured.", "此连接没有载荷，或载荷未被抓到。")
	streamReading  = t("Putting the segments together…", "正在重组数据…")
	streamNoFlow   = t("Choose a connection to follow its stream.", "选择一条连接以跟踪其数据流。")
	streamBytes    = t("bytes", "字节")
	streamMissing  = t("bytes not captured", "字节未抓到")
	streamOf       = t("of", "/")
	streamBefore   = t("page before (Page Up)", "上一页 (Page Up)")
	streamAfter    = t("next page (Page Down)", "下一页 (Page Down)")
	findHint       = t("Find text, or 0x16 03 01", "查找文本，或 0x16 03 01")
	findNone       = t("not found", "未找到")
	findBefore     = t("previous (N)", "上一处 (N)")
	findNext       = t("next (n)", "下一处 (n)")
	messageAfter   = t("after the request", "后应答")
	messageShow    = t("Bytes", "字节")
	messagesCut    = t("Further messages are not told apart.", "其余消息未再区分。")
	packetToStream = t("In the stream", "在数据流中")
	packetAsText   = t("Copy as text", "复制为文本")
	packetAsHex    = t("Copy as hex", "复制为十六进制")
)

// FindHint is what the empty box for searching a stream says.
func FindHint(s *state.State) string { return findHint.In(s.Lang) }

// StreamTools draws what the stream is shown with.
func StreamTools(s *state.State) string {
	if s.Tab != state.TabStream || s.Selection.Kind == state.Nothing {
		return ""
	}
	var m markup
	x := &s.Stream
	m.put(`<div class="segs" role="group" aria-label="%">`, streamForms.In(s.Lang))
	for _, f := range []struct {
		form  state.StreamForm
		title string
	}{{state.StreamText, streamAsText.In(s.Lang)}, {state.StreamHex, streamAsHex.In(s.Lang)}, {state.StreamMessages, streamTold.In(s.Lang)}} {
		hint := ""
		if f.form == state.StreamMessages {
			hint = streamToldSays.In(s.Lang)
		}
		m.put(`<button type="button" id="stream-%" data-act="stream-form" data-arg="%" aria-pressed="%" title="%">%</button>`, string(f.form), string(f.form), choose(x.Form == f.form, "true", "false"), hint, f.title)
	}
	m.put(`</div>`)
	if x.Form != state.StreamMessages {
		m.put(`<div class="segs" role="group" aria-label="%">`, streamWays.In(s.Lang))
		for way, title := range []string{streamBoth.In(s.Lang), words.Client.In(s.Lang) + " →", words.Server.In(s.Lang) + " →"} {
			m.put(`<button type="button" id="stream-way-%" data-act="stream-way" data-arg="%" aria-pressed="%">%</button>`, way, way, choose(int(x.Way) == way, "true", "false"), title)
		}
		m.put(`</div>`)
	}
	menu(&m, s, state.MenuStream, ``, streamSave, []menuItem{{"stream-save", "0", saveBoth}, {"stream-save", "1", saveClient}, {"stream-save", "2", saveServer}})
	return m.String()
}

// streamPages draws which part of the stream is shown, and the way to others.
func streamPages(m *markup, s *state.State) {
	v := s.Stream.View
	if v == nil || v.Done < v.Total {
		return
	}
	from, end, total := v.From, min(v.From+state.StreamPage, v.Len), v.Len
	if s.Stream.Form == state.StreamMessages {
		from, end, total = int64(v.MessageFrom), int64(v.MessageFrom+len(v.Messages)), int64(v.MessageTotal)
	}
	if total == 0 {
		return
	}
	m.put(`<div class="pages"><button type="button" id="stream-before" data-act="stream-page" data-arg="-1" aria-label="%" title="%"%>‹</button><span>%–% % %</span><button type="button" id="stream-after" data-act="stream-page" data-arg="1" aria-label="%" title="%"%>›</button></div>`,
		streamBefore.In(s.Lang), streamBefore.In(s.Lang), choose(from == 0, " disabled", ""), number(from+1), number(end), streamOf.In(s.Lang), number(total),
		streamAfter.In(s.Lang), streamAfter.In(s.Lang), choose(end >= total, " disabled", ""))
}

// StreamHits draws what a search has found, and the way to other pages.
func StreamHits(s *state.State) string {
	v := s.Stream.View
	if s.Tab != state.TabStream || v == nil {
		return ""
	}
	var m markup
	if s.Stream.Needle != "" && s.Stream.Form != state.StreamMessages {
		streamHits(&m, s, v)
	}
	streamPages(&m, s)
	return m.String()
}

func streamHits(m *markup, s *state.State, v *protocol.StreamView) {
	if len(v.Found) == 0 {
		text := findNone.In(s.Lang)
		if v.Searched < v.Len {
			text = "…"
		}
		m.put(`<span role="status">%</span>`, text)
		return
	}
	more := choose(v.Searched < v.Len || len(v.Found) >= 1000, "+", "")
	m.put(`<span role="status">% / %%</span><button type="button" id="hit-before" data-act="stream-hit" data-arg="-1" aria-label="%" title="%">↑</button><button type="button" id="hit-next" data-act="stream-hit" data-arg="1" aria-label="%" title="%">↓</button>`,
		s.Stream.Hit+1, len(v.Found), more, findBefore.In(s.Lang), findBefore.In(s.Lang), findNext.In(s.Lang), findNext.In(s.Lang))
}

// StreamBody draws a page of the stream.
func StreamBody(s *state.State) string {
	if s.Tab != state.TabStream || s.Phase != state.Reading && s.Phase != state.Ready {
		return ""
	}
	var m markup
	v := s.Stream.View
	switch {
	case s.Selection.Kind == state.Nothing || s.Selection.Flow < 0:
		m.put(`<p class="hint">%</p>`, streamNoFlow.In(s.Lang))
		return m.String()
	case s.Stream.Error != "":
		m.put(`<p class="trouble" role="alert">%</p>`, s.Stream.Error)
	}
	switch {
	case v == nil:
	case v.Done < v.Total:
		m.put(`<p class="hint">% <progress value="%" max="%"></progress></p>`, streamReading.In(s.Lang), v.Done, max(v.Total, 1))
	case s.Stream.Form == state.StreamMessages:
		streamMessages(&m, s, v)
	case v.Len == 0 && v.Missing == [2]int64{}:
		if s.Stream.Error == "" {
			m.put(`<p class="hint">%</p>`, streamEmpty.In(s.Lang))
		}
	default:
		streamFacts(&m, s, v)
		w := streamWriter{m: &m, s: s, v: v}
		for i := range v.Pieces {
			w.piece(&v.Pieces[i])
		}
		w.end()
	}
	return m.String()
}

// streamFacts says how much each end sent.
func streamFacts(m *markup, s *state.State, v *protocol.StreamView) {
	m.put(`<p class="stream-facts">`)
	for d, who := range []string{words.Client.In(s.Lang), words.Server.In(s.Lang)} {
		m.put(`<span class="%">% → % %`, way(d == 1), who, number(v.Sent[d]), streamBytes.In(s.Lang))
		if v.Missing[d] > 0 {
			m.put(` <b>+ % %</b>`, number(v.Missing[d]), streamMissing.In(s.Lang))
		}
		m.put(`</span> `)
	}
	m.put(`</p>`)
}

func way(server bool) lit { return choose(server, "from-server", "from-client") }

// streamWriter draws pieces: those of one direction in a row are a turn.
type streamWriter struct {
	m      *markup
	s      *state.State
	v      *protocol.StreamView
	open   bool // a turn is
	server bool
	cut    []byte // the begin of a character whose rest comes with the next piece
	hit    int    // the next that may lie in what comes
}

func (w *streamWriter) end() {
	if w.open {
		w.text(w.cut, false)
		w.cut = nil
		w.m.put(`</div></section>`)
		w.open = false
	}
}

func (w *streamWriter) piece(p *protocol.StreamPiece) {
	if w.open && w.server != p.Server {
		w.end()
	}
	if !w.open {
		who := words.Client
		if p.Server {
			who = words.Server
		}
		w.m.put(`<section class="turn %" aria-label="%"><div class="turn-bytes">`, way(p.Server), who.In(w.s.Lang))
		w.open, w.server = true, p.Server
	}
	if p.Missing > 0 {
		w.text(w.cut, false)
		w.cut = nil
		w.m.put(`<p class="gap">… % %</p>`, number(p.Missing), streamMissing.In(w.s.Lang))
		return
	}
	if p.Note != "" {
		w.m.put(`<p class="gap">⚠ %</p>`, p.Note)
	}
	w.m.put(`<span class="piece" id="piece-%" data-act="stream-packet" data-arg="%" title="% % · %">`, strconv.FormatInt(p.Pos, 10), p.Frame, words.Frame.In(w.s.Lang), p.Frame, plot.Clock(p.Time))
	if w.s.Stream.Form == state.StreamHex {
		w.hex(p)
	} else {
		w.marked(p.Pos, p.Data, func(b []byte) { w.text(b, true) })
	}
	w.m.put(`</span>`)
}

// needleLen is how many bytes what is looked for has.
func (w *streamWriter) needleLen() int64 {
	n := w.s.Stream.Needle
	if len(n) > 2 && n[:2] == "0x" {
		digits := 0
		for _, c := range n[2:] {
			if c != ' ' {
				digits++
			}
		}
		return int64(digits / 2)
	}
	return int64(len(n))
}

// marked writes bytes that lie at a position, those that were found as marks.
func (w *streamWriter) marked(pos int64, data []byte, write func([]byte)) {
	found, n := w.v.Found, w.needleLen()
	for len(data) > 0 {
		for w.hit < len(found) && found[w.hit]+n <= pos {
			w.hit++
		}
		upTo, in := int64(len(data)), false
		if w.hit < len(found) && w.s.Stream.Needle != "" {
			if at := found[w.hit]; at > pos {
				upTo = min(upTo, at-pos)
			} else {
				upTo, in = min(upTo, at+n-pos), true
			}
		}
		if in {
			w.m.put(`<mark%>`, choose(w.hit == w.s.Stream.Hit, ` class="on"`, ``))
		}
		write(data[:upTo])
		w.m.when(in, `</mark>`)
		data, pos = data[upTo:], pos+upTo
	}
}

// text writes bytes as text; more says that the next bytes go on with it.
func (w *streamWriter) text(b []byte, more bool) {
	if len(w.cut) > 0 && more {
		b = append(w.cut, b...)
	}
	text, rest := readable(b, more)
	w.cut = append([]byte(nil), rest...)
	w.m.put(`%`, text)
}

// readable returns bytes as text, and those of a character whose end is to come.
// What cannot be seen is made visible, bytes that are no text are dots.
func readable(b []byte, more bool) (text string, rest []byte) {
	out := make([]byte, 0, len(b)+8)
	for len(b) > 0 && !(more && !utf8.FullRune(b)) {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && n == 1:
			out = append(out, "·"...)
		case r == '\r' && len(b) > 1 && b[1] == '\n':
		case invisible(r):
			out = append(strconv.AppendInt(append(out, "⟨U+"...), int64(r), 16), "⟩"...)
		default:
			out = append(out, b[:n]...)
		}
		b = b[n:]
	}
	return string(out), b
}

// invisible reports characters that show as nothing and change how others are
// read (Unicode's category Cf).
func invisible(r rune) bool {
	return r == 0xad || r == 0x61c || r == 0x180e || r >= 0x200b && r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2060 && r <= 0x206f || r == 0xfeff ||
		r >= 0xfff9 && r <= 0xfffb || r >= 0xe0000 && r <= 0xe0fff
}

// hex writes a piece sixteen bytes a line.
func (w *streamWriter) hex(p *protocol.StreamPiece) {
	for at := 0; at < len(p.Data); at += bytesPerLine {
		line := p.Data[at:min(at+bytesPerLine, len(p.Data))]
		pos := p.Pos + int64(at)
		w.m.put(`<span class="hexline"><span class="offset">%</span><span class="octets">`, hexText(int(pos), 8))
		hit := w.hit
		w.marked(pos, line, func(b []byte) {
			text := make([]byte, 0, 3*len(b))
			for _, c := range b {
				text = append(append(text, hexText(int(c), 2)...), ' ')
			}
			w.m.put(`%`, string(text))
		})
		w.m.put(`</span><span class="ascii">`)
		w.hit = hit
		w.marked(pos, line, func(b []byte) {
			text := make([]byte, 0, len(b)+8)
			for _, c := range b {
				text = append(text, printable(c)...)
			}
			w.m.put(`%`, string(text))
		})
		w.m.put(`</span></span>`)
	}
}

// streamMessages draws HTTP/1 messages and TLS records.
func streamMessages(m *markup, s *state.State, v *protocol.StreamView) {
	if v.MessageTotal == 0 {
		m.put(`<p class="hint">%</p>`, streamEmpty.In(s.Lang))
	}
	m.put(`<ol class="messages">`)
	for i := range v.Messages {
		x := &v.Messages[i]
		n := v.MessageFrom + i + 1
		m.put(`<li class="message %%"><div class="message-head"><span class="number">%</span><span class="arrow" aria-label="%">%</span><span class="time">%</span><code class="start">%</code><span class="what">%`,
			way(x.Server), choose(x.Bad, " bad", ""), n, who(s, x.Server), choose(x.Server, "←", "→"), plot.Clock(x.Time), visible(x.Title), x.Body)
		if x.After >= 0 {
			m.put(` · <b>% %</b>`, plot.Duration(x.After), messageAfter.In(s.Lang))
		}
		if x.Pair > 0 {
			m.put(` · #%`, x.Pair)
		}
		m.put(`</span><button type="button" class="link" id="message-%" data-act="stream-at" data-arg="%">%</button><button type="button" class="link" data-act="stream-packet" data-arg="%">% %</button></div>`,
			n, strconv.FormatInt(x.Pos, 10), messageShow.In(s.Lang), x.Frame, words.Frame.In(s.Lang), number(x.Frame))
		if len(x.Lines) > 0 {
			m.put(`<pre>`)
			for _, line := range x.Lines {
				m.put("%\n", visible(line))
			}
			m.put(`</pre>`)
		}
		m.put(`</li>`)
	}
	m.put(`</ol>`)
	if v.MessagesCut {
		m.put(`<p class="hint">%</p>`, messagesCut.In(s.Lang))
	}
}

func who(s *state.State, server bool) string {
	if server {
		return words.Server.In(s.Lang)
	}
	return words.Client.In(s.Lang)
}

// visible makes text out of a packet readable.
func visible(s string) string {
	text, _ := readable([]byte(s), false)
	return text
}
