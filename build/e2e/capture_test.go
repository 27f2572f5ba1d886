package e2e

import (
	"bytes"
	"encoding/binary"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// capture is a pcap file that a test writes packet by packet.
type capture struct {
	t     *testing.T
	bytes bytes.Buffer
	at    time.Time
}

// end is one end of a connection.
type end struct {
	ip   net.IP
	port layers.TCPPort
}

func newCapture(t *testing.T) *capture {
	c := &capture{t: t, at: time.Date(2025, 2, 3, 4, 5, 6, 0, time.UTC)}
	for _, word := range []uint32{0xa1b2c3d4, 2 | 4<<16, 0, 0, 65535, 1} {
		binary.Write(&c.bytes, binary.LittleEndian, word)
	}
	return c
}

func at(ip string, port uint16) end { return end{net.ParseIP(ip).To4(), layers.TCPPort(port)} }

// segment writes one segment, after a pause since the last one. Flags are
// tcpdump's letters.
func (c *capture) segment(pause time.Duration, from, to end, flags string, seq, ack uint32, payload string) {
	c.t.Helper()
	c.at = c.at.Add(pause)
	tcp := &layers.TCP{SrcPort: from.port, DstPort: to.port, Seq: seq, Ack: ack, Window: 64240}
	for _, flag := range flags {
		switch flag {
		case 'S':
			tcp.SYN = true
			tcp.Options = []layers.TCPOption{{OptionType: layers.TCPOptionKindMSS, OptionLength: 4, OptionData: []byte{5, 0xb4}}}
		case 'F':
			tcp.FIN = true
		case 'R':
			tcp.RST = true
		case 'P':
			tcp.PSH = true
		case '.':
			tcp.ACK = true
		}
	}
	ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: from.ip, DstIP: to.ip, Flags: layers.IPv4DontFragment}
	must(c.t, tcp.SetNetworkLayerForChecksum(ip))
	ethernet := &layers.Ethernet{SrcMAC: net.HardwareAddr{2, 0, 0, 0, 0, 1}, DstMAC: net.HardwareAddr{2, 0, 0, 0, 0, 2}, EthernetType: layers.EthernetTypeIPv4}
	b := gopacket.NewSerializeBuffer()
	must(c.t, gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, ethernet, ip, tcp, gopacket.Payload(payload)))
	for _, word := range []uint32{uint32(c.at.Unix()), uint32(c.at.Nanosecond() / 1000), uint32(len(b.Bytes())), uint32(len(b.Bytes()))} {
		binary.Write(&c.bytes, binary.LittleEndian, word)
	}
	c.bytes.Write(b.Bytes())
}

// opened writes a handshake; the next bytes are then isn+1 each way.
func (c *capture) opened(client, server end, isn, answer uint32) {
	c.segment(time.Millisecond, client, server, "S", isn, 0, "")
	c.segment(400*time.Microsecond, server, client, "S.", answer, isn+1, "")
	c.segment(30*time.Microsecond, client, server, ".", isn+1, answer+1, "")
}

// served writes a complete exchange over HTTP.
func (c *capture) served(client, server end, isn, answer uint32) {
	const request, response = "GET / HTTP/1.1\r\nHost: shop\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	asked, told := isn+1+uint32(len(request)), answer+1+uint32(len(response))
	c.opened(client, server, isn, answer)
	c.segment(50*time.Microsecond, client, server, "P.", isn+1, answer+1, request)
	c.segment(400*time.Microsecond, server, client, ".", answer+1, asked, "")
	c.segment(2*time.Millisecond, server, client, "P.", answer+1, asked, response)
	c.segment(30*time.Microsecond, client, server, ".", asked, told, "")
	c.segment(time.Millisecond, client, server, "F.", asked, told, "")
	c.segment(400*time.Microsecond, server, client, "F.", told, asked+1, "")
	c.segment(30*time.Microsecond, client, server, ".", asked+1, told+1, "")
}

// wrongSource writes an answer from an address that was not dialled: the client
// resets it and goes on dialling.
func (c *capture) wrongSource(client, dialled, answering end, isn uint32) {
	for i, pause := range []time.Duration{time.Millisecond, 1020 * time.Millisecond, 2010 * time.Millisecond} {
		answer := uint32(900_000_000 + 77_777_777*i)
		c.segment(pause, client, dialled, "S", isn, 0, "")
		c.segment(150*time.Microsecond, answering, client, "S.", answer, isn+1, "")
		c.segment(15*time.Microsecond, client, answering, "R", isn+1, 0, "")
	}
}

// refused writes a SYN that is answered by a reset.
func (c *capture) refused(client, server end, isn uint32) {
	c.segment(time.Millisecond, client, server, "S", isn, 0, "")
	c.segment(300*time.Microsecond, server, client, "R.", 0, isn+1, "")
}

// silent writes SYNs that nobody answers, with Linux's doubling pauses.
func (c *capture) silent(client, server end, isn uint32) {
	for _, pause := range []time.Duration{time.Millisecond, 1010 * time.Millisecond, 2020 * time.Millisecond, 4060 * time.Millisecond} {
		c.segment(pause, client, server, "S", isn, 0, "")
	}
}

// resetAfterRequest writes a connection that is opened, asked, and reset by the server.
func (c *capture) resetAfterRequest(client, server end, isn, answer uint32) {
	const request = "GET /status HTTP/1.1\r\nHost: shop\r\n\r\n"
	c.opened(client, server, isn, answer)
	c.segment(60*time.Microsecond, client, server, "P.", isn+1, answer+1, request)
	c.segment(40*time.Microsecond, server, client, ".", answer+1, isn+1+uint32(len(request)), "")
	c.segment(350*time.Microsecond, server, client, "R.", answer+1, isn+1+uint32(len(request)), "")
}

// file writes the capture to a file of its own.
func (c *capture) file(name string) string {
	c.t.Helper()
	path := filepath.Join(c.t.TempDir(), name)
	must(c.t, os.WriteFile(path, c.bytes.Bytes(), 0o644))
	return path
}

// incident is one capture with every kind of flow that the tests ask for.
func incident(t *testing.T) *capture {
	c := newCapture(t)
	c.served(at("10.20.0.7", 41000), at("10.20.9.1", 80), 1_000, 50_000)
	c.wrongSource(at("10.20.0.7", 41001), at("10.20.9.2", 80), at("10.20.3.44", 80), 2_000_000)
	c.refused(at("10.20.0.7", 41002), at("10.20.9.3", 6379), 3_000_000)
	c.silent(at("10.20.0.7", 41003), at("10.20.9.4", 443), 4_000_000)
	c.resetAfterRequest(at("10.20.0.7", 41004), at("10.20.9.5", 8080), 5_000_000, 4_000_000_000)
	c.served(at("10.20.0.8", 41005), at("10.20.9.1", 80), 6_000_000, 60_000)
	return c
}
