package wire

import "wirewhy/analyzer"

// TCP option kinds (IANA TCP parameters).
const (
	optionEnd        = 0
	optionNOP        = 1
	optionMSS        = 2
	optionWScale     = 3
	optionSACKPerm   = 4
	optionSACK       = 5
	optionTimestamps = 8
	optionMD5        = 19
	optionAO         = 29
	optionMPTCP      = 30
	optionFastOpen   = 34
	optionExperiment = 254
	magicFastOpen    = 0xf989 // RFC 7413 §4.1.1
)

// options reads the option list o (RFC 9293 §3.2). An option of a wrong length is
// passed over, as Linux does (tcp_parse_options); the list ends where a length
// cannot be believed.
func (t *TCP) options(o []byte) {
	if len(o) == 12 && be32(o) == 0x0101080a { // what nearly every segment carries
		t.Options |= OptTimestamps
		t.TSval, t.TSecr = be32(o[4:]), be32(o[8:])
		return
	}
	nops := 0
	for len(o) > 0 {
		switch o[0] {
		case optionEnd:
			t.afterEnd(o[1:])
			return
		case optionNOP:
			if nops++; nops == 4 {
				t.Options |= OptManyNOPs
			}
			o = o[1:]
			continue
		}
		nops = 0
		if len(o) < 2 || o[1] < 2 || int(o[1]) > len(o) {
			t.Options |= OptBad
			return
		}
		n := int(o[1])
		if !t.option(o[0], o[2:n]) {
			t.Options |= OptBad
		}
		o = o[n:]
	}
}

// afterEnd looks at what follows the end of the list: padding, zero by the
// standard (RFC 9293 §3.1).
func (t *TCP) afterEnd(o []byte) {
	for _, x := range o {
		if x != 0 {
			t.Options |= OptEarlyEOL
			return
		}
	}
}

// option reads the value v of one option and reports whether its length is right.
func (t *TCP) option(kind byte, v []byte) bool {
	switch kind {
	case optionMSS: // RFC 9293 §3.7.1
		if len(v) != 2 {
			return false
		}
		t.Options |= OptMSS
		t.MSS = be16(v)
	case optionWScale: // RFC 7323 §2.2
		if len(v) != 1 {
			return false
		}
		t.Options |= OptWScale
		t.WScale = v[0]
	case optionSACKPerm: // RFC 2018 §2
		if len(v) != 0 {
			return false
		}
		t.Options |= OptSACKPerm
	case optionSACK:
		return t.sack(v)
	case optionTimestamps: // RFC 7323 §3.2
		if len(v) != 8 {
			return false
		}
		t.Options |= OptTimestamps
		t.TSval, t.TSecr = be32(v), be32(v[4:])
	default:
		return t.rareOption(kind, v)
	}
	return true
}

// sack reads a SACK option (RFC 2018 §3).
func (t *TCP) sack(v []byte) bool {
	t.Options |= OptSACK
	if len(v) == 0 || len(v)%8 != 0 {
		return false
	}
	t.SACKCount = 0
	for ; len(v) >= 8 && int(t.SACKCount) < len(t.SACK); v = v[8:] {
		t.SACK[t.SACKCount] = SACKBlock{Left: analyzer.Seq(be32(v)), Right: analyzer.Seq(be32(v[4:]))}
		t.SACKCount++
	}
	return len(v) == 0
}

// rareOption notes options whose presence is all that matters.
func (t *TCP) rareOption(kind byte, v []byte) bool {
	switch {
	case kind == optionMD5: // RFC 2385 §3.0
		t.Options |= OptMD5
		return len(v) == 16
	case kind == optionAO: // RFC 5925 §2.2
		t.Options |= OptAO
		return len(v) >= 2
	case kind == optionMPTCP: // RFC 8684 §3
		t.Options |= OptMPTCP
		return len(v) >= 1
	case kind == optionFastOpen: // RFC 7413 §4.1
		t.Options |= OptFastOpen
	case kind == optionExperiment && len(v) >= 2 && be16(v) == magicFastOpen:
		t.Options |= OptFastOpen
	default:
		t.Options |= OptUnknown
	}
	return true
}
