package listing

import (
	"strings"

	"wirewhy/analyzer/wire"
)

// arp reads an ARP message: ARP, Request who-has 10.0.0.2 tell 10.0.0.1, length 28.
func (f *fields) arp(s string) bool {
	p := f.p
	p.Unknown = 0
	a := &p.ARP
	_, question, ok := strings.Cut(s, "who-has ")
	if ok {
		target, rest := word(question)
		if inside, after, ok := bracketed(rest, '(', ')'); ok {
			a.TargetMAC, _, _ = mac(inside)
			rest = strings.TrimLeft(after, " ")
		}
		sender, ok := strings.CutPrefix(rest, "tell ")
		if !ok {
			return false
		}
		sender, _ = word(sender)
		return f.resolution(sender, target, false)
	}
	before, address, ok := strings.Cut(s, " is-at ")
	if !ok {
		p.Kind = wire.KindOther
		return true
	}
	sender := before[strings.LastIndexByte(before, ' ')+1:]
	a.SenderMAC, _, _ = mac(address)
	return f.resolution(sender, "", true)
}

func (f *fields) resolution(sender, target string, reply bool) bool {
	p := f.p
	sender, target = strings.TrimRight(sender, ","), strings.TrimRight(target, ",")
	var ok bool
	if p.ARP.Sender, ok = f.r.names.host(sender); !ok {
		return false
	}
	if target != "" {
		if p.ARP.Target, ok = f.r.names.host(target); !ok {
			return false
		}
	}
	p.Kind, p.ARP.Reply = wire.KindARP, reply
	if !reply && p.ARP.SenderMAC == 0 {
		p.ARP.SenderMAC = p.SrcMAC
	}
	if reply {
		p.ARP.TargetMAC = p.DstMAC
	}
	return true
}
