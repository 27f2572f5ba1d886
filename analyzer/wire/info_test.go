package wire

import "testing"

func TestAppendInfo(t *testing.T) {
	tests := []struct {
		p    Packet
		want string
	}{
		{Packet{Kind: KindTCP, TCP: TCP{Seq: 1001, Ack: 501, Flags: PSH | ACK, Window: 229, PayloadLen: 106}},
			"Flags [P.], seq 1:107, ack 1, win 229, length 106"},
		{Packet{Kind: KindTCP, TCP: TCP{Seq: 1000, Flags: SYN | ECE | CWR, Window: 64240, Options: OptMSS | OptSACKPerm | OptTimestamps | OptWScale, MSS: 1460, TSval: 7, WScale: 7}},
			"Flags [SEW], seq 0, win 64240, options [mss 1460,sackOK,TS val 7 ecr 0,wscale 7], length 0"},
		{Packet{Kind: KindTCP, TCP: TCP{Ack: 510, Flags: ACK, Options: OptSACK, SACKCount: 2, SACK: [4]SACKBlock{{520, 530}, {540, 550}}}},
			"Flags [.], ack 10, win 0, options [sack 2 {20:30}{40:50}], length 0"},
		{Packet{Kind: KindTCP, Unknown: UnknownWindow | UnknownAck | UnknownLen, TCP: TCP{Seq: 1005, Flags: RST | ACK | URG, Urgent: 3}}, "Flags [R.U], seq 5, urg 3"},
		{Packet{Kind: KindTCP}, "Flags [none], win 0, length 0"},
		{Packet{Kind: KindUDP, Payload: make([]byte, 5)}, "UDP, length 5"},
		{Packet{Kind: KindICMP, Version: 4, ICMP: ICMP{Type: 3, Code: 4, MTU: 1400, IsError: true, QuotedKind: KindTCP, QuotedPorts: true, QuotedSrc: Addr4(0x0a000001), QuotedDst: Addr4(0x0a000002), QuotedSrcPort: 1000, QuotedDstPort: 80, QuotedSeq: 9}},
			"ICMP type 3 code 4, mtu 1400, quotes 10.0.0.1.1000 > 10.0.0.2.80, seq 9"},
		{Packet{Kind: KindICMP, Version: 6, ICMP: ICMP{Type: 135, NeighbourTarget: Addr{1 << 56, 1}}}, "ICMPv6 type 135 code 0, target 100::1"},
		{Packet{Kind: KindARP, ARP: ARP{Sender: Addr4(0x0a000001), Target: Addr4(0x0a000002)}}, "ARP, Request who-has 10.0.0.2 tell 10.0.0.1"},
		{Packet{Kind: KindARP, ARP: ARP{Reply: true, Sender: Addr4(0x0a000001), SenderMAC: 0x0200000000fe}}, "ARP, Reply 10.0.0.1 is-at 02:00:00:00:00:fe"},
		{Packet{Kind: KindFragment, FragmentID: 7, FragmentOffset: 1480, Protocol: 6}, "fragment, id 7, offset 1480, protocol 6"},
		{Packet{Kind: KindOther, Version: 4, Protocol: 50}, "IP protocol 50"},
		{Packet{Kind: KindNone}, "not IP"},
	}
	for _, test := range tests {
		if got := string(AppendInfo(nil, &test.p, 1000, 500)); got != test.want {
			t.Errorf("got  %s\nwant %s", got, test.want)
		}
	}
}
