package host

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// summary writes a fact as the tables below do.
func summary(f Fact) string {
	switch f.Kind {
	case KindCounter, KindFeature, KindMessage, KindResponse:
		return fmt.Sprintf("%s=%d", f.Name, f.Value)
	case KindSetting:
		return f.Name + "=" + f.Setting
	case KindRelease:
		return "release " + f.Name
	case KindSocket:
		s := f.Socket
		return strings.TrimSpace(fmt.Sprintf("%s %d/%d %s>%s %s", s.State, s.RecvQ, s.SendQ, s.Local, s.Peer, s.Process))
	case KindRule:
		return rule(f.Rule)
	case KindEntry:
		e := f.Entry
		return fmt.Sprintf("%s %s %s>%s answer %s>%s unreplied=%v", e.Proto, e.State, e.Source, e.Dest, e.Answer, e.AnswerTo, e.Unreplied)
	case KindRoute:
		r := f.Route
		return strings.TrimSpace(fmt.Sprintf("%s %s dev %s", r.Action, r.Dest, r.Device))
	}
	return string(f.Kind)
}

func rule(r *Rule) string {
	s := fmt.Sprintf("%s/%s %d %s", r.Table, r.Chain, r.Packets, r.Target)
	if r.Proto != "" {
		s += " " + r.Proto
	}
	if r.Dest.IsValid() && r.Dest.Bits() > 0 {
		s += " dst " + r.Dest.String()
	}
	if len(r.DestPorts) > 0 {
		s += fmt.Sprint(" dpt ", r.DestPorts)
	}
	if r.ToPort != 0 || r.To.IsValid() {
		s += fmt.Sprintf(" to %v:%d", r.To, r.ToPort)
	}
	if r.Conditions != "" {
		s += " if " + r.Conditions
	}
	return s
}

// TestParse reads one text of each kind; want lists facts that it must hold, all of
// them if whole is set.
func TestParse(t *testing.T) {
	for _, x := range []struct {
		name, text string
		kinds      []string
		want       []string
		whole      bool
		unread     int
	}{
		{name: "netstat -s", kinds: []string{"netstat -s"}, text: `
Ip:
    Forwarding: 1
    500 total packets received
    1 with invalid addresses
    480 incoming packets delivered
Icmp:
    12 ICMP messages received
    ICMP input histogram:
        destination unreachable: 12
Tcp:
    30 active connection openings
    4 failed connection attempts
    21 segments retransmitted
    6 bad segments received
    9 resets sent
    InCsumErrors: 6
UdpLite:
TcpExt:
    27 times the listen queue of a socket overflowed
    31 SYNs to LISTEN sockets dropped
    3 passive connections rejected because of time stamp
    2 connections reset due to early user close
    Detected reordering 5 times using SACK
    IPReversePathFilter: 8
    TCPReqQFullDrop: 4
IpExt:
    InOctets: 90000
`, want: []string{"IpInReceives=500", "TcpRetransSegs=21", "TcpInErrs=6", "TcpInCsumErrors=6", "TcpExtListenOverflows=27", "TcpExtListenDrops=31", "TcpExtPAWSPassive=3",
			"TcpExtTCPAbortOnClose=2", "TcpExtTCPSACKReorder=5", "TcpExtIPReversePathFilter=8", "TcpExtTCPReqQFullDrop=4", "IpExtInOctets=90000"}},
		{name: "netstat -s of old net-tools", kinds: []string{"netstat -s"}, text: `
Tcp:
    30 active connections openings
    21 segments retransmited
    700 segments send out
TcpExt:
    31 SYNs to LISTEN sockets ignored
    40 packets directly queued to recvmsg prequeue.
    time for lunch
`, want: []string{"TcpActiveOpens=30", "TcpRetransSegs=21", "TcpOutSegs=700", "TcpExtListenDrops=31", "TcpExtTCPPrequeued=40"}, whole: true, unread: 1},
		{name: "lines picked by grep, twice", kinds: []string{"netstat -s", "netstat -s"}, text: `
[root@web1 ~]# netstat -s | grep -i listen
    10 times the listen queue of a socket overflowed
    12 SYNs to LISTEN sockets dropped
    15 times the listen queue of a socket overflowed
    17 SYNs to LISTEN sockets dropped
`, want: []string{"TcpExtListenOverflows=10", "TcpExtListenDrops=12", "TcpExtListenOverflows=15", "TcpExtListenDrops=17"}, whole: true},
		{name: "netstat -s without line breaks", kinds: []string{"netstat -s"}, text: `Tcp: 30 active connection openings 4 failed connection attempts 21 segments retransmitted 9 resets sent TcpExt: 27 times the listen queue of a socket overflowed 31 SYNs to LISTEN sockets dropped TCPRcvCoalesce: 2 TCPReqQFullDrop: 4 IpExt: InOctets: 90000`,
			want: []string{"TcpActiveOpens=30", "TcpAttemptFails=4", "TcpRetransSegs=21", "TcpOutRsts=9", "TcpExtListenOverflows=27", "TcpExtListenDrops=31", "TcpExtTCPRcvCoalesce=2", "TcpExtTCPReqQFullDrop=4", "IpExtInOctets=90000"}, whole: true},
		{name: "nstat", kinds: []string{"nstat"}, text: "#kernel\nIpInReceives                    71                 0.0\nTcpExtListenOverflows           18                 0.5\n",
			want: []string{"IpInReceives=71", "TcpExtListenOverflows=18"}, whole: true},
		{name: "proc", kinds: []string{"/proc/net/netstat"}, text: "TcpExt: SyncookiesSent ListenOverflows ListenDrops\nTcpExt: 0 7 9\nTcp: RtoAlgorithm RtoMin MaxConn\nTcp: 1 200 -1\n",
			want: []string{"TcpExtSyncookiesSent=0", "TcpExtListenOverflows=7", "TcpExtListenDrops=9", "TcpRtoAlgorithm=1", "TcpRtoMin=200", "TcpMaxConn=-1"}, whole: true},
		{name: "ss -lnt", kinds: []string{"ss"}, text: `
State   Recv-Q  Send-Q   Local Address:Port    Peer Address:PortProcess
LISTEN  129     128            0.0.0.0:443          0.0.0.0:*    users:(("nginx",pid=7,fd=6))
LISTEN  0       4096              [::]:22              [::]:*
LISTEN  0       10       127.0.0.1%lo:53                  *:*
`, want: []string{"LISTEN 129/128 0.0.0.0:443>0.0.0.0:0 nginx", "LISTEN 0/4096 [::]:22>[::]:0", "LISTEN 0/10 127.0.0.1:53>0.0.0.0:0"}, whole: true},
		{name: "ss -tanoim", kinds: []string{"ss"}, text: `
Netid State      Recv-Q Send-Q   Local Address:Port  Peer Address:Port
tcp   ESTAB      35     0            10.0.0.9:80       10.0.0.5:41001  timer:(keepalive,50sec,0)
	 skmem:(r0,rb131072,t0,tb87040,f0,w0,o0,bl0,d3) cubic wscale:7,7 rto:204 retrans:0/6 rcv_space:14480
tcp   SYN-RECV   0      0            10.0.0.9:80       10.0.0.6:41002
`, want: []string{"ESTAB 35/0 10.0.0.9:80>10.0.0.5:41001", "SYN-RECV 0/0 10.0.0.9:80>10.0.0.6:41002"}, whole: true},
		{name: "ss state", kinds: []string{"ss"}, text: "# ss -tan state syn-recv\nRecv-Q Send-Q Local Address:Port Peer Address:Port\n0      0      10.0.0.9:80       10.0.0.6:41002\n",
			want: []string{"SYN-RECV 0/0 10.0.0.9:80>10.0.0.6:41002"}, whole: true},
		{name: "netstat -tan", kinds: []string{"netstat -tan"}, text: "Active Internet connections (servers and established)\nProto Recv-Q Send-Q Local Address Foreign Address State\ntcp 3 0 0.0.0.0:80 0.0.0.0:* LISTEN 12/nginx\ntcp6 0 0 :::22 :::* LISTEN\n",
			want: []string{"LISTEN 3/0 0.0.0.0:80>0.0.0.0:0 nginx", "LISTEN 0/0 [::]:22>[::]:0"}, whole: true},
		{name: "sysctl", kinds: []string{"sysctl"}, text: "net.ipv4.tcp_tw_recycle = 1\nnet.core.somaxconn=128\nnet.ipv4.tcp_rmem = 4096\t131072\t6291456\ntcp_syncookies = 0\n/proc/sys/net/ipv4/conf/eth0/rp_filter:1\n",
			want: []string{"net.ipv4.tcp_tw_recycle=1", "net.core.somaxconn=128", "net.ipv4.tcp_rmem=4096\t131072\t6291456", "net.ipv4.tcp_syncookies=0", "net.ipv4.conf.eth0.rp_filter=1"}, whole: true},
		{name: "cat of a sysctl", kinds: []string{"sysctl"}, text: "root@x:~# cat /proc/sys/net/core/somaxconn\n128\n", want: []string{"net.core.somaxconn=128"}, whole: true},
		{name: "uname", kinds: []string{"uname", "uname"}, text: "3.10.0-693.el7.x86_64\nLinux web1 5.10.0-8-amd64 #1 SMP Debian 5.10.46-4 x86_64 GNU/Linux\n",
			want: []string{"release 3.10.0-693.el7.x86_64", "release 5.10.0-8-amd64"}, whole: true},
		{name: "iptables -L -v", kinds: []string{"iptables -L"}, text: `
Chain PREROUTING (policy ACCEPT 12 packets, 720 bytes)
 pkts bytes target     prot opt in     out     source               destination
   4   240 DNAT       6    --  *      *       0.0.0.0/0            10.0.0.234           tcp dpt:80 to:10.0.0.11:8080
 12K  720K ISTIO_INBOUND  tcp  --  *      *       0.0.0.0/0            0.0.0.0/0
Chain ISTIO_INBOUND (1 references)
 pkts bytes target     prot opt in     out     source               destination
    0     0 RETURN     tcp  --  *      *       0.0.0.0/0            0.0.0.0/0            tcp dpt:22
    2   120 REDIRECT   tcp  --  *      *       0.0.0.0/0            0.0.0.0/0            multiport dports 80,8000:8080 redir ports 15006
    2   120            all  --  lo     *       0.0.0.0/0           !127.0.0.1            owner UID match 1337
`, want: []string{"nat/PREROUTING 4 DNAT tcp dst 10.0.0.234/32 dpt [{80 80}] to 10.0.0.11:8080", "nat/PREROUTING 12000 ISTIO_INBOUND tcp", "nat/ISTIO_INBOUND 0 RETURN tcp dpt [{22 22}]",
			"nat/ISTIO_INBOUND 2 REDIRECT tcp dpt [{80 80} {8000 8080}] to invalid IP:15006", "nat/ISTIO_INBOUND 2  dst 127.0.0.1/32 if owner UID match 1337"}, whole: true},
		{name: "iptables -L without counters", kinds: []string{"iptables -L"}, text: "Chain INPUT (policy DROP)\ntarget     prot opt source               destination\nACCEPT     all  --  0.0.0.0/0            0.0.0.0/0            ctstate RELATED,ESTABLISHED\nREJECT     tcp  --  0.0.0.0/0            0.0.0.0/0            tcp dpt:22 reject-with tcp-reset\n",
			want: []string{"filter/INPUT -1 policy", "filter/INPUT -1 ACCEPT if ctstate RELATED,ESTABLISHED", "filter/INPUT -1 REJECT tcp dpt [{22 22}]"}, whole: true},
		{name: "iptables -L -v without line breaks", kinds: []string{"iptables -L"}, text: `Chain PREROUTING (policy ACCEPT 0 packets, 0 bytes) pkts bytes target prot opt in out source destination 7 420 ISTIO_INBOUND tcp -- * * 0.0.0.0/0 0.0.0.0/0 Chain INPUT (policy ACCEPT 0 packets, 0 bytes) pkts bytes target prot opt in out source destination Chain ISTIO_INBOUND (1 references) pkts bytes target prot opt in out source destination 0 0 RETURN tcp -- * * 0.0.0.0/0 0.0.0.0/0 tcp dpt:22 7 420 REDIRECT tcp -- * * 0.0.0.0/0 0.0.0.0/0 tcp dpt:8080 redir ports 15006`,
			want: []string{"nat/PREROUTING 7 ISTIO_INBOUND tcp", "nat/ISTIO_INBOUND 0 RETURN tcp dpt [{22 22}]", "nat/ISTIO_INBOUND 7 REDIRECT tcp dpt [{8080 8080}] to invalid IP:15006"}, whole: true},
		{name: "iptables-save", kinds: []string{"iptables-save"}, text: `# Generated by iptables-save v1.8.9 on Fri Mar  1 10:00:00 2024
*filter
:INPUT DROP [3:180]
:FORWARD ACCEPT [0:0]
[16:960] -A INPUT -p tcp -m tcp --dport 3306 --tcp-flags FIN,SYN,RST,ACK SYN -m comment --comment "keep out" -j DROP
[1:60] -A INPUT ! -s 10.0.0.0/8 -p tcp -m multiport --dports 80,443 -j REJECT --reject-with icmp-port-unreachable
COMMIT
*nat
[2:120] -A PREROUTING -d 10.0.0.234/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.11:8080
[2:120] -A OUTPUT -p tcp -j REDIRECT --to-ports 15001
COMMIT
`, want: []string{"filter/INPUT 3 policy", "filter/INPUT 16 DROP tcp dpt [{3306 3306}]", "filter/INPUT 1 REJECT tcp dpt [{80 80} {443 443}]", "nat/PREROUTING 2 DNAT tcp dst 10.0.0.234/32 dpt [{80 80}] to 10.0.0.11:8080", "nat/OUTPUT 2 REDIRECT tcp to invalid IP:15001"}, whole: true},
		{name: "nft", kinds: []string{"nft list ruleset"}, text: `table inet filter {
	set allowed {
		type ipv4_addr
		elements = { 10.0.0.1, 10.0.0.2 }
	}
	chain input {
		type filter hook input priority filter; policy drop;
		ct state established,related accept
		iifname "eth0" tcp dport { 22, 443 } counter packets 5 bytes 300 accept
		tcp dport 3306 counter packets 16 bytes 960 drop # handle 4
		tcp dport 23 reject with tcp reset
	}
}
table ip nat {
	chain PREROUTING {
		type nat hook prerouting priority dstnat; policy accept;
		meta l4proto tcp ip daddr 10.0.0.234 tcp dport 80 counter packets 4 bytes 240 dnat to 10.0.0.11:8080
		tcp dport 8080 counter packets 1 bytes 60 redirect to :15006
		counter packets 3 bytes 180 jump CUSTOM
	}
}
`, want: []string{"filter/input -1 policy", "filter/input -1 accept if ct state established,related", "filter/input 5 accept tcp dpt [{22 22} {443 443}]", "filter/input 16 drop tcp dpt [{3306 3306}]", "filter/input -1 reject tcp dpt [{23 23}]",
			"nat/PREROUTING 4 dnat tcp dst 10.0.0.234/32 dpt [{80 80}] to 10.0.0.11:8080", "nat/PREROUTING 1 redirect tcp dpt [{8080 8080}] to invalid IP:15006", "nat/PREROUTING 3 CUSTOM"}, whole: true},
		{name: "conntrack -S", kinds: []string{"conntrack -S"}, text: "cpu=0   \tfound=1 invalid=3 insert=0 insert_failed=2 drop=2 early_drop=0 error=0 search_restart=4\ncpu=1   \tfound=0 invalid=1 insert=0 insert_failed=5 drop=5 early_drop=0 error=0 search_restart=1\n",
			want: []string{"conntrack:insert_failed=7", "conntrack:invalid=4", "conntrack:drop=7"}},
		{name: "conntrack -L", kinds: []string{"conntrack -L"}, text: "tcp      6 119 SYN_SENT src=10.0.0.5 dst=10.0.0.234 sport=4000 dport=80 [UNREPLIED] src=10.0.0.11 dst=10.0.0.5 sport=8080 dport=4000 mark=0 use=1\nconntrack v1.4.6 (conntrack-tools): 1 flow entries have been shown.\n",
			want: []string{"tcp SYN_SENT 10.0.0.5:4000>10.0.0.234:80 answer 10.0.0.11:8080>10.0.0.5:4000 unreplied=true"}, whole: true},
		{name: "ip route", kinds: []string{"ip route"}, text: "default via 10.0.0.1 dev eth0 proto dhcp src 10.0.0.9 metric 100\n10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.9\nblackhole 10.9.0.0/16\n10.3.0.9 via 10.1.0.1 dev eth1 src 10.1.0.9 uid 0\n    cache\n",
			want: []string{"0.0.0.0/0 dev eth0", "10.0.0.0/24 dev eth0", "blackhole 10.9.0.0/16 dev", "10.3.0.9/32 dev eth1"}, whole: true},
		{name: "ip -s link", kinds: []string{"ip -s link"}, text: `2: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UP mode DEFAULT group default
    link/ether 52:54:00:00:00:01 brd ff:ff:ff:ff:ff:ff
    RX: bytes  packets  errors  dropped overrun mcast
    90210      700      0       12      0       0
    TX: bytes  packets  errors  dropped carrier collsns
    80100      650      1       0       0       0
`, want: []string{"eth0:mtu=1450", "eth0:rx_dropped=12", "eth0:tx_errors=1"}},
		{name: "ethtool", kinds: []string{"ethtool -k", "ethtool -S"}, text: "$ ethtool -k eth0\nFeatures for eth0:\ntcp-segmentation-offload: on\n\ttx-tcp-segmentation: on\nlarge-receive-offload: off [fixed]\n$ ethtool -S eth0\nNIC statistics:\n     rx_packets: 90\n     rx_queue_0_drops: 4\n",
			want: []string{"eth0:tcp-segmentation-offload=1", "eth0:tx-tcp-segmentation=1", "eth0:large-receive-offload=0", "eth0:rx_packets=90", "eth0:rx_queue_0_drops=4"}, whole: true},
		{name: "envoy", kinds: []string{"Envoy access log"}, text: `[2024-03-01T10:00:00.000Z] "GET /x HTTP/1.1" 503 UF,URX upstream_reset_before_response_started{connection_failure} - "-" 0 91 5 - "-" "curl" "id" "svc" "10.0.0.11:8080" inbound|8080||
[2024-03-01T10:00:01.000Z] "GET /y HTTP/1.1" 200 - via_upstream - "-" 0 12 5 4 "-" "curl" "id" "svc" "10.0.0.11:8080" inbound|8080||
{"response_code":503,"response_flags":"UH","path":"/z"}
`, want: []string{"UF=503", "URX=503", "-=200", "UH=503"}, whole: true},
		{name: "dmesg", kinds: []string{"dmesg"}, text: `[12345.678901] TCP: request_sock_TCP: Possible SYN flooding on port 443. Sending cookies.  Check SNMP counters.
[12346.000001] usb 1-1: new device
[12347.000001] nf_conntrack: nf_conntrack: table full, dropping packet
Mar  1 10:00:00 web1 kernel: TCP: request_sock_TCP: Possible SYN flooding on port 0.0.0.0:80. Dropping request.
`, want: []string{"SYN flood=443", "conntrack table full=0", "SYN flood=80"}, whole: true, unread: 1},
		{name: "several with prompts", kinds: []string{"uname", "sysctl", "ss", "iptables -L"}, text: "\x1b[32mroot@web1\x1b[0m:~# uname -r\r\n3.10.0-693.el7.x86_64\r\n\r\nroot@web1:~# sysctl net.ipv4.tcp_tw_recycle\r\nnet.ipv4.tcp_tw_recycle = 1\r\nroot@web1:~# ss -lnt\r\nState  Recv-Q Send-Q Local Address:Port Peer Address:Port\r\nLISTEN 0      128     *:80       *:*\r\nroot@web1:~# iptables -nvL\r\nChain INPUT (policy ACCEPT 0 packets, 0 bytes)\r\n pkts bytes target     prot opt in     out     source               destination\r\n",
			want: []string{"release 3.10.0-693.el7.x86_64", "net.ipv4.tcp_tw_recycle=1", "LISTEN 0/128 0.0.0.0:80>0.0.0.0:0"}, whole: true},
	} {
		t.Run(x.name, func(t *testing.T) {
			ev, ok := Parse("x.txt", []byte(x.text))
			if !ok {
				t.Fatal("not recognised")
			}
			var kinds, got []string
			for _, b := range ev.Blocks {
				kinds = append(kinds, b.Command)
			}
			for _, f := range ev.Facts {
				got = append(got, summary(f))
				lines := strings.Split(x.text, "\n")
				if f.Line < 1 || f.Line > len(lines) || f.Source != "x.txt" || f.Text != cut(strings.TrimSpace(plain(lines[f.Line-1]))) {
					t.Errorf("%s stands in line %d as %q", summary(f), f.Line, f.Text)
				}
			}
			if !slices.Equal(kinds, x.kinds) {
				t.Errorf("kinds %q, want %q", kinds, x.kinds)
			}
			for _, w := range x.want {
				if !slices.Contains(got, w) {
					t.Errorf("no fact %q in %q", w, got)
				}
			}
			if x.whole && len(got) != len(x.want) {
				t.Errorf("%d facts, want %d: %q", len(got), len(x.want), got)
			}
			if ev.UnreadCount != x.unread {
				t.Errorf("%d lines not understood, want %d: %v", ev.UnreadCount, x.unread, ev.Unread)
			}
		})
	}
}

// TestSocketDetails reads what ss -i and -m print below a socket.
func TestSocketDetails(t *testing.T) {
	ev, _ := Parse("", []byte("ESTAB 0 0 10.0.0.9:80 10.0.0.5:41001\n\t skmem:(r0,rb1,d3) cubic rto:204 retrans:1/6\n"))
	if s := ev.Facts[0].Socket; s.Retrans != 6 || s.Drops != 3 {
		t.Errorf("%+v", s)
	}
}

// TestNotEvidence holds that other texts are left alone.
func TestNotEvidence(t *testing.T) {
	for _, text := range []string{
		"", "hello world\n", "a = b\nname = value\n", "10:00:00.1 IP 10.0.0.1.400 > 10.0.0.2.80: Flags [S], seq 1, win 64240, length 0\n",
		"# A readme\n\nThe chain of command is State, Recv and Send.\n", `{"key": "value", "n": 5}`, "GET / HTTP/1.1\r\nHost: example\r\n\r\n", "192.0.2.1\n1.2.3.4\n", "\x00\x01\x02\x03",
	} {
		if ev, ok := Parse("x", []byte(text)); ok {
			t.Errorf("%q was taken for %v", text, ev.Blocks)
		}
	}
}

func TestUTF16(t *testing.T) {
	text := []byte{0xff, 0xfe}
	for _, c := range "net.core.somaxconn = 128\r\n" {
		text = append(text, byte(c), 0)
	}
	ev, ok := Parse("x", text)
	if !ok || summary(ev.Facts[0]) != "net.core.somaxconn=128" {
		t.Errorf("%+v", ev)
	}
}

// TestBounds holds that a text with more than is kept is cut and says so.
func TestBounds(t *testing.T) {
	ev, ok := Parse("x", []byte(strings.Repeat("net.core.somaxconn = 128\n", maxFacts+10)))
	if !ok || len(ev.Facts) != maxFacts || !ev.Cut {
		t.Errorf("%d facts, cut %v", len(ev.Facts), ev.Cut)
	}
	ev, _ = Parse("x", []byte("net.core.somaxconn = 128\n"+strings.Repeat("what is this\n", 1000)))
	if ev.UnreadCount != 1000 || len(ev.Unread) != maxUnread {
		t.Errorf("%d of %d lines", len(ev.Unread), ev.UnreadCount)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"Tcp:\n 5 resets sent\nTcpExt:\n X: 5\n", "TcpExtListenOverflows 1 0.0\n#kernel\n", "TcpExt: A B\nTcpExt: 1 2\n", "LISTEN 1 2 *:80 *:*\n\t retrans:0/1\n", "net.core.somaxconn = 1\n",
		"Chain X (1 references)\npkts bytes target\n1 2 DROP tcp -- * * 0.0.0.0/0 !1.2.3.4 tcp dpt:80 /* x\n", "*nat\n[1:2] -A X ! -s 1.2.3.4 -p tcp --dport 1:2 -m comment --comment \"a b\" -j DNAT --to-destination [::1]:5\n",
		"table ip x {\nchain y {\ntype filter hook input priority 0; policy drop;\nip daddr != { 1.2.3.4, 5.6.7.8 } tcp flags & (fin|syn) == syn counter packets 1 bytes 2 dnat to\n}\n}\n",
		"cpu=0 found=1 invalid=2 insert_failed=3\n", "tcp 6 1 X src=1.2.3.4 dst=1.2.3.5 sport=1 dport=2 src=1.2.3.5 dst=1.2.3.4 sport=2 dport=1\n", "default via 1.2.3.4 dev x\n",
		"2: eth0: <UP> mtu 1\n    RX: bytes\n    1 2 3\n", "Features for x:\na: on\n", "NIC statistics:\n  a: 1\n", "[x] \"a\" 503 UF - -\n", "Possible SYN flooding on port", "root@x:~# sysctl -n net.core.somaxconn\n5\n", "5.10.0-x\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		ev, ok := Parse("client-before.txt", b)
		if ok != (len(ev.Blocks) > 0) || len(ev.Facts) > maxFacts || len(ev.Blocks) > maxBlocks {
			t.Fatal("out of bounds")
		}
		known := Gather([]*Evidence{ev, ev})
		for _, h := range known.Hosts {
			for _, hook := range []string{"input", "prerouting", "forward"} {
				h.Filter(Opening{}, hook, hook == "prerouting")
			}
			for _, f := range ev.Facts {
				h.Change(f.Name)
			}
		}
	})
}
