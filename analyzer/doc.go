// Package analyzer holds the words that every part of wirewhy shares: what a
// capture file gives (Frame), what the wire showed (Event), and what is
// concluded from it (Finding, Report). It holds types only and imports none of
// the project's packages.
//
// Data flows one way:
//
//	file ─▶ capture ─▶ wire ─▶ flow ─▶ correlate ─▶ diagnose ─▶ report
//	bytes    Frame     Packet   Flow    Pair, Leg    Finding     JSON, text, page
//
//	pasted text ─▶ host ─▶ Fact ──────────┘
//
// One pass is made over a file. A Frame's bytes are borrowed from the reader's
// buffer and are gone after the call; what stays in memory is a compact index
// (where each packet lies in the file), the flows and the events on their
// packets. Bytes are read again from the file when somebody wants to see them.
//
// Package session runs that chain for everything that was loaded and answers
// queries about it; the page reaches it through wasm/protocol, the native
// command calls it directly.
package analyzer
