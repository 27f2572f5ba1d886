package flow

import (
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// AppFacts are what the first bytes of a connection's payload told about the
// protocol above TCP. They are kept only for flows on which one of them is out
// of the ordinary, or on which a reset or a close makes the question arise.
type AppFacts struct {
	Alert          TLSAlert // the first fatal TLS alert; Frame 0: none
	Status         uint16   // of the last HTTP/1 response; 0: none seen
	StatusFrame    uint32
	FromProxy      bool         // that response names a proxy: "server: envoy", "via", "upstream connect error"
	Gateway        GatewayError // the first 502, 503 or 504; Frame 0: none
	PlainToTLS     bool         // the server said that it got plain HTTP on a port for HTTPS
	BodyMissing    int64        // bytes that Content-Length promised and that had not come when the server ended the connection; 0: none or unknown
	RequestMissing int64        // bytes that a request's Content-Length promised and that had not come; 0: none or unknown
	ChunksOpen     bool         // the response came in chunks, and the last one had not
	ClientProto    Proto        // of the client's first bytes
	ServerProto    Proto        // of the server's first bytes
	ClientHello    uint32
	ServerHello    uint32    // frames; 0: not seen
	CloseNotify    bool      // the server said close_notify (TLS ≤ 1.2), or the response was complete, before the connection ended
	EncryptedAlert [2]uint32 // frames of alert records that could not be read (TLS 1.2 after the handshake), by Dir; 0: none
	SNI            uint8     // 0 unknown, 1 present, 2 absent
	ResponseDone   bool      // the last HTTP/1 response had all the bytes that its Content-Length promised, or its last chunk
}

// CutShort reports that the end of the response, which its head announced, had not
// come.
func (a AppFacts) CutShort() bool { return a.BodyMissing > 0 || a.ChunksOpen }

// GatewayError is a response of an HTTP proxy about the server behind it, or of a
// server that takes no requests for now (RFC 9110 §15.6.3 to §15.6.5).
type GatewayError struct {
	Status    uint16 // 502, 503, 504
	Frame     uint32
	FromProxy bool
	Proxy     uint8 // which, for ProxyName; 0: not told
	Reason    UpstreamReason
}

// UpstreamReason is why a proxy did not get an answer, as the words of its own
// error page tell it.
type UpstreamReason uint8

// The reasons, with Envoy's response flags.
const (
	ReasonUntold  UpstreamReason = iota
	ReasonRefused                // UF: the connect was refused
	ReasonConnect                // UF: the connect failed or timed out
	ReasonNone                   // UH: nobody left to send it to
	ReasonTimeout                // UT: no answer in time
	ReasonReset                  // UC, UR: the connection broke off before the answer
	ReasonFull                   // UO: the proxy's own limit of connections or requests
	ReasonRoute                  // NR: no route or cluster for it
)

// TLSAlert is a fatal TLS alert that could be read (RFC 8446 §6).
type TLSAlert struct {
	Description uint8
	From        Dir
	Frame       uint32
	Encrypted   bool // TLS 1.3: only its size gives it away
}

// Proto is the protocol that the first bytes of a direction look like.
type Proto uint8

// The protocols.
const (
	ProtoUnknown     Proto = iota
	ProtoHTTP              // HTTP/1 request or status line
	ProtoHTTP2             // connection preface
	ProtoTLS               // a handshake or alert record
	ProtoProxyHeader       // PROXY protocol, version 1 or 2
	ProtoSSH
)

// AddressQuestion is an ARP request or neighbour solicitation that was repeated.
type AddressQuestion struct {
	Asking, Target wire.Addr
	Count          uint16 // requests since the last answer, copies left out
	Answered       bool   // at some time in the capture
	First, Last    analyzer.Timestamp
	Frames         [8]uint32 // the first ones; 0: none
}

// AddressClaim is an IPv4 address that more than one link-layer address claimed by
// ARP.
type AddressClaim struct {
	Addr      wire.Addr
	MACs      [2]uint64 // the first two
	Flips     uint16    // how often the claim went from one to another
	Contested uint16    // answers that two gave to the same host within a second
	Frames    [8]uint32 // the claims that differ from the one before, and that one; 0: none

	last     analyzer.Timestamp
	mac      uint64
	frame    uint32
	answered wire.Addr // to whom the latest answer went
}

// Lookup is a name asked for by DNS over UDP.
type Lookup struct {
	Client, Server wire.Addr
	Name           string // in lower case, without the last dot
	Type           uint16 // 1 A, 28 AAAA …
	Queries        uint16 // the same question by the same client, repetitions included
	Answers        uint16
	RCode          uint8              // of the last answer
	Empty          bool               // that answer held no record (NODATA)
	Truncated      bool               // that answer did not fit into the datagram (TC bit)
	Addresses      [4]wire.Addr       // of the answers, the first ones; zero: none
	Earlier        [4]wire.Addr       // of answers before the last one that tells addresses, and not in it; zero: none
	Changed        analyzer.Timestamp // when the last of these was left out for the first time
	First, Last    analyzer.Timestamp
	Pending        uint16             // queries since the last answer, copies left out
	PendingSince   analyzer.Timestamp // the first of these
	Slowest        time.Duration      // the longest time from a first query to its answer
	SlowQueries    uint16             // how often it had been asked by then
	Port           uint16             // that the client asked from last
	lastID         uint16
	Answer         analyzer.Timestamp // of the last answer
	Frames         [8]uint32          // the first queries, then the answer; 0: none
}
