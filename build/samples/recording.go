package main

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// start is the moment at which every sample begins.
var start = time.Date(2026, 3, 9, 14, 3, 20, 0, time.UTC)

// linkSLL2 is LINKTYPE_LINUX_SLL2, that of tcpdump -i any; gopacket's own table
// of link types ends before it.
const linkSLL2 = 276

// host is one end of connections, seen from where the capture is taken.
type host struct {
	addr    netip.Addr
	ttl     uint8 // as it arrives
	ifindex uint32
	here    bool // the capturing host itself
}

func at(addr string, ttl uint8) *host {
	return &host{addr: netip.MustParseAddr(addr), ttl: ttl, ifindex: 2}
}

// recording gathers the packets of one sample.
type recording struct {
	random *rand.Rand
	any    bool // recorded with -i any: cooked headers
	frames []frame
	port   uint16
}

type frame struct {
	at       time.Duration
	from, to *host
	ip       []byte
}

func newRecording(seed uint64) *recording {
	return &recording{random: rand.New(rand.NewPCG(seed, 0x77697265)), port: 40112}
}

// jitter returns d, give or take a fifth.
func (r *recording) jitter(d time.Duration) time.Duration {
	return d*4/5 + time.Duration(r.random.Int64N(int64(d)*2/5+1))
}

// client returns the next ephemeral port.
func (r *recording) client() uint16 {
	r.port += uint16(2 + 2*r.random.IntN(9)) // connect() prefers even ports (Linux since 4.2)
	return r.port
}

// put adds a packet.
func (r *recording) put(at time.Duration, from, to *host, protocol layers.IPProtocol, id uint16, top ...gopacket.SerializableLayer) {
	ip := &layers.IPv4{
		Version: 4, TTL: from.ttl, Protocol: protocol, Id: id, Flags: layers.IPv4DontFragment,
		SrcIP: from.addr.AsSlice(), DstIP: to.addr.AsSlice(),
	}
	for _, l := range top {
		switch l := l.(type) {
		case *layers.TCP:
			_ = l.SetNetworkLayerForChecksum(ip) // fails for no IP layer only
		case *layers.UDP:
			_ = l.SetNetworkLayerForChecksum(ip)
		}
	}
	b := gopacket.NewSerializeBuffer()
	all := append([]gopacket.SerializableLayer{ip}, top...)
	if err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, all...); err != nil {
		panic(err) // a mistake in a sample, not in what it is used for
	}
	r.frames = append(r.frames, frame{at, from, to, bytes.Clone(b.Bytes())})
}

// pcap returns the recording as a capture file, in the order of time.
func (r *recording) pcap() ([]byte, error) {
	slices.SortStableFunc(r.frames, func(a, b frame) int { return cmp.Compare(a.at, b.at) })
	var out bytes.Buffer
	w := pcapgo.NewWriter(&out)
	link := layers.LinkTypeEthernet
	if err := w.WriteFileHeader(262144, link); err != nil {
		return nil, err
	}
	if r.any {
		binary.LittleEndian.PutUint32(out.Bytes()[20:], linkSLL2)
	}
	for i := range r.frames {
		f := &r.frames[i]
		data := append(r.link(f), f.ip...)
		info := gopacket.CaptureInfo{Timestamp: start.Add(f.at), CaptureLength: len(data), Length: len(data)}
		if err := w.WritePacket(info, data); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

// link returns a frame's link-layer header.
func (r *recording) link(f *frame) []byte {
	if !r.any {
		return slices.Concat(mac(f.to), mac(f.from), []byte{8, 0})
	}
	// sll2_header: protocol, reserved, interface index, ARPHRD type, packet type, address length, address.
	index, kind, hardware := f.from.ifindex, byte(4), uint16(1) // LINUX_SLL_OUTGOING, ARPHRD_ETHER
	if !f.from.here {
		kind = 0 // LINUX_SLL_HOST
	}
	if f.from.ifindex == 1 || f.to.ifindex == 1 { // over lo, which libpcap shows as received only
		index, kind, hardware = 1, 0, 772 // ARPHRD_LOOPBACK
	}
	b := []byte{8, 0, 0, 0}
	b = binary.BigEndian.AppendUint32(b, index)
	b = binary.BigEndian.AppendUint16(b, hardware)
	b = append(b, kind, 6)
	address := mac(f.from)
	if hardware == 772 {
		address = make([]byte, 6)
	}
	return append(append(b, address...), 0, 0)
}

// mac returns a locally administered address for a host.
func mac(h *host) []byte {
	a := h.addr.As4()
	return []byte{0x02, 0x42, a[0], a[1], a[2], a[3]}
}
