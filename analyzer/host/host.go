// Package host reads what hosts say of themselves: the output of netstat, nstat,
// ss, sysctl, iptables and their like, as people paste it into tickets.
//
//	text ─▶ lines ─▶ blocks (one command's output each) ─▶ Facts ─▶ Known (by host, snapshots compared)
//
// A text is recognised by its content. Several outputs may follow each other, with
// or without the prompts and commands between them. What a line says becomes a
// Fact that remembers the line; lines that mean nothing here are listed. Parsing
// is bounded in memory and no text makes it fail.
package host

import (
	"net/netip"
	"time"
)

// Kind says what a fact is about.
type Kind string

// The kinds of facts.
const (
	KindCounter  Kind = "counter"  // a number that grows from boot on: Name as nstat writes it, Value
	KindSetting  Kind = "setting"  // a sysctl: Name, Value; Setting holds what is no number
	KindRelease  Kind = "release"  // the kernel's release: Name
	KindSocket   Kind = "socket"   // Socket
	KindRule     Kind = "rule"     // Rule
	KindEntry    Kind = "entry"    // of the connection tracking table: Entry
	KindRoute    Kind = "route"    // Route
	KindFeature  Kind = "feature"  // of a network card: Name as "eth0:tcp-segmentation-offload", Value 1 is on
	KindMessage  Kind = "message"  // of the kernel: Name is the Message… constant, Value the port if one was named
	KindResponse Kind = "response" // of a proxy's access log: Name is the flag, Value the status code
)

// Fact is one thing that a host said of itself.
type Fact struct {
	Kind    Kind
	Name    string
	Value   int64
	Setting string // a setting as it was printed
	Source  string // the name of the text
	Line    int    // where it stood in it, from 1
	Text    string // that line, cut after maxTextLen bytes
	Block   int    // index of the Block in its Evidence
	Socket  *Socket
	Rule    *Rule
	Entry   *Entry
	Route   *Route
}

// Block is the output of one command within a text.
type Block struct {
	Command    string    // the command that prints such output: "netstat -s", "ss -lnt" …
	Host       string    // as a prompt named it
	Line       int       // of its first line
	Facts      int       // how many facts it gave
	Time       time.Time // if the text told it just before
	Sections   int       // of netstat -s: how many sections it has
	Zeros      bool      // counters of value zero are printed, too
	Increments bool      // counters are differences already (nstat without -a)
}

// Complete reports that a counter which the block does not name is zero: netstat
// and nstat -a leave out counters that never moved. A file of /proc/net leaves out
// none, but holds those of some protocols only.
func (b *Block) Complete() bool {
	return b.Command != procNet && (b.Sections >= completeSections || b.Facts >= completeFacts)
}

const (
	// completeSections of netstat -s are the output as a whole and not what grep left
	// of it: Ip, Icmp, Tcp, Udp, TcpExt.
	completeSections = 4
	// completeFacts are more counters than anybody picks by hand.
	completeFacts = 40
)

// Line is a line that was not understood.
type Line struct {
	Number int // from 1
	Text   string
}

// Evidence is what one text said.
type Evidence struct {
	Name        string // the file's
	Blocks      []Block
	Facts       []Fact
	Unread      []Line // the first maxUnread lines that were not understood
	UnreadCount int
	Cut         bool // the text was longer than MaxLen or had more facts than are kept
	Role        Role // whose it is, as somebody said; empty: its name tells
	Order       int  // when it was taken among other texts, as somebody said: 1, 2 …; 0: nobody did
}

// Ports is a range of ports.
type Ports struct{ From, To uint16 }

// Socket is a line of ss or netstat -t.
type Socket struct {
	Proto        string // tcp, udp …; empty if it was not printed
	State        string // as ss writes it: LISTEN, ESTAB, SYN-RECV …
	RecvQ, SendQ int64  // bytes; of a listener: connections waiting, and how many may
	Local, Peer  netip.AddrPort
	Process      string
	Retrans      int64 // repeated segments, of ss -i; -1 if it was not printed
	Drops        int64 // packets dropped by the socket, of ss -m; -1 if it was not printed
	Limit        bool  // SendQ of a listener is the queue's limit: ss prints it, netstat does not
}

// Rule is a rule of a packet filter.
type Rule struct {
	Table, Chain string
	Hook         string // of a base chain: prerouting, input, forward, output, postrouting
	Packets      int64  // -1 if it was not printed
	Rounded      bool   // Packets was printed as 12K or the like
	Action       Action
	Target       string // as it was printed: the target, or the chain that it jumps to
	Proto        string // tcp, udp …; empty: any
	In, Out      string // interfaces; empty: any
	Source, Dest netip.Prefix
	NotSource    bool // Source or Dest is what must not match
	NotDest      bool
	SourcePorts  []Ports
	DestPorts    []Ports
	To           netip.Addr // of dnat and snat; invalid if only the port changes
	ToPort       uint16     // of dnat, snat and redirect; 0: as it was
	SYN          bool       // only segments that open a connection
	Reject       string     // how it rejects, as printed
	Conditions   string     // what else must hold, as printed; empty: nothing
}

// Action is what a rule does.
type Action string

// The actions.
const (
	Accept   Action = "accept"
	Drop     Action = "drop"
	Reject   Action = "reject"
	DNAT     Action = "dnat"
	SNAT     Action = "snat"
	Redirect Action = "redirect"
	Jump     Action = "jump" // to the chain Target
	Return   Action = "return"
	Other    Action = ""
)

// Entry is an entry of the connection tracking table.
type Entry struct {
	Proto, State     string
	Source, Dest     netip.AddrPort // as the first packet had them
	Answer, AnswerTo netip.AddrPort // source and destination that the answer is expected to have
	Unreplied        bool
}

// Route is a line of a routing table.
type Route struct {
	Dest   netip.Prefix
	Via    netip.Addr
	Device string
	Source netip.Addr // the address that the host uses
	Action string     // blackhole, unreachable, prohibit; empty: forwards
	Get    bool       // an answer of ip route get
}

// The kernel messages that are recognised.
const (
	MessageFlood       = "SYN flood"            // request_sock_TCP: Possible SYN flooding on port …
	MessageTableFull   = "conntrack table full" // nf_conntrack: table full, dropping packet
	MessageTimeWait    = "TIME_WAIT overflow"   // TCP: time wait bucket table overflow
	MessageNeighbours  = "neighbour overflow"   // neighbour: arp_cache: neighbor table overflow!
	MessageMemory      = "TCP memory"           // TCP: out of memory
	MessageOrphans     = "orphans"              // TCP: too many orphaned sockets
	MessageMartian     = "martian source"       // IPv4: martian source
	MessageKilled      = "killed"               // Out of memory: Killed process
	MessageFirewallLog = "firewall log"         // of the LOG target
)
