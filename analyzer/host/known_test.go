package host

import (
	"net/netip"
	"strings"
	"testing"
)

type text struct{ name, text string }

func gather(t *testing.T, texts ...text) *Known {
	t.Helper()
	var all []*Evidence
	for _, x := range texts {
		ev, ok := Parse(x.name, []byte(x.text))
		if !ok {
			t.Fatalf("%s was not recognised", x.name)
		}
		all = append(all, ev)
	}
	return Gather(all)
}

func TestSnapshots(t *testing.T) {
	whole := func(overflows string) string {
		return "Ip:\n 5 total packets received\nIcmp:\n 0 ICMP messages received\nTcp:\n 2 passive connection openings\n 3 connections established\nUdp:\n 0 packets received\nTcpExt:\n" + overflows
	}
	const line = " 27 times the listen queue of a socket overflowed\n"
	for _, x := range []struct {
		name      string
		texts     []text
		delta     int64
		snapshots int
		note      string
	}{
		{"one", []text{{"a", "TcpExtListenOverflows 5 0.0\n"}}, 0, 1, ""},
		{"grows", []text{{"a", "TcpExtListenOverflows 5 0.0\n"}, {"b", "TcpExtListenOverflows 9 0.0\n"}}, 4, 2, ""},
		{"given the wrong way round", []text{{"a", "TcpExtListenOverflows 9 0.0\n"}, {"b", "TcpExtListenOverflows 5 0.0\n"}}, 4, 2, ""},
		{"in one text", []text{{"a", "TcpExtListenOverflows 5 0.0\nTcpExtListenOverflows 9 0.0\nTcpExtListenOverflows 11 0.0\n"}}, 6, 3, ""},
		{"with times against the order", []text{{"a", "Fri Mar  1 10:05:00 UTC 2024\nTcpExtListenOverflows 9 0.0\nFri Mar  1 10:00:00 UTC 2024\nTcpExtListenOverflows 5 0.0\n"}}, 4, 2, ""},
		{"the names are wrong", []text{{"x-before.txt", "TcpExtListenOverflows 9 0.0\n"}, {"x-after.txt", "TcpExtListenOverflows 5 0.0\n"}}, 4, 2, "counters only grow"},
		{"numbered names", []text{{"x.2.txt", "TcpExtListenOverflows 9 0.0\nTcpExtTW 3 0.0\n"}, {"x.1.txt", "TcpExtListenOverflows 9 0.0\nTcpExtTW 2 0.0\n"}}, 0, 2, ""},
		{"a counter that was not printed before", []text{{"before.txt", whole("")}, {"after.txt", whole(line)}}, 27, 2, ""},
		{"a picked line says nothing of what is missing", []text{{"before.txt", " 3 SYNs to LISTEN sockets dropped\n"}, {"after.txt", line}}, 0, 1, ""},
		{"two hosts", []text{{"a", "TcpExtListenOverflows 9 0.0\nTcpExtTW 0 0.0\n"}, {"b", "TcpExtListenOverflows 5 0.0\nTcpExtTW 4 0.0\n"}}, 0, 1, "do not fit together"},
		{"nstat without -a", []text{{"a", "$ nstat\nTcpExtListenOverflows 9 0.0\nTcpExtTW 1 0.0\n$ nstat\nTcpExtListenOverflows 5 0.0\nTcpExtTW 4 0.0\n"}}, 5, 2, ""},
		{"one host fewer sockets", []text{{"a", whole(line)}, {"b", strings.Replace(whole(strings.Replace(line, "27", "30", 1)), " 3 conn", " 1 conn", 1)}}, 3, 2, ""},
		{"two commands that agree", []text{{"a1", whole("")}, {"a2", whole(line)}, {"b1", "TcpExtListenOverflows 0 0.0\n"}, {"b2", "TcpExtListenOverflows 26 0.0\n"}}, 27, 2, ""},
		{"two commands that disagree", []text{{"a1", whole("")}, {"a2", whole(line)}, {"b1", "TcpExtListenOverflows 7 0.0\n"}, {"b2", "TcpExtListenOverflows 7 0.0\n"}}, 27, 2, "disagree"},
	} {
		t.Run(x.name, func(t *testing.T) {
			k := gather(t, x.texts...)
			c, ok := k.Hosts[0].Change("TcpExtListenOverflows")
			if !ok || c.Snapshots != x.snapshots || c.Delta != x.delta {
				t.Errorf("%+v, want +%d of %d snapshots", c, x.delta, x.snapshots)
			}
			said := ""
			for _, n := range k.Notes {
				said += n.En
				if n.Zh == "" {
					t.Error("only in English:", n.En)
				}
			}
			if x.note == "" && said != "" || !strings.Contains(said, x.note) {
				t.Errorf("notes %q, want %q", said, x.note)
			}
		})
	}
}

// TestHosts holds whose words count for which end of a connection.
func TestHosts(t *testing.T) {
	client, server := netip.MustParseAddr("10.0.0.5"), netip.MustParseAddr("10.0.0.9")
	for _, x := range []struct {
		name, text     string
		client, server bool
	}{
		{"a.txt", "net.core.somaxconn = 1\n", true, true},
		{"server_sysctl.txt", "net.core.somaxconn = 1\n", false, true},
		{"client.txt", "net.core.somaxconn = 1\n", true, false},
		{"router.txt", "net.core.somaxconn = 1\n", false, false},
		{"client-server.txt", "net.core.somaxconn = 1\n", true, true},
		{"ss", "ESTAB 0 0 10.0.0.5:700 10.0.0.9:80\n", true, false},
		{"ss", "LISTEN 0 5 10.0.0.9:80 *:*\n", false, true},
		{"ss", "LISTEN 0 5 10.7.7.7:443 *:*\n", true, false},
		{"ss", "LISTEN 0 5 10.7.7.7:80 *:*\n", true, true}, // behind a translation, perhaps
		{"route", "default via 10.0.0.1 dev eth0 src 10.0.0.5\n", true, false},
	} {
		k := gather(t, text{x.name, x.text})
		if got := len(k.At(client, server, 700, RoleClient)) > 0; got != x.client {
			t.Errorf("%s %q: the client's: %v", x.name, x.text, got)
		}
		if got := len(k.At(server, client, 80, RoleServer)) > 0; got != x.server {
			t.Errorf("%s %q: the server's: %v", x.name, x.text, got)
		}
	}
	k := gather(t, text{"a", "root@web1:~# sysctl net.core.somaxconn\nnet.core.somaxconn = 1\nroot@web2:~# sysctl net.core.somaxconn\nnet.core.somaxconn = 2\n"})
	if len(k.Hosts) != 2 || k.Hosts[0].Label != "web1" || k.Hosts[1].settings["net.core.somaxconn"].Value != 2 {
		t.Errorf("%+v", k.Hosts)
	}
}

func TestFilter(t *testing.T) {
	syn := Opening{From: netip.MustParseAddrPort("10.0.0.5:700"), To: netip.MustParseAddrPort("10.0.0.9:80")}
	back := Opening{From: syn.To, To: syn.From, Reply: true}
	for _, x := range []struct {
		name, text string
		packet     Opening
		hook       string
		nat        bool
		want       Action
		sure       bool
	}{
		{"nothing known", "net.core.somaxconn = 1", syn, "input", false, Other, false},
		{"policy", ":INPUT DROP [5:300]", syn, "input", false, Drop, true},
		{"accepted before", ":INPUT DROP [5:300]\n-A INPUT -p tcp --dport 80 -j ACCEPT\n-A INPUT -p tcp -j DROP", syn, "input", false, Accept, true},
		{"by a chain", "-P INPUT ACCEPT\n-A INPUT -j IN\n-A IN -p udp -j ACCEPT\n-A IN -d 10.0.0.8/31 -j DROP", syn, "input", false, Drop, true},
		{"returned", "-P INPUT ACCEPT\n-A INPUT -j IN\n-A IN -p tcp -j RETURN\n-A IN -j DROP", syn, "input", false, Accept, true},
		{"returned to the policy", ":INPUT DROP [5:300]\n-A INPUT -p tcp -j RETURN\n-A INPUT -j ACCEPT", syn, "input", false, Drop, true},
		{"the next one", ":INPUT DROP [5:300]\n-A INPUT -p udp -j DROP\n-A INPUT -s 10.0.0.6 -j DROP\n-A INPUT -p tcp -j ACCEPT", syn, "input", false, Accept, true},
		{"new ones only", "-P INPUT ACCEPT\n-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\n-A INPUT -j DROP", syn, "input", false, Drop, true},
		{"established", "-P INPUT ACCEPT\n-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\n-A INPUT -j DROP", back, "input", false, Accept, true},
		{"a condition that is not understood", "-P INPUT ACCEPT\n[3:180] -A INPUT -p tcp -m string --string x -j DROP", syn, "input", false, Drop, false},
		{"and never met", "-P INPUT ACCEPT\n[0:0] -A INPUT -p tcp -m string --string x -j DROP\n-A INPUT -j ACCEPT", syn, "input", false, Accept, true},
		{"another hook", "-A FORWARD -j DROP", syn, "input", false, Other, false},
		{"redirected", "*nat\n-A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 15006", syn, "prerouting", true, Redirect, true},
		{"not in this table", "*nat\n-A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 15006", syn, "prerouting", false, Other, false},
		{"chains in a ring", "-A INPUT -j A\n-A A -j INPUT", syn, "input", false, Other, false},
		{"nft", "table inet filter {\nchain in {\ntype filter hook input priority 0; policy accept;\ntcp dport 80 drop\n}\n}", syn, "input", false, Drop, true},
	} {
		f := gather(t, text{"a", x.text + "\n"}).Hosts[0].Filter(x.packet, x.hook, x.nat)
		if f.Action != x.want || f.Sure != x.sure {
			t.Errorf("%s: %q sure %v, want %q %v", x.name, f.Action, f.Sure, x.want, x.sure)
		}
	}
}

func TestRouteTo(t *testing.T) {
	h := gather(t, text{"a", "default via 10.0.0.1 dev eth0\n10.3.0.0/16 via 10.1.0.1 dev eth1\n10.3.4.0/24 dev eth2 scope link\n"}).Hosts[0]
	for addr, want := range map[string]string{"10.3.4.5": "eth2", "10.3.9.9": "eth1", "192.0.2.1": "eth0"} {
		if f, ok := h.RouteTo(netip.MustParseAddr(addr)); !ok || f.Route.Device != want {
			t.Errorf("%s: %v", addr, f.Route)
		}
	}
}
