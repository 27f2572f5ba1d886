package main

import (
	"encoding/binary"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// Directions, and what a Linux kernel puts into its first segments on Ethernet.
const (
	client = 0
	server = 1

	mss         = 1448 // bytes of payload beside timestamps
	synWindow   = 64240
	synAckWin   = 65160
	laterWindow = 502 // with a scale of 7
)

// connection writes segments with the numbers that a kernel would give them.
type connection struct {
	r     *recording
	hosts [2]*host
	ports [2]uint16
	next  [2]uint32 // sequence numbers
	stamp [2]uint32 // offsets of the timestamps
	heard [2]uint32 // TSval of the other side
	rtt   time.Duration
	now   time.Duration
}

// dial begins a connection; nothing is sent yet. rtt is that of the path: the
// capture is taken at the client unless the server is the capturing host.
func (r *recording) dial(at time.Duration, c, s *host, port uint16, rtt time.Duration) *connection {
	return &connection{
		r: r, hosts: [2]*host{c, s}, ports: [2]uint16{r.client(), port}, rtt: rtt, now: at,
		next:  [2]uint32{r.random.Uint32(), r.random.Uint32()},
		stamp: [2]uint32{r.random.Uint32(), r.random.Uint32()},
	}
}

// flags of segments.
type flags uint8

const (
	fin flags = 1 << iota
	syn
	rst
	psh
	ack
)

// after moves the clock on by about d.
func (c *connection) after(d time.Duration) *connection {
	c.now += c.r.jitter(d)
	return c
}

// send writes a segment of one side and moves its numbers on.
func (c *connection) send(from int, f flags, payload []byte) *connection {
	c.write(from, f, c.next[from], payload)
	c.next[from] += uint32(len(payload))
	if f&(syn|fin) != 0 {
		c.next[from]++
	}
	return c
}

// write writes a segment with a sequence number of its own.
func (c *connection) write(from int, f flags, seq uint32, payload []byte) {
	t := &layers.TCP{
		SrcPort: layers.TCPPort(c.ports[from]), DstPort: layers.TCPPort(c.ports[1-from]), Seq: seq,
		FIN: f&fin != 0, SYN: f&syn != 0, RST: f&rst != 0, PSH: f&psh != 0, ACK: f&ack != 0, Window: laterWindow,
	}
	if t.ACK {
		t.Ack = c.next[1-from]
	}
	switch {
	case f == syn:
		t.Window = synWindow
	case f == syn|ack:
		t.Window = synAckWin
	}
	c.options(t, from)
	// IP ID 0, which RFC 6864 §4.1 allows where DF is set, and which packs well.
	c.r.put(c.now, c.hosts[from], c.hosts[1-from], layers.IPProtocolTCP, 0, t, gopacket.Payload(payload))
}

// options adds what Linux sends: everything on a SYN, timestamps on the rest.
func (c *connection) options(t *layers.TCP, from int) {
	value := c.stamp[from] + uint32(c.now/time.Millisecond)
	stamps := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, value), c.heard[from])
	c.heard[1-from] = value
	option := func(kind layers.TCPOptionKind, data ...byte) layers.TCPOption {
		return layers.TCPOption{OptionType: kind, OptionLength: uint8(len(data) + 2), OptionData: data}
	}
	nop := layers.TCPOption{OptionType: layers.TCPOptionKindNop, OptionLength: 1}
	if t.SYN {
		t.Options = []layers.TCPOption{
			option(layers.TCPOptionKindMSS, 0x05, 0xb4), option(layers.TCPOptionKindSACKPermitted),
			option(layers.TCPOptionKindTimestamps, stamps...), nop, option(layers.TCPOptionKindWindowScale, 7),
		}
		return
	}
	t.Options = []layers.TCPOption{nop, nop, option(layers.TCPOptionKindTimestamps, stamps...)}
}

// stray writes a RST of a kernel that knows no such connection: no options, no
// window, IP ID 0 (net/ipv4/tcp_ipv4.c, tcp_v4_send_reset).
func (c *connection) stray(from int, f flags, seq, acked uint32) *connection {
	t := &layers.TCP{
		SrcPort: layers.TCPPort(c.ports[from]), DstPort: layers.TCPPort(c.ports[1-from]), Seq: seq, RST: true,
		ACK: f&ack != 0, Ack: acked,
	}
	c.r.put(c.now, c.hosts[from], c.hosts[1-from], layers.IPProtocolTCP, 0, t)
	return c
}

// open writes the handshake.
func (c *connection) open() *connection {
	c.send(client, syn, nil).far(client)
	c.send(server, syn|ack, nil).far(server)
	return c.send(client, ack, nil)
}

// far lets pass what an answer to a segment takes: the path there and back, if
// it went out, or a kernel's moment, if it had come in.
func (c *connection) far(from int) *connection {
	if c.hosts[from].here {
		return c.after(c.rtt)
	}
	return c.after(18 * time.Microsecond)
}

// ask writes the client's request and the acknowledgment of the server's kernel.
func (c *connection) ask(request []byte) *connection {
	c.after(140*time.Microsecond).send(client, psh|ack, request).far(client)
	return c.send(server, ack, nil)
}

// answer writes an answer, which the client acknowledges as it comes.
func (c *connection) answer(data []byte) *connection {
	for i := 0; len(data) > 0; i++ {
		n := min(mss, len(data))
		f := ack
		if n == len(data) {
			f |= psh
		}
		c.after(12*time.Microsecond).send(server, f, data[:n])
		if data = data[n:]; i%2 == 1 || len(data) == 0 {
			c.far(server).send(client, ack, nil)
		}
	}
	return c
}

// close writes the end, begun by one side.
func (c *connection) close(first int) *connection {
	c.after(60*time.Microsecond).send(first, fin|ack, nil).far(first)
	c.send(1-first, fin|ack, nil).far(1 - first)
	return c.send(first, ack, nil)
}

// dialAgain writes a SYN and its repetitions, as Linux ≥ 6.5 sends them: four
// after a second each (tcp_syn_linear_timeouts), then after 1, 2, 4 … seconds.
// between is called after each.
func (c *connection) dialAgain(repetitions int, between func()) {
	isn := c.next[client]
	wait := time.Second
	for i := range repetitions + 1 {
		begin := c.now
		c.next[client] = isn
		c.send(client, syn, nil)
		if between != nil {
			between()
		}
		c.now = begin + wait + c.r.jitter(9*time.Millisecond)
		if i >= 4 {
			wait *= 2
		}
	}
}
