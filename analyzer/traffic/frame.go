package traffic

import (
	"encoding/binary"
	"io"
	"math/rand/v2"
)

// TCP flag bits (RFC 9293 §3.1).
const (
	fin = 1 << 0
	syn = 1 << 1
	rst = 1 << 2
	psh = 1 << 3
	ack = 1 << 4
)

const (
	ethernetLen   = 14
	recordLen     = 16 // of a pcap record's header
	timestampsLen = 12 // two NOPs and the timestamps option, as Linux sends it
	synOptionsLen = 20 // MSS, SACK permitted, timestamps, NOP, window scale
)

// segment is what a flow wants to have written.
type segment struct {
	fromServer bool
	flags      byte
	seq, ack   uint32
	length     int // bytes of payload
}

// writer writes frames as a pcap file. Payloads are prefixes of one block of
// random bytes whose checksum is known for every length: a gigabyte is written as
// fast as it can be copied.
type writer struct {
	out     io.Writer
	buffer  []byte
	payload []byte
	sums    []uint32 // sums[n]: ones' complement sum of the first n bytes of payload, as if padded
	packets int
	bytes   int64
	err     error
}

const bufferLen = 1 << 20

func newWriter(out io.Writer, random *rand.Rand) *writer {
	w := &writer{out: out, buffer: make([]byte, 0, bufferLen+1<<12), payload: make([]byte, 1500), sums: make([]uint32, 1501)}
	for i := range w.payload {
		w.payload[i] = byte(random.Uint32())
		shift := 8 * (1 - i%2) // the first byte of a word is its high one
		w.sums[i+1] = w.sums[i] + uint32(w.payload[i])<<shift
	}
	// The file header: microseconds, little endian, version 2.4, Ethernet
	// (draft-ietf-opsawg-pcap, section 4).
	for _, word := range []uint32{0xa1b2c3d4, 2 | 4<<16, 0, 0, 262144, 1} {
		w.buffer = binary.LittleEndian.AppendUint32(w.buffer, word)
	}
	w.bytes = int64(len(w.buffer))
	return w
}

// write appends one segment of a flow, sent at a time in microseconds.
func (w *writer) write(at int64, f *flow, s segment) {
	options := timestampsLen
	if s.flags&syn != 0 {
		options = synOptionsLen
	}
	tcpLen := 20 + options + s.length
	ipLen := 20
	if f.six {
		ipLen = 40
	}
	frameLen := ethernetLen + ipLen + tcpLen

	b := w.buffer
	b = binary.LittleEndian.AppendUint32(b, uint32(at/1e6))
	b = binary.LittleEndian.AppendUint32(b, uint32(at%1e6))
	b = binary.LittleEndian.AppendUint32(b, uint32(frameLen))
	b = binary.LittleEndian.AppendUint32(b, uint32(frameLen))
	b = appendEthernet(b, s.fromServer, f.six)
	b, sum := f.appendIP(b, s.fromServer, tcpLen)
	start := len(b)
	b = f.appendTCP(b, s, at)
	for i := start; i < len(b); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	sum += w.sums[s.length]
	binary.BigEndian.PutUint16(b[start+16:], ^fold(sum))
	b = append(b, w.payload[:s.length]...)

	w.buffer = b
	w.packets++
	w.bytes += int64(recordLen + frameLen)
	if len(w.buffer) >= bufferLen {
		w.flush()
	}
}

func (w *writer) flush() {
	if w.err == nil {
		_, w.err = w.out.Write(w.buffer)
	}
	w.buffer = w.buffer[:0]
}

// fold turns a sum of 16-bit words into their ones' complement sum (RFC 1071).
func fold(sum uint32) uint16 {
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return uint16(sum)
}

func appendEthernet(b []byte, fromServer, six bool) []byte {
	client, server := [6]byte{2, 0, 0, 0, 0, 1}, [6]byte{2, 0, 0, 0, 0, 2}
	if fromServer {
		client, server = server, client
	}
	b = append(b, server[:]...)
	b = append(b, client[:]...)
	if six {
		return append(b, 0x86, 0xdd)
	}
	return append(b, 8, 0)
}

// appendIP appends the IP header and returns the sum of TCP's pseudo header.
func (f *flow) appendIP(b []byte, fromServer bool, tcpLen int) ([]byte, uint32) {
	source, target := f.client, f.server
	if fromServer {
		source, target = target, source
	}
	sum := uint32(6 + tcpLen) // protocol and length
	for i := 0; i < 16; i += 2 {
		if f.six || i >= 12 {
			sum += uint32(binary.BigEndian.Uint16(source[i:])) + uint32(binary.BigEndian.Uint16(target[i:]))
		}
	}
	if f.six {
		b = append(b, 0x60, 0, 0, 0, byte(tcpLen>>8), byte(tcpLen), 6, 64)
		b = append(b, source[:]...)
		return append(b, target[:]...), sum
	}
	f.id++
	start := len(b)
	b = append(b, 0x45, 0, byte((20+tcpLen)>>8), byte(20+tcpLen), byte(f.id>>8), byte(f.id), 0x40, 0, 64, 6, 0, 0)
	b = append(b, source[12:]...)
	b = append(b, target[12:]...)
	header := uint32(0)
	for i := start; i < len(b); i += 2 {
		header += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	binary.BigEndian.PutUint16(b[start+10:], ^fold(header))
	return b, sum
}

// appendTCP appends the TCP header, its checksum still zero.
func (f *flow) appendTCP(b []byte, s segment, at int64) []byte {
	source, target := f.port, f.service
	value, echo := uint32(at/1000), f.heard[0]
	if s.fromServer {
		source, target = target, source
		value, echo = value+7_000_000, f.heard[1]
		f.heard[0] = value
	} else {
		f.heard[1] = value
	}
	if s.flags&ack == 0 {
		echo = 0
	}
	options := timestampsLen
	if s.flags&syn != 0 {
		options = synOptionsLen
	}
	b = binary.BigEndian.AppendUint16(b, source)
	b = binary.BigEndian.AppendUint16(b, target)
	b = binary.BigEndian.AppendUint32(b, s.seq)
	b = binary.BigEndian.AppendUint32(b, s.ack)
	window := uint16(501)
	if s.flags&syn != 0 {
		window = 64240
	}
	if s.flags&rst != 0 {
		window = 0
	}
	b = append(b, byte((20+options)/4)<<4, s.flags, byte(window>>8), byte(window), 0, 0, 0, 0)
	if s.flags&syn != 0 {
		b = append(b, 2, 4, 0x05, 0xb4, 4, 2, 8, 10)
		b = binary.BigEndian.AppendUint32(b, value)
		b = binary.BigEndian.AppendUint32(b, echo)
		return append(b, 1, 3, 3, 7)
	}
	b = append(b, 1, 1, 8, 10)
	b = binary.BigEndian.AppendUint32(b, value)
	return binary.BigEndian.AppendUint32(b, echo)
}
