// Package protocol holds the messages between the page and its worker, and
// their encoding. It is plain Go without syscall/js, so that both ends can be
// tested natively.
//
// The page asks (Request), the worker answers each request once (Reply with the
// same ID) and tells of progress in between (Progress, Overview; ID 0). Rows are
// sent only as far as they are in sight; everything else is aggregates.
package protocol

import (
	"time"

	"wirewhy/analyzer"
)

// Request is what the page asks of the worker. Exactly one request of kind Open
// is under way at a time; queries are answered while it reads.
type Request struct {
	ID   uint32
	Lang analyzer.Lang // in which texts are wanted
	Kind RequestKind

	Files   []File // Open: the files' names and sizes; their contents travel beside the message as File objects, in this order
	ReadAll bool   // Open: only read the bytes, analyse nothing (the yardstick of make bench)

	From, To int       // Flows, Packets: the rows wanted, [From, To)
	Sort     FlowOrder // Flows
	Down     bool      // Flows: descending
	Filter   string    // Flows: plain text or the filter language
	// Flows: only those that began at Since or later, and before Until; 0: no bound.
	Since, Until analyzer.Timestamp
	Flow         int    // Ladder, Packets, Graph: a flow's id; -1: the whole capture
	Finding      int    // Ladder: the finding whose evidence is marked; -1: the flow's own
	Frame        uint32 // Packet; Packets: a frame whose row is asked for; Ladder: the first frame of a band to unfold, 0: the whole story
	Last         uint32 // Ladder: the last frame of that band
	Face         Face   // Report
	Side         uint8  // Graph: whose data, 0 the client's, 1 the server's; another: whose there is more of. From and To are ns since the graph's start (To 0: its end)
	Columns      int    // Graph: width of the drawing, in its finest steps
	Capture      int    // Packet: 1 + the capture that Frame is of; 0: the flow's own

	Keep   bool   // Open: what is loaded stays, and the files are added to it
	Change Change // Open with Keep: what is changed first
	Item   int    // of a Change, or of a List: which text, capture or pair
	List   List   // Lines

	What      Extraction // Extract; From is the number of the piece wanted, 0 begins
	Flows     []int      // Extract: with ExtractFlows
	Messages  bool       // Stream: messages [From, To) instead of bytes from From on
	Way       uint8      // Stream, SaveStream: 0 both directions, 1 what the client sent, 2 what the server sent
	Anonymise bool       // Extract
	Shift     bool       // Extract, with Anonymise: move all times

	Lines int // Swimlanes: height of the drawing
	// Swimlanes: the stretch of time that is drawn; 0: all. SwimAt: a moment.
	Begin, End analyzer.Timestamp
}

// RequestKind says what is asked.
type RequestKind uint8

// The requests, and what answers each.
const (
	Open          RequestKind = iota + 1 // Progress and Overview while reading, then Overview with Done set; Failure if no file could be read
	Cancel                               // stops reading; what was read is analysed: Overview
	Flows                                // FlowRows
	Ladder                               // LadderView
	Packets                              // PacketRows
	Packet                               // PacketView
	Report                               // Document: the report of all that was loaded, with the Face asked for
	OverviewAgain                        // Overview, in the language asked
	Graph                                // GraphView
	Evidence                             // EvidenceView; with a Filter: what would be recognised in that text
	Compare                              // CompareView
	LinesOf                              // Lines of the List asked for, [From, To)
	Extract                              // Document: the next piece of a capture file
	Stream                               // StreamView: payload of Flow from position From on, or where Frame's lies; with Filter, also where that occurs
	SaveStream                           // Document: the next piece of that payload; From is its number, 0 begins
	Swimlanes                            // SwimView; From and To: the rows of the list, To 0: all
	SwimAt                               // FlowRows: of the flows [From, To) the worst one around Begin to End, its place in the list, and how many were there
)

// Face is a form that the report can take.
type Face uint8

// The faces.
const (
	JSON     Face = iota // all of it, with its documented keys
	HTML                 // one file for people, with everything in it
	Markdown             // for a ticket
	CSV                  // the flows, for a table
)

// File names one file of an Open request.
type File struct {
	Name string
	Size int64
}

// Progress tells how far reading has come. Sent a few times a second.
type Progress struct {
	File       string
	BytesRead  int64
	BytesTotal int64
	Packets    uint64
	Flows      int
	Elapsed    time.Duration
}

// Overview is what the page shows first: the captures and the problems. Sent
// while reading (Done false) and when the analysis has ended.
type Overview struct {
	Done      bool
	Canceled  bool
	ReadOnly  bool // the answer to ReadAll: only Captures[0].Bytes and Elapsed count
	Elapsed   time.Duration
	Captures  []Capture
	Problems  []Problem // worst first; artefacts and remarks after the failures
	Numbers   Numbers
	FlowCount int
	MemoryLen int64 // bytes that the worker's Go heap holds
	Activity  Activity
	Chips     []Chip   // what was recognised in texts of hosts
	TextCount int      // such texts
	PairCount int      // pairs of captures that hold the same connections
	Refused   []string // of the last Open that kept what was there: what could not be read, and why
}

// Capture describes one loaded capture for the top bar and its banners.
type Capture struct {
	Name       string
	Format     string // "pcapng in gzip"
	Interfaces []string
	Packets    uint64
	Bytes      uint64
	Start, End analyzer.Timestamp
	Vantage    string // as in the report: client, server, middle, unknown
	Place      string // among several captures: "nearer to the clients"; empty: not known
	Warnings   []string
	Comments   []string // of the file, as whoever wrote it left them
}

// Numbers are the healthy figures below the problems.
type Numbers struct {
	Complete        int // flows that were set up, served and closed
	HandshakeP50    time.Duration
	HandshakeP95    time.Duration
	HandshakeCount  int
	DataSegments    uint64
	Retransmissions uint64
}

// Activity is the capture's packets and errors over time, for the overview strip.
type Activity struct {
	Start   analyzer.Timestamp
	Step    time.Duration // of one bar
	Packets []uint32
	Errors  []uint32 // segments with an event that hurts, and resets
}

// Problem is one finding, with all its words.
type Problem struct {
	Finding    int // index, as in the report's findings
	Diagnosis  string
	Class      analyzer.Class
	Severity   analyzer.Severity
	Confidence analyzer.Confidence
	Fault      analyzer.Fault
	Title      string
	Scope      string // "37 of 41 connections to 10.4.26.234:80 fail, since 18:56:40"
	Summary    string // may hold ①②… that stand for Evidence[0], [1] …
	FlowCount  int
	FirstFlow  int                // a flow to show, -1 without any
	Onset      analyzer.Timestamp // when the first of its flows began; 0: without any
	Evidence   []EvidenceLine
	Possible   []ExcludedLine
	Excluded   []ExcludedLine
	Confirm    []ConfirmLine
	Fix        []string
}

// EvidenceLine is one numbered sentence and the frames that show it.
type EvidenceLine struct {
	Text    string
	Capture int
	Frames  []uint32
	Fact    int // 1 + the place in the list of Facts of what a host said and this rests on; 0: none
}

// ExcludedLine is a look-alike and what speaks against it, or would.
type ExcludedLine struct{ Diagnosis, Title, Because string }

// ConfirmLine is a command that settles the matter.
type ConfirmLine struct{ Where, Command, Expect string }

// FlowOrder is a column by which flows are sorted.
type FlowOrder uint8

// The columns.
const (
	ByStart FlowOrder = iota
	ByClient
	ByServer
	ByDuration
	ByPackets
	ByBytes
	ByRTT
	ByLoss
	ByVerdict
	ByState
)

// FlowRows answers Flows.
type FlowRows struct {
	From  int
	Total int    // flows that match the filter
	Error string // what is wrong with the filter, and At where
	At    int
	Rows  []FlowRow
}

// FlowRow is one line of the flow list.
type FlowRow struct {
	ID             int
	Client, Server string
	AnsweredFrom   string
	// What the capture itself calls the two addresses (name resolution blocks);
	// empty where it does not.
	ClientName, ServerName string
	Start                  analyzer.Timestamp
	Behind                 time.Duration // how far the clock of its capture is behind that of the first one
	Duration               time.Duration
	State                  string
	Packets                uint32
	Bytes                  uint64
	RTT                    time.Duration // of the handshake; -1 unknown
	LossPermille           int           // retransmitted of all data segments; -1 without data
	Diagnosis              string
	Verdict                string // the diagnosis in a few words
	Class                  analyzer.Class
	Severity               analyzer.Severity
	Finding                int // 1 + the index of the finding that gave the verdict; 0: none, or not known
}

// LadderView answers Ladder: the condensed story of a flow, or the steps of one
// band of it.
type LadderView struct {
	Flow  int
	Row   FlowRow // the flow's figures
	Lanes []Lane
	Steps []Step
	// Excerpt says that not everything is shown; the sentence tells what was left out.
	Excerpt string
	Error   string // the file could not be read again, and why
}

// Lane is one address that took part, or one place at which was captured.
type Lane struct {
	Role    string // "client", "dialled (VIP)", "answered · db-1.lan" where the capture names the address
	Address string
	Place   string // the capture's name, where there is one for each lane
}

// StepKind is what one step of a ladder shows.
type StepKind uint8

// The steps.
const (
	StepSegment StepKind = iota + 1 // an arrow
	StepSilence                     // a break: nothing for Duration
	StepBand                        // a run of uneventful segments
	StepMessage                     // an arrow that is no TCP segment (ICMP error)
	StepGhost                       // a segment that must have been, or should have come, and that the capture lacks
)

// Fate is what became of a packet between two captures.
type Fate uint8

// The fates.
const (
	FateUnknown Fate = iota // or it arrived
	FateLost                // seen at the sender's place, not at the receiver's
	FateMadeUp              // seen at the receiver's place, never sent
)

// Step is one row of the ladder.
type Step struct {
	Kind     StepKind
	Frame    uint32 // of a segment or message; the first one of a band
	Last     uint32 // the last frame of a band
	Time     analyzer.Timestamp
	From, To int    // lanes
	Flags    string // "SYN", "SYN-ACK", "PSH ACK" …
	Seq, Ack uint32 // relative to SeqBase and AckBase
	SeqBase  uint32 // the sender's ISN; 0 where it is not known
	AckBase  uint32 // the receiver's
	HasAck   bool
	Len      uint32
	Window   uint32   // scaled where the scale is known
	Options  string   // "mss 1460 sackOK wscale 7"
	SACK     []uint32 // left and right edges of the blocks, relative to AckBase
	Events   analyzer.Events
	Note     string        // "from another address", "same port, same ISN", "third SYN retransmission: 1, 2, 4 s"
	Evidence uint8         // number of the evidence line that names this frame, from 1; 0: none
	Bad      bool          // drawn in the colour of errors
	Duration time.Duration // of a silence or a band; of an arrow, how long it was under way, as far as known
	Fate     Fate
	Capture  int    // that Frame is of
	Count    uint32 // segments in a band
	Bytes    uint64 // payload in a band
}

// PacketRows answers Packets.
type PacketRows struct {
	From, Total int
	At          int // 1 + the row of Frame, where the request has one; 0: it is not among them
	Rows        []PacketRow
	Error       string
}

// PacketRow is one line of the packet list.
type PacketRow struct {
	Frame    uint32
	Capture  int // 1 + the index of the capture that holds it
	Time     analyzer.Timestamp
	Source   string
	Target   string
	Protocol string
	Len      uint32
	Info     string
	Events   analyzer.Events
}

// PacketView answers Packet: layers and bytes of one frame.
type PacketView struct {
	Frame  uint32
	Layers []Layer
	Data   []byte
	Error  string
}

// Layer is a header and its fields; offsets point into PacketView.Data.
type Layer struct {
	Name, Summary string
	Offset, Len   int
	Fields        []Field
}

// Field is one field of a header.
type Field struct {
	Name, Value string
	Offset, Len int
	Depth       int // of indentation below its layer
}

// Document answers Report; and Extract and SaveStream, piece by piece.
type Document struct {
	Name        string
	Type        string // MIME type
	Data        []byte
	More        bool   // there are further pieces
	Note        string // of the last piece: what is in the file, or what is not
	Done, Total int64  // how far making it has come
}

// Failure answers a request that could not be carried out.
type Failure struct {
	Text string // a sentence for people: the file, the place, the reason
}
