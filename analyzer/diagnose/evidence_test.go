package diagnose

import (
	"slices"
	"strings"
	"testing"

	"wirewhy/analyzer"
	"wirewhy/analyzer/host"
	"wirewhy/analyzer/internal/script"
)

// hostLines takes the lines "host NAME: TEXT" out of a fixture: what hosts say, by
// the name of the text.
func hostLines(s string) (*host.Known, string) {
	var names, rest []string
	texts := map[string]string{}
	for _, l := range strings.Split(s, "\n") {
		after, ok := strings.CutPrefix(l, "host ")
		name, line, found := strings.Cut(after, ": ")
		if !ok || !found {
			rest = append(rest, l)
			continue
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		texts[name] += line + "\n"
	}
	var all []*host.Evidence
	for _, name := range names {
		ev, ok := host.Parse(name, []byte(texts[name]))
		if !ok {
			panic("nothing recognised in " + name)
		}
		all = append(all, ev)
	}
	if len(all) == 0 {
		return nil, s
	}
	return host.Gather(all), strings.Join(rest, "\n")
}

const (
	silentAtServer = `
client = 10.3.0.9:51000
server = 10.3.7.10:443 ttl 64
0 10.3.0.9:50000 > server S ttl 57
+0.0001 server > 10.3.0.9:50000 S.
+0.02 10.3.0.9:50000 > server . ttl 57
+0.0001 10.3.0.9:50000 > server P. len 100 ttl 57
+0.0002 server > 10.3.0.9:50000 P. len 200
+0.02 10.3.0.9:50000 > server F. ttl 57
+0.0001 server > 10.3.0.9:50000 F.
+0.02 10.3.0.9:50000 > server . ttl 57
+1 client > server S ttl 57
+1.01 client > server S ttl 57
+2.02 client > server S ttl 57
+4.03 client > server S ttl 57
`
	upstreamDown = `
client = 10.3.0.9:51000
server = 10.3.7.10:8080
0 client > server S
+0.0002 server > client S.
+0.0001 client > server .
+0.0003 client > server P. len 106
+0.0001 server > client .
+0.0002 server > client R.
`
	wrongSource = `
client = 10.3.0.9:51000
server = 10.3.7.10:80
0 client > server S
+0.0002 10.3.7.77:80 > client S.
+0.0001 client > 10.3.7.77:80 R
+1 client > server S
+0.0002 10.3.7.77:80 > client S.
+0.0001 client > 10.3.7.77:80 R
`
)

// TestHostsSpeak holds what texts of hosts do to the diagnosis of one flow.
func TestHostsSpeak(t *testing.T) {
	const nat = `
host pod.txt: Chain PREROUTING (policy ACCEPT 0 packets, 0 bytes)
host pod.txt:  pkts bytes target prot opt in out source destination
host pod.txt:     9   540 ISTIO_INBOUND tcp -- * * 0.0.0.0/0 0.0.0.0/0
host pod.txt: Chain ISTIO_INBOUND (1 references)
host pod.txt:     4   240 ISTIO_IN_REDIRECT tcp -- * * 0.0.0.0/0 0.0.0.0/0 tcp dpt:8080
host pod.txt: Chain ISTIO_IN_REDIRECT (1 references)
host pod.txt:     9   540 REDIRECT tcp -- * * 0.0.0.0/0 0.0.0.0/0 redir ports 15006
`
	for _, x := range []struct {
		name, script, want string
		evidence           []string // parts of the lines without frames
		excluded           []string
		note               string // part of what is noted of the texts
	}{
		{"overflow", silentAtServer + "host before.txt: TcpExtListenOverflows 3 0.0\nhost after.txt: TcpExtListenOverflows 30 0.0",
			"accept-queue-overflow likely", []string{"overflowed (ListenOverflows): +27 between the snapshots (after.txt, line 1)"}, nil, ""},
		{"names against the order of the texts", silentAtServer + "host after.txt: TcpExtListenOverflows 30 0.0\nhost before.txt: TcpExtListenOverflows 3 0.0",
			"accept-queue-overflow likely", []string{"+27"}, nil, ""},
		{"names that are wrong", silentAtServer + "host before.txt: TcpExtListenOverflows 30 0.0\nhost after.txt: TcpExtListenOverflows 3 0.0",
			"accept-queue-overflow likely", []string{"+27"}, nil, "counters only grow"},
		{"one snapshot", silentAtServer + "host a.txt: TcpExtListenOverflows 3 0.0",
			"syn-reached-server-no-reply likely", nil, nil, ""},
		{"full queue", silentAtServer + "host a.txt: LISTEN 129 128 0.0.0.0:443 0.0.0.0:*",
			"accept-queue-overflow certain", []string{"129 connections wait in the accept queue of 0.0.0.0:443, whose limit is 128"}, nil, ""},
		{"full queue of another port", silentAtServer + "host a.txt: LISTEN 129 128 0.0.0.0:444 0.0.0.0:*", "syn-reached-server-no-reply likely", nil, nil, ""},
		{"the client's counters", silentAtServer + "host client-before.txt: TcpExtListenOverflows 3 0.0\nhost client-after.txt: TcpExtListenOverflows 30 0.0",
			"syn-reached-server-no-reply likely", nil, nil, ""},
		{"the client's sockets", silentAtServer + "host a.txt: $ ss -tan\nhost a.txt: ESTAB 0 0 10.3.0.9:700 10.9.9.9:22\nhost a.txt: LISTEN 129 128 0.0.0.0:443 0.0.0.0:*",
			"syn-reached-server-no-reply likely", nil, nil, ""},
		{"two counters", silentAtServer + "host before.txt: TcpExtListenOverflows 3 0.0\nhost before.txt: TcpExtIPReversePathFilter 1 0.0\nhost after.txt: TcpExtListenOverflows 30 0.0\nhost after.txt: TcpExtIPReversePathFilter 9 0.0",
			"syn-reached-server-no-reply likely", []string{"ListenOverflows): +27", "IPReversePathFilter): +8"}, nil, ""},
		{"both queues", silentAtServer + "host before.txt: TcpExtListenOverflows 3 0.0\nhost before.txt: TcpExtTCPReqQFullDrop 1 0.0\nhost after.txt: TcpExtListenOverflows 30 0.0\nhost after.txt: TcpExtTCPReqQFullDrop 9 0.0",
			"accept-queue-overflow likely", []string{"ListenOverflows): +27"}, nil, ""},
		{"nothing rose", silentAtServer + "host before.txt: TcpExtListenOverflows 3 0.0\nhost after.txt: TcpExtListenOverflows 3 0.0",
			"syn-reached-server-no-reply likely", nil, []string{"accept-queue-overflow"}, ""},
		{"syn queue", silentAtServer + "host before.txt: TcpExtTCPReqQFullDrop 0 0.0\nhost after.txt: TcpExtTCPReqQFullDrop 4 0.0\nhost s.txt: net.ipv4.tcp_syncookies = 0",
			"syn-queue-overflow certain", []string{"TCPReqQFullDrop): +4", "tcp_syncookies = 0"}, nil, ""},
		{"reverse path", silentAtServer + "host before.txt: TcpExtIPReversePathFilter 0 0.0\nhost after.txt: TcpExtIPReversePathFilter 4 0.0\nhost s.txt: net.ipv4.conf.all.rp_filter = 1\nhost r.txt: default via 10.3.7.1 dev eth1",
			"rp-filter-drop certain", []string{"IPReversePathFilter): +4", "rp_filter = 1", "leaves by eth1"}, nil, ""},
		{"paws", silentAtServer + "host before.txt: TcpExtPAWSPassive 5 0.0\nhost after.txt: TcpExtPAWSPassive 9 0.0\nhost s.txt: net.ipv4.tcp_tw_recycle = 1\nhost u.txt: 3.10.0-693.el7.x86_64",
			"paws-per-host-drop certain", []string{"PAWSPassive): +4", "tcp_tw_recycle = 1", "before 4.12"}, nil, ""},
		{"paws on a new kernel", silentAtServer + "host before.txt: TcpExtPAWSPassive 5 0.0\nhost after.txt: TcpExtPAWSPassive 9 0.0\nhost u.txt: 5.10.0-8-amd64",
			"syn-reached-server-no-reply likely", []string{"PAWSPassive): +4"}, []string{"paws-per-host-drop"}, "not of one host"},
		{"dropped by a rule", silentAtServer + "host a.txt: -P INPUT ACCEPT\nhost a.txt: [4:240] -A INPUT -p tcp -m tcp --dport 443 -j DROP",
			"syn-reached-server-no-reply certain", []string{"a rule of the packet filter drops it: chain INPUT"}, nil, ""},
		{"a rule for others", silentAtServer + "host a.txt: -P INPUT ACCEPT\nhost a.txt: [4:240] -A INPUT -s 192.0.2.0/24 -p tcp -m tcp --dport 443 -j DROP",
			"syn-reached-server-no-reply likely", nil, nil, ""},
		{"a rule that never matched", silentAtServer + "host a.txt: -P INPUT ACCEPT\nhost a.txt: [0:0] -A INPUT -p tcp -m tcp --dport 443 -j DROP",
			"syn-reached-server-no-reply likely", nil, nil, ""},
		{"full table", silentAtServer + "host a.txt: [ 12.5] nf_conntrack: nf_conntrack: table full, dropping packet",
			"syn-reached-server-no-reply likely", []string{"table full"}, nil, ""},
		{"sidecar", upstreamDown + nat, "upstream-down-behind-proxy likely", []string{"port 8080 are redirected to port 15006", "4 connections were intercepted", "Istio"}, nil, ""},
		{"sidecar's log", upstreamDown + `host log.txt: [2024-03-01T10:00:00.000Z] "- - -" 0 UF,URX - - "-" 0 0 1 - "-" "-" "-" "-" "10.3.7.10:8080"`,
			"upstream-down-behind-proxy certain", []string{"UF"}, nil, ""},
		{"another port is redirected", upstreamDown + strings.ReplaceAll(nat, "8080", "9090"), "upstream-down-behind-proxy possible", nil, nil, ""},
		{"translation", wrongSource + "host r.txt: $ iptables -t nat -nvL\nhost r.txt: Chain PREROUTING (policy ACCEPT 0 packets, 0 bytes)\nhost r.txt: 4 240 DNAT 6 -- * * 0.0.0.0/0 10.3.7.10 tcp dpt:80 to:10.3.7.77:80",
			"synack-wrong-source certain", []string{"translates 10.3.7.10:80 to 10.3.7.77:80"}, nil, ""},
		{"tracking", wrongSource + "host r.txt: tcp 6 119 SYN_SENT src=10.3.0.9 dst=10.3.7.10 sport=51000 dport=80 [UNREPLIED] src=10.3.7.77 dst=10.3.0.9 sport=80 dport=51000 mark=0 use=1",
			"synack-wrong-source certain", []string{"UNREPLIED"}, nil, ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			said, rest := hostLines(x.script)
			s, err := script.Parse(rest)
			if err != nil {
				t.Fatal(err)
			}
			c := conclude(s, true, said)
			if len(c.Findings) == 0 {
				t.Fatal("no findings")
			}
			f := c.Findings[0]
			if strings.Contains(f.Summary.En, "The last of them was answered") {
				t.Error("says that a SYN was answered, and none was")
			}
			if got := f.Diagnosis + " " + string(f.Confidence); got != x.want {
				t.Errorf("%s, want %s", got, x.want)
			}
			for _, want := range x.evidence {
				if !slices.ContainsFunc(f.Evidence, func(e analyzer.Evidence) bool {
					return len(e.Frames) == 0 && strings.Contains(e.Text.En, want) && e.Text.Zh != ""
				}) {
					t.Errorf("no evidence says %q: %v", want, f.Evidence)
				}
			}
			for _, id := range x.excluded {
				if !slices.ContainsFunc(f.Excluded, func(e analyzer.Exclusion) bool { return e.Diagnosis == id }) {
					t.Errorf("%s is not excluded: %v", id, f.Excluded)
				}
			}
			if x.note == "" && len(said.Notes) > 0 || x.note != "" && !slices.ContainsFunc(said.Notes, func(n analyzer.Text) bool { return strings.Contains(n.En, x.note) }) {
				t.Errorf("notes %v, want %q", said.Notes, x.note)
			}
			checkFinding(t, x.name, f)
		})
	}
}
