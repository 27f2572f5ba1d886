package session

import (
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"wirewhy/analyzer"
	"wirewhy/wasm/protocol"
)

// set reads a term's value.
func (t *term) set(p *filterParser, about *protocol.FilterTerm, v filterToken) *filterFault {
	t.word = strings.ToLower(v.text)
	ok, wants := true, analyzer.Text{}
	switch about.Unit {
	case protocol.FilterWord:
	case protocol.FilterAddress:
		var err error
		t.addr, err = netip.ParseAddr(strings.Trim(v.text, "[]"))
		ok, wants = err == nil, analyzer.Text{En: "an address", Zh: "IP 地址"}
	case protocol.FilterNetwork:
		var err error
		t.prefix, err = netip.ParsePrefix(v.text)
		ok, wants = err == nil, analyzer.Text{En: "a network", Zh: "网段"}
	case protocol.FilterPort:
		var n uint64
		n, ok = whole(v.text, 16)
		t.value, wants = int64(n), analyzer.Text{En: "a port from 0 to 65535", Zh: "端口号（0–65535）"}
	case protocol.FilterCount:
		var n uint64
		n, ok = whole(v.text, 62)
		t.value, wants = int64(n), analyzer.Text{En: "a number", Zh: "数字"}
	case protocol.FilterSize:
		t.value, ok = measure(t.word, sizes)
		wants = analyzer.Text{En: "a size", Zh: "大小"}
	case protocol.FilterShare:
		t.value, ok = measure(t.word, map[string]float64{"": 1e4, "%": 1e4})
		wants = analyzer.Text{En: "a percentage", Zh: "百分比"}
	case protocol.FilterElapsed:
		t.value, ok = elapsed(v.text)
		wants = analyzer.Text{En: "a time with its unit", Zh: "带单位的时间"}
	case protocol.FilterInstant:
		t.value, ok = p.instant(v.text)
		wants = analyzer.Text{En: "a time", Zh: "时间"}
	}
	if ok {
		return nil
	}
	return &filterFault{v.at, analyzer.Text{
		En: "“" + v.text + "” is not " + wants.En + " such as " + about.Like,
		Zh: "“" + v.text + "” 不是" + wants.Zh + "，例如 " + about.Like,
	}}
}

func whole(s string, bits int) (uint64, bool) {
	n, err := strconv.ParseUint(s, 10, bits)
	return n, err == nil
}

// sizes are the units of a size, in bytes.
var sizes = map[string]float64{
	"": 1, "b": 1, "k": 1e3, "kb": 1e3, "m": 1e6, "mb": 1e6, "g": 1e9, "gb": 1e9, "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30,
}

// measure reads a number and its unit.
func measure(s string, units map[string]float64) (int64, bool) {
	digits := strings.TrimRight(s, "abcdefghijklmnopqrstuvwxyzµμ%")
	factor, known := units[s[len(digits):]]
	n, err := strconv.ParseFloat(digits, 64)
	n *= factor
	if !known || err != nil || !(n >= 0 && n < math.MaxInt64/2) {
		return 0, false
	}
	return int64(math.Round(n)), true
}

func elapsed(s string) (int64, bool) {
	units := make(map[string]float64, len(protocol.FilterElapsedUnits))
	for unit, d := range protocol.FilterElapsedUnits {
		units[unit] = float64(d)
	}
	return measure(s, units)
}

// clockLayouts are the forms of a moment; fractions of a second may follow each.
var clockLayouts = []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "15:04:05", "15:04"}

// instant reads a moment: a date and time in UTC, a time of day, which belongs to
// the day of the capture on which it lies in it, or a time since its start.
func (p *filterParser) instant(s string) (int64, bool) {
	for i, layout := range clockLayouts {
		at, err := time.Parse(layout, strings.TrimSuffix(s, "Z"))
		if err != nil {
			continue
		}
		if i >= 2 {
			y, m, d := p.began.Time().Date()
			at = time.Date(y, m, d, at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), time.UTC)
			if next := at.AddDate(0, 0, 1); at.UnixNano() < int64(p.began) && next.UnixNano() <= int64(p.ended) {
				at = next
			}
		}
		return at.UnixNano(), true
	}
	d, ok := elapsed(s)
	return int64(p.began) + d, ok
}
