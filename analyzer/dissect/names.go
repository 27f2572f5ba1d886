package dissect

// etherTypes names EtherTypes (IEEE 802 Numbers).
var etherTypes = map[uint64]string{
	0x0800: "IPv4", 0x86dd: "IPv6", 0x0806: "ARP", 0x8100: "802.1Q", 0x88a8: "802.1ad", 0x9100: "QinQ", 0x8847: "MPLS", 0x8848: "MPLS multicast",
	0x8863: "PPPoE discovery", 0x8864: "PPPoE session", 0x6558: "Ethernet", 0x880b: "PPP", 0x88e7: "I-TAG", 0x88be: "ERSPAN II", 0x22eb: "ERSPAN III",
	0x88cc: "LLDP", 0x888e: "802.1X", 0x88e5: "MACsec", 0x8809: "Slow protocols", 0x8035: "RARP", 0x894f: "NSH", 0x88f7: "PTP", 0x8903: "FabricPath",
	0x0004: "802.2", 0x0001: "802.3", 0x883e: "WCCP",
}

// ipProtocols names IP protocol numbers (IANA).
var ipProtocols = map[uint64]string{
	0: "hop-by-hop options", 1: "ICMP", 2: "IGMP", 4: "IPv4", 6: "TCP", 17: "UDP", 41: "IPv6", 43: "routing", 44: "fragment", 46: "RSVP", 47: "GRE",
	50: "ESP", 51: "AH", 58: "ICMPv6", 59: "no next header", 60: "destination options", 88: "EIGRP", 89: "OSPF", 97: "EtherIP", 103: "PIM", 112: "VRRP",
	115: "L2TP", 132: "SCTP", 135: "mobility", 136: "UDP-Lite", 137: "MPLS", 139: "HIP", 140: "Shim6", 143: "Ethernet",
}

// pppProtocols names PPP protocol numbers (IANA).
var pppProtocols = map[uint64]string{
	0x0021: "IPv4", 0x0057: "IPv6", 0x0281: "MPLS", 0x002d: "compressed TCP", 0x002f: "uncompressed TCP", 0xc021: "LCP", 0xc023: "PAP", 0xc223: "CHAP",
	0x8021: "IPCP", 0x8057: "IPV6CP", 0x80fd: "CCP",
}

// packetTypes names the packet types of Linux cooked captures.
var packetTypes = map[uint64]string{0: "to us", 1: "broadcast", 2: "multicast", 3: "to another host", 4: "sent by us"}

// hardwareTypes names Linux's hardware types (ARPHRD_ of if_arp.h).
var hardwareTypes = map[uint64]string{
	1: "Ethernet", 32: "InfiniBand", 512: "PPP", 768: "IPIP tunnel", 769: "IPv6 tunnel", 772: "loopback", 776: "6in4 tunnel", 778: "GRE tunnel",
	801: "802.11", 803: "802.11 with radiotap", 823: "GRE over IPv6 tunnel", 824: "netlink", 65534: "none",
}

// icmpTypes and icmpv6Types name message types (IANA).
var (
	icmpTypes = map[uint64]string{
		0: "echo reply", 3: "destination unreachable", 4: "source quench", 5: "redirect", 8: "echo", 9: "router advertisement", 10: "router solicitation",
		11: "time exceeded", 12: "parameter problem", 13: "timestamp", 14: "timestamp reply",
	}
	icmpv6Types = map[uint64]string{
		1: "destination unreachable", 2: "packet too big", 3: "time exceeded", 4: "parameter problem", 128: "echo", 129: "echo reply", 130: "multicast listener query",
		131: "multicast listener report", 133: "router solicitation", 134: "router advertisement", 135: "neighbour solicitation", 136: "neighbour advertisement",
		137: "redirect", 143: "multicast listener report v2",
	}
	unreachable = map[uint64]string{
		0: "network unreachable", 1: "host unreachable", 2: "protocol unreachable", 3: "port unreachable", 4: "fragmentation needed", 5: "source route failed",
		6: "network unknown", 7: "host unknown", 9: "network prohibited", 10: "host prohibited", 13: "administratively prohibited",
	}
	unreachable6 = map[uint64]string{
		0: "no route", 1: "administratively prohibited", 2: "beyond scope of source", 3: "address unreachable", 4: "port unreachable", 5: "source address failed policy", 6: "reject route",
	}
)
