package host

import (
	"fmt"
	"strings"
	"testing"
)

// The lines of /proc/net/netstat are longer than those that hold several lines,
// and its counters are not those of /proc/net/snmp.
func TestProcNet(t *testing.T) {
	names, values := "TcpExt: ListenOverflows", "TcpExt: 7"
	for i := range 130 {
		names += fmt.Sprintf(" Counter%c%c", 'A'+i/26, 'a'+i%26)
		values += " 1000"
	}
	ext, _ := Parse("netstat.txt", []byte(names+"\n"+values+"\n"))
	if len(ext.Facts) != 131 || ext.UnreadCount != 0 || len(ext.Blocks) != 1 {
		t.Errorf("%d facts, %d lines unread, %d blocks", len(ext.Facts), ext.UnreadCount, len(ext.Blocks))
	}
	snmp, _ := Parse("snmp.txt", []byte("Tcp: RtoAlgorithm RtoMin MaxConn ActiveOpens\nTcp: 1 200 -1 12\nUdp: InDatagrams NoPorts InErrors\nUdp: 5 6 7\n"))
	if notes := Gather([]*Evidence{ext, snmp}).Notes; len(notes) != 0 {
		t.Errorf("notes: %v", notes)
	}
	later, _ := Parse("netstat-after.txt", []byte(names+"\n"+strings.Replace(values, ": 7", ": 9", 1)+"\n"))
	known := Gather([]*Evidence{ext, snmp, later, snmp})
	host := known.Hosts[0]
	if len(known.Notes) != 0 {
		t.Errorf("notes: %v", known.Notes)
	}
	if c, ok := host.Change("TcpExtListenOverflows"); !ok || c.Delta != 2 {
		t.Errorf("%v, %v", c, ok)
	}
}

// A kernel that has seen one type of ICMP message has one name in the line.
func TestProcNetOfOneName(t *testing.T) {
	for _, text := range []string{
		"IcmpMsg: InType3 OutType3\nIcmpMsg: 87 90\nTcp: RtoAlgorithm RtoMin MaxConn ActiveOpens\nTcp: 1 200 -1 12\n",
		"Icmp: InMsgs InErrors\nIcmp: 87 0\nIcmpMsg: InType3\nIcmpMsg: 87\nTcp: RtoAlgorithm RtoMin MaxConn ActiveOpens\nTcp: 1 200 -1 12\n",
		"IcmpMsg: InType3\nIcmpMsg: 87\n",
	} {
		ev, ok := Parse("snmp.txt", []byte(text))
		if !ok || ev.UnreadCount != 0 {
			t.Errorf("%q: not understood: %+v", text, ev.Unread)
		}
	}
}
