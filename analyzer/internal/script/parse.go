package script

import (
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

type endpoint struct {
	addr netip.Addr
	port uint16
}

type alias struct {
	endpoint
	ttl uint8
}

type parser struct {
	link    analyzer.LinkType
	aliases map[string]alias
	ttls    map[netip.Addr]uint8
	labels  map[string]*packet
	packets []*packet
	ordered bool
	broken  bool
	dropped uint64
	now     time.Duration
	tcp     *stacks
	ids     map[wire.Addr]uint16
}

func newParser() *parser {
	return &parser{
		link: analyzer.LinkEthernet, aliases: map[string]alias{}, ttls: map[netip.Addr]uint8{},
		labels: map[string]*packet{}, tcp: newStacks(), ids: map[wire.Addr]uint16{},
	}
}

var (
	aliasLine = regexp.MustCompile(`^([A-Za-z][\w-]*)\s*=\s*(\S+)(?:\s+ttl\s+(\d+))?$`)
	labelLine = regexp.MustCompile(`^([A-Za-z][\w-]*):\s+(.*)$`)
	sumText   = regexp.MustCompile(`\$\{(?:(\d+)\+)?i\}`)
)

// lines parses lines; number is that of the line before the first, for errors.
func (p *parser) lines(lines []string, number int) error {
	for i := 0; i < len(lines); i++ {
		line := strings.TrimSpace(lines[i])
		if strings.HasPrefix(line, "repeat ") {
			end := i + 1
			for end < len(lines) && strings.TrimSpace(lines[end]) != "end" {
				end++
			}
			if end == len(lines) {
				return fmt.Errorf("line %d: repeat without end", number+i+1)
			}
			if err := p.repeat(line, lines[i+1:end], number+i+1); err != nil {
				return err
			}
			i = end
			continue
		}
		if err := p.line(line); err != nil {
			return fmt.Errorf("line %d: %q: %w", number+i+1, line, err)
		}
	}
	return nil
}

// repeat runs a block's lines, each turn starting a fixed time after the one before.
func (p *parser) repeat(head string, body []string, number int) error {
	var count int
	var every float64
	if _, err := fmt.Sscanf(head, "repeat %d every %g", &count, &every); err != nil {
		return fmt.Errorf("line %d: want repeat COUNT every SECONDS", number)
	}
	begin := p.now
	for turn := 1; turn <= count; turn++ {
		p.now = begin + time.Duration(float64(turn-1)*every*1e9)
		filled := make([]string, len(body))
		for i, l := range body {
			filled[i] = sumText.ReplaceAllStringFunc(l, func(m string) string {
				base, _ := strconv.Atoi(sumText.FindStringSubmatch(m)[1])
				return strconv.Itoa(base + turn)
			})
		}
		if err := p.lines(filled, number); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) line(line string) error {
	switch {
	case line == "" || strings.HasPrefix(line, "#"):
		return nil
	case line == "unsorted":
		p.ordered = true
		return nil
	case line == "file truncated":
		p.broken = true
		return nil
	case strings.HasPrefix(line, "file dropped "):
		_, err := fmt.Sscanf(line, "file dropped %d", &p.dropped)
		return err
	case line == "link sll2":
		p.link = analyzer.LinkLinuxSLL2
		return nil
	case line == "link ethernet":
		p.link = analyzer.LinkEthernet
		return nil
	}
	if m := aliasLine.FindStringSubmatch(line); m != nil {
		return p.alias(m)
	}
	label := ""
	if m := labelLine.FindStringSubmatch(line); m != nil {
		label, line = m[1], m[2]
	}
	words, err := split(line)
	if err != nil {
		return err
	}
	k, err := p.packet(words)
	if err != nil {
		return err
	}
	if label != "" {
		p.labels[label] = k
	}
	return nil
}

func (p *parser) alias(m []string) error {
	e, err := p.endpoint(m[2])
	if err != nil {
		return err
	}
	a := alias{endpoint: e}
	if m[3] != "" {
		n, err := strconv.ParseUint(m[3], 10, 8)
		if err != nil {
			return err
		}
		a.ttl = uint8(n)
		p.ttls[e.addr] = a.ttl
	}
	p.aliases[m[1]] = a
	return nil
}

func (p *parser) endpoint(s string) (endpoint, error) {
	if a, ok := p.aliases[s]; ok {
		return a.endpoint, nil
	}
	if a, err := netip.ParseAddr(s); err == nil {
		return endpoint{addr: a}, nil
	}
	ap, err := netip.ParseAddrPort(s)
	if err != nil {
		return endpoint{}, fmt.Errorf("%q is neither an alias nor an address", s)
	}
	return endpoint{ap.Addr(), ap.Port()}, nil
}

// split cuts a line into words; "…" and <…> are one word each.
func split(s string) ([]string, error) {
	var out []string
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		switch {
		case s[0] == '#':
			return out, nil
		case s[0] == '"':
			q, err := strconv.QuotedPrefix(s)
			if err != nil {
				return nil, fmt.Errorf("text without closing quote")
			}
			out, s = append(out, q), s[len(q):]
		case s[0] == '<':
			end := strings.IndexByte(s, '>')
			if end < 0 {
				return nil, fmt.Errorf("options without closing >")
			}
			out, s = append(out, s[:end+1]), s[end+1:]
		default:
			end := strings.IndexAny(s, " \t")
			if end < 0 {
				end = len(s)
			}
			out, s = append(out, s[:end]), s[end:]
		}
	}
	return out, nil
}

// clock reads a line's time and moves the parser's clock to it.
func (p *parser) clock(word string) error {
	rel := strings.HasPrefix(word, "+")
	f, err := strconv.ParseFloat(strings.TrimPrefix(word, "+"), 64)
	if err != nil {
		return fmt.Errorf("%q is no time", word)
	}
	d := time.Duration(f*1e9 + 0.5)
	if f < 0 {
		d = time.Duration(f*1e9 - 0.5)
	}
	if rel {
		d += p.now
	}
	p.now = d
	return nil
}

// packet parses a packet line.
func (p *parser) packet(words []string) (*packet, error) {
	if len(words) < 2 {
		return nil, fmt.Errorf("a packet needs a time and more")
	}
	if err := p.clock(words[0]); err != nil {
		return nil, err
	}
	k := &packet{}
	k.Time = analyzer.Timestamp(Start.UnixNano()).Add(p.now)
	var err error
	switch rest := words[1:]; {
	case rest[0] == "arp":
		err = p.arp(k, rest[1:])
	case rest[0] == "copy":
		k, err = p.copy(k.Time, rest[1:])
	case len(rest) < 4 || rest[1] != ">":
		err = fmt.Errorf("want SOURCE > DESTINATION and what it is")
	default:
		err = p.ipPacket(k, rest)
	}
	if err != nil {
		return nil, err
	}
	k.link = p.link
	p.packets = append(p.packets, k)
	return k, nil
}

// ipPacket parses what follows the time: addresses, protocol, attributes.
func (p *parser) ipPacket(k *packet, words []string) error {
	src, err := p.endpoint(words[0])
	if err != nil {
		return err
	}
	dst, err := p.endpoint(words[2])
	if err != nil {
		return err
	}
	p.address(k, src, dst)
	switch what := words[3]; what {
	case "icmp":
		return p.icmp(k, words[4:])
	case "udp", "dns":
		return p.udp(k, what, words[4:])
	default:
		return p.segment(k, what, words[4:])
	}
}

// address fills the IP header with its defaults.
func (p *parser) address(k *packet, src, dst endpoint) {
	k.Src, k.Dst = wire.AddrFrom(src.addr), wire.AddrFrom(dst.addr)
	k.SrcPort, k.DstPort = src.port, dst.port
	k.Version, k.TTL, k.DF = 4, 64, true
	if !src.addr.Unmap().Is4() {
		k.Version = 6
	}
	if ttl, ok := p.ttls[src.addr]; ok {
		k.TTL = ttl
	}
	if k.Version == 4 {
		id, ok := p.ids[k.Src]
		if !ok {
			id = uint16(mix(k.Src.Lo))
		}
		id++
		p.ids[k.Src] = id
		k.IPID = id
	}
	k.SrcMAC, k.DstMAC = macOf(k.Src), macOf(k.Dst)
}

// macOf makes up a locally administered MAC address.
func macOf(a wire.Addr) uint64 { return 0x02_00_00_00_00_00 | a.Lo&0xffffffff }

// mix spreads a number's bits, for made-up sequence numbers and ids that are the
// same in every run (the finaliser of splitmix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
