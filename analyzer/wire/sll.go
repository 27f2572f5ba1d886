package wire

import "wirewhy/analyzer"

// slDirections are the packet types of Linux cooked captures (if_packet.h,
// PACKET_HOST …).
var slDirections = [...]analyzer.Direction{
	0: analyzer.DirectionInbound, 1: analyzer.DirectionBroadcast, 2: analyzer.DirectionBroadcast,
	3: analyzer.DirectionOtherHost, 4: analyzer.DirectionOutbound,
}

// cooked notes what a cooked header's packet type and hardware address tell.
func (p *Packet) cooked(packetType uint16, addressLen int, address []byte) {
	if int(packetType) < len(slDirections) {
		if p.Direction == analyzer.DirectionUnknown {
			p.Direction = slDirections[packetType]
		}
		p.Broadcast = packetType == 1 || packetType == 2
	}
	if addressLen == 6 {
		p.SrcMAC = mac(address)
	}
}

// sll reads a Linux cooked header (LINKTYPE_LINUX_SLL): packet type, hardware
// type, address length, address, protocol.
func (c *cursor) sll() layer {
	b := c.b
	if len(b) < 16 {
		return c.missing(16)
	}
	c.p.cooked(be16(b), int(be16(b[4:])), b[6:])
	hardware, protocol := be16(b[2:]), be16(b[14:])
	c.skip(16)
	return cookedLayer(hardware, protocol)
}

// sll2 reads a Linux cooked header of version 2 (LINKTYPE_LINUX_SLL2), which
// tells the interface, too.
func (c *cursor) sll2() layer {
	b := c.b
	if len(b) < 20 {
		return c.missing(20)
	}
	c.p.IfIndex = be32(b[4:])
	c.p.cooked(uint16(b[10]), int(b[11]), b[12:])
	hardware, protocol := be16(b[8:]), be16(b)
	c.skip(20)
	return cookedLayer(hardware, protocol)
}

// cookedLayer returns what follows a cooked header. The protocol's meaning
// depends on the interface's hardware type (ARPHRD_ of if_arp.h).
func cookedLayer(hardware, protocol uint16) layer {
	switch {
	case hardware == 824: // netlink
		return layerNothing
	case hardware == 803: // 802.11 with radiotap
		return layerRadiotap
	case hardware == 801 && protocol < 1536:
		return layerWLAN
	}
	switch protocol {
	case 1: // Novell's IPX without LLC
		return layerUnknown
	case 4: // 802.2 (ETH_P_802_2)
		return layerLLC
	}
	if protocol < 1536 {
		return layerUnknown
	}
	return etherTypeLayer(protocol)
}
