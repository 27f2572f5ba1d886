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
	case protocol.Ladder:
		return s.ladder(&r)
	case protocol.Packets:
		return s.packetRows(&r)
	case protocol.Packet:
		return s.packetView(&r)
	case protocol.JSON:
		return s.document(r.Lang)
	}
	return protocol.Failure{Text: analyzer.Text{En: "this request is not known", Zh: "未知的请求"}.In(r.Lang)}
}

// refresh draws conclusions from what was read so far, unless that was done a
// moment ago: they may cost a twentieth of the time.
func (s *Session) refresh() {
	if s.done || len(s.loaded) == 0 || time.Since(s.concluded) < snapshotShare*s.concluding {
		return
	}
	s.loaded[len(s.loaded)-1].tracker.Finish()
	s.conclude()
}

func (s *Session) document(lang analyzer.Lang) protocol.Document {
	var b bytes.Buffer
	_ = s.report.WriteJSON(&b, lang) // a Buffer takes everything
	return protocol.Document{Name: "wirewhy.json", Type: "application/json", Data: b.Bytes()}
}
