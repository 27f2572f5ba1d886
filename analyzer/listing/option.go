package listing

import (
	"strings"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// options reads a segment's options: mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7.
// Numbers in SACK blocks stay as printed.
func (f *fields) options(s string) {
	t := &f.p.TCP
	nops, length := 0, 0
	for item := range strings.SplitSeq(s, ",") {
		item = strings.TrimSpace(item)
		key, value := word(item)
		if key == "nop" {
			if nops++; nops == 4 {
				t.Options |= wire.OptManyNOPs
			}
			length++
			continue
		}
		nops = 0
		length += f.option(key, value)
	}
	f.optionsLen = uint32(length+3) &^ 3
}

// option reads one option and returns its length in the header.
func (f *fields) option(key, value string) int {
	t := &f.p.TCP
	n, rest, ok := number32(value)
	switch key {
	case "mss":
		if ok {
			t.Options |= wire.OptMSS
			t.MSS = uint16(n)
		}
		return 4
	case "wscale":
		if ok {
			t.Options |= wire.OptWScale
			t.WScale = uint8(min(n, 255))
		}
		return 3
	case "sackOK":
		t.Options |= wire.OptSACKPerm
		return 2
	case "TS", "timestamp":
		f.timestamps(value)
		return 10
	case "sack", "sack[0]", "sack[1]":
		return 2 + 8*f.sack(int(min(n, 4)), rest)
	case "md5", "md5valid", "md5invalid", "md5shared", "md5can't":
		t.Options |= wire.OptMD5
		return 18
	case "tcp-ao", "enhanced":
		t.Options |= wire.OptAO
		return 16
	case "mptcp":
		t.Options |= wire.OptMPTCP
		return int(min(n, 40))
	case "tfo":
		t.Options |= wire.OptFastOpen
		_, cookie := word(value)
		return 2 + len(cookie)/2
	case "eol":
		return 1
	case "":
		return 0
	}
	if strings.HasPrefix(key, "[bad") || strings.HasPrefix(key, "[len") || strings.HasPrefix(key, "[|") {
		t.Options |= wire.OptBad
	} else if strings.HasPrefix(key, "unknown-") || strings.HasPrefix(key, "opt-") || strings.HasPrefix(key, "exp-") {
		t.Options |= wire.OptUnknown
	}
	return 0
}

// timestamps reads val 1 ecr 2, or as tcpdump before 4.0 has it, 1 2.
func (f *fields) timestamps(s string) {
	s = strings.TrimPrefix(s, "val ")
	val, rest, ok := number32(s)
	rest = strings.TrimLeft(rest, " ")
	ecr, _, ok2 := number32(strings.TrimPrefix(rest, "ecr "))
	if !ok || !ok2 {
		return
	}
	t := &f.p.TCP
	t.Options |= wire.OptTimestamps
	t.TSval, t.TSecr = val, ecr
}

// sack reads blocks: {1:100}{200:300}.
func (f *fields) sack(count int, s string) int {
	t := &f.p.TCP
	t.Options |= wire.OptSACK
	for s = strings.TrimLeft(s, " "); t.SACKCount < 4; s = strings.TrimLeft(s, " ") {
		inside, rest, ok := bracketed(s, '{', '}')
		left, after, ok2 := number32(inside)
		right, _, ok3 := number32(strings.TrimPrefix(after, ":"))
		if !ok || !ok2 || !ok3 {
			break
		}
		t.SACK[t.SACKCount] = wire.SACKBlock{Left: analyzer.Seq(left), Right: analyzer.Seq(right)}
		t.SACKCount++
		s = rest
	}
	return max(count, int(t.SACKCount))
}
