package analyzer

import "time"

// Timestamp is a moment in nanoseconds since the Unix epoch, in UTC.
// The zero Timestamp means that the file gave none.
type Timestamp int64

// Sub returns the time from u to t; negative if t lies before u.
func (t Timestamp) Sub(u Timestamp) time.Duration { return time.Duration(t - u) }

// Add returns the moment d after t.
func (t Timestamp) Add(d time.Duration) Timestamp { return t + Timestamp(d) }

// Time returns t as a time.Time in UTC.
func (t Timestamp) Time() time.Time { return time.Unix(0, int64(t)).UTC() }

// Frame is one record of a capture file, as the link layer saw it.
//
// Data is borrowed from the reader's buffer: it is valid until the next call of
// the reader that filled it.
type Frame struct {
	Number    uint32    // position in the capture, from 1, as Wireshark counts
	Interface uint32    // index into Capture.Interfaces
	Link      LinkType  // of that interface
	Direction Direction // where the file says so (pcapng epb_flags), else DirectionUnknown
	Time      Timestamp // zero where the format holds none (pcapng Simple Packet Block)
	Offset    int64     // of the record's first byte in the uncompressed file
	WireLen   uint32    // bytes on the wire; Data may be shorter (snap length)
	FCSLen    uint8     // bytes of frame check sequence at the end of Data
	Comment   string    // pcapng opt_comment; empty for nearly every frame
	Data      []byte
}

// Direction says whether the capturing host sent or received a frame.
type Direction uint8

// Directions, after pcapng's epb_flags and the packet types of Linux cooked captures.
const (
	DirectionUnknown   Direction = iota
	DirectionInbound             // received, addressed to this host
	DirectionOutbound            // sent by this host
	DirectionBroadcast           // received by link-layer broadcast or multicast
	DirectionOtherHost           // received in promiscuous mode, addressed to another host
)

// Interface describes one capturing interface of a file.
type Interface struct {
	Name       string // if_name, empty where the format holds none
	Link       LinkType
	SnapLen    uint32        // 0: not limited
	Resolution time.Duration // of the file's timestamps
	Received   uint64        // pcapng Interface Statistics Block, isb_ifrecv
	Dropped    uint64        // isb_ifdrop + isb_osdrop
	HasStats   bool          // Received and Dropped were given
}

// Warning says what was wrong with a file and where.
type Warning struct {
	Text   Text
	Frame  uint32 // number of the frame concerned (the last one read, where reading stopped); 0: the file as a whole
	Offset int64  // of the byte in the uncompressed file; -1: none in particular
}

// Capture describes one capture file and what was read from it.
type Capture struct {
	Name       string
	Format     string // "pcap", "pcap-ns", "pcapng", "snoop", "tcpdump text" …
	Container  string // "gzip", "zstd" …; empty for a plain file
	Interfaces []Interface
	LinkTypes  []LinkType // the distinct ones, in order of appearance
	Packets    uint64
	Bytes      uint64 // of frames on the wire
	Start, End Timestamp
	Truncated  bool // the file ends inside a record, or reading had to stop before its end
	Warnings   []Warning
	Comments   []string          // of the file's sections
	Names      map[string]string // pcapng name resolution: address to name
}
