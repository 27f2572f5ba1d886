package session

import (
	"bytes"
	"time"

	"wirewhy/analyzer"
	"wirewhy/wasm/protocol"
)

// Answer answers a query with one of the protocol's messages. Requests to open
// and to cancel are not for here: see Load.
func (s *Session) Answer(r protocol.Request) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch r.Kind {
	case protocol.OverviewAgain:
		s.refresh()
		return s.overview(r.Lang)
	case protocol.Flows:
		return s.flowRows(&r)
	case protocol.Swimlanes:
		return s.swimlanes(&r)
	case protocol.SwimAt:
		return s.swimAt(&r)
	case protocol.Ladder:
		return s.ladder(&r)
	case protocol.Packets:
		return s.packetRows(&r)
	case protocol.Packet:
		return s.packetView(&r)
	case protocol.Graph:
		return s.graph(&r)
	case protocol.Evidence:
		return s.toldByHosts(&r)
	case protocol.Compare:
		return s.comparison(r.Lang)
	case protocol.LinesOf:
		return s.lines(&r)
	case protocol.Report:
		return s.document(r.Face, r.Lang)
	case protocol.Stream:
		return s.streamView(&r)
	case protocol.SaveStream:
		return s.savedStream(&r)
	case protocol.Extract:
		return s.extracted(&r)
	}
	return protocol.Failure{Text: analyzer.Text{En: "this request is not known", Zh: "未知的请求"}.In(r.Lang)}
}

// refresh draws conclusions from what was read so far, unless that was done a
// moment ago: they may cost a twentieth of the time.
func (s *Session) refresh() {
	if s.done || s.busy || len(s.loaded) == 0 || time.Since(s.concluded) < snapshotShare*s.concluding {
		return
	}
	s.loaded[len(s.loaded)-1].tracker.Finish()
	s.conclude()
}

// document writes the report out; the Buffer takes everything.
func (s *Session) document(face protocol.Face, lang analyzer.Lang) protocol.Document {
	var b bytes.Buffer
	d := protocol.Document{Name: "wirewhy.json", Type: "application/json"}
	switch face {
	case protocol.HTML:
		d.Name, d.Type = "wirewhy.html", "text/html"
		_ = s.report.WriteHTML(&b, lang)
	case protocol.Markdown:
		d.Name, d.Type = "wirewhy.md", "text/markdown"
		_ = s.report.WriteMarkdown(&b, lang)
	case protocol.CSV:
		d.Name, d.Type = "wirewhy.csv", "text/csv"
		_ = s.report.WriteCSV(&b)
	default:
		_ = s.report.WriteJSON(&b, lang)
	}
	d.Data = b.Bytes()
	return d
}
