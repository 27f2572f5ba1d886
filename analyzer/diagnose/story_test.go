package diagnose

import (
	"strings"
	"testing"

	"wirewhy/analyzer/internal/script"
)

// What a finding says of one flow depends on what happened to its neighbours.
func TestStories(t *testing.T) {
	const open = `
+0 10.0.0.5:${5000+i} > 10.0.9.9:80 S ttl 60
+0.00003 10.0.9.9:80 > 10.0.0.5:${5000+i} S.
+0.01 10.0.0.5:${5000+i} > 10.0.9.9:80 . ttl 60
+0.001 10.0.0.5:${5000+i} > 10.0.9.9:80 P. len 35 ttl 60
`
	for name, c := range map[string]struct {
		text     string
		findings []string // diagnoses, in their order
		first    []string // what the first one says
	}{
		"an overflow's own reset is no idle timeout": {`
client = 10.0.0.5:5000 ttl 60
server = 10.0.9.9:80
0 client > server S
+0.00003 server > client S.
+0.01 client > server .
+0.001 client > server P. len 35
+0.4 client > server again
+0.6 server > client S.
+0.01 client > server .
+8 client > server P. seq @1 len 35
+0.00003 server > client R
`, []string{"accept-queue-overflow"}, []string{"ss -lnt decides"}},
		"one address that is not translated back is one finding": {`
0 10.0.0.5:5000 > 10.0.9.234:80 S
+0.001 10.0.9.11:80 > 10.0.0.5:5000 S.
+0.0001 10.0.0.5:5000 > 10.0.9.11:80 R
+1 10.0.0.5:5000 > 10.0.9.234:80 S
+0.5 10.0.0.5:5001 > 10.0.9.234:443 S
+0.001 10.0.9.11:8443 > 10.0.0.5:5001 S.
+0.0001 10.0.0.5:5001 > 10.0.9.11:8443 R
+1 10.0.0.5:5001 > 10.0.9.234:443 S
`, []string{"synack-wrong-source"}, []string{"10.0.9.11"}},
		"those that wait in the queue, and those that do not get into it": {`
repeat 2 every 0.1
` + open + `
  +0.00003 10.0.9.9:80 > 10.0.0.5:${5000+i} .
end
+1 10.0.0.5:5100 > 10.0.9.9:80 S ttl 60
+1 10.0.0.5:5100 > 10.0.9.9:80 S ttl 60
+2 10.0.0.5:5100 > 10.0.9.9:80 S ttl 60
+4 10.0.0.5:5100 > 10.0.9.9:80 S ttl 60
`, []string{"server-app-silent", "syn-reached-server-no-reply"}, []string{"not even taken", "(1)"}},
		"an early error answer that the reset destroys": {`
client = 10.0.0.5:50100
server = 10.0.9.80:80 ttl 60
0 client > server S
+0.01 server > client S.
+0.00005 client > server .
+0.0005 client > server . data "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 90000\r\n\r\n"
+0.0005 client > server . len 1448
+0.01 server > client P. data "HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno"
+0.0001 server > client R.
+0.0005 client > server . len 1448
`, []string{"server-abort"}, []string{"HTTP status 413"}},
		"losses counted by a sender that goes back": {`
client = 10.0.0.5:50100
server = 10.0.9.80:80
0 client > server S <mss 1460>
+0.00005 server > client S. <mss 1460>
+0.03 client > server .
+0.0005 client > server P. len 80
repeat 5 every 0.2
  +0.0005 server > client . len 1460
  +0.0005 server > client . len 1460
  +0.2 server > client again
  +0.03 client > server .
end
`, []string{"packet-loss"}, []string{"do not use SACK"}},
		"an outage of one connection alone": {`
client = 10.20.0.5:40001
server = 10.20.9.80:8080 ttl 61
0 client > server S
+0.01 server > client S.
+0.00005 client > server .
+0.001 client > server P. len 1000
+0.01 server > client .
+0.001 client > server P. len 1000
+0.2 client > server again
+0.4 client > server again
+0.1 10.20.0.6:40003 > 10.20.9.81:8080 S
+0.01 10.20.9.81:8080 > 10.20.0.6:40003 S. ttl 61
+0.00005 10.20.0.6:40003 > 10.20.9.81:8080 .
+0.1 10.20.0.5:40002 > 10.20.9.81:8080 S
+0.01 10.20.9.81:8080 > 10.20.0.5:40002 S. ttl 61
+0.00005 10.20.0.5:40002 > 10.20.9.81:8080 .
+0.5 client > server again
+1.6 client > server again
+0.01 server > client .
+0.001 client > server P. len 1000
+0.01 server > client .
+0.001 server > client P. len 20
+0.00005 client > server .
+0.001 client > server F.
+0.01 server > client F.
+0.00005 client > server .
`, []string{"path-outage"}, []string{"opened meanwhile (1)"}},
		"a client's own timeout": {`
client = 10.0.0.5:50100
server = 10.0.9.80:80 ttl 60
0 client > server S
+0.01 server > client S.
+0.00005 client > server .
+0.0005 client > server P. len 300
+0.01 server > client .
+2.993 client > server R.
`, []string{"client-abort"}, []string{"3 s sharp"}},
		"TIME_WAIT where the server closes first": {`
client = 10.0.0.5:50100
server = 10.0.9.80:80 ttl 60
repeat 4 every 20
  +0 client > server S new
  +0.001 server > client S. new
  +0.001 client > server .
  +0.001 client > server P. len 100
  +0.001 server > client P. len 100
  +0.001 server > client F.
  +0.001 client > server F.
  +0.001 server > client .
end
`, []string{"timewait-port-reuse"}, []string{"first on 4 of 4"}},
		"others are answered in the same seconds": {`
repeat 8 every 0.5
  +0 10.0.0.7:${5000+i} > 10.0.9.9:80 S ttl 60
  +0.00003 10.0.9.9:80 > 10.0.0.7:${5000+i} S.
  +0.01 10.0.0.7:${5000+i} > 10.0.9.9:80 . ttl 60
  +0.001 10.0.0.7:${5000+i} > 10.0.9.9:80 P. len 35 ttl 60
  +0.001 10.0.9.9:80 > 10.0.0.7:${5000+i} P. len 35
end
0.2 10.0.0.5:5100 > 10.0.9.9:80 S ttl 60
+1 10.0.0.5:5100 > 10.0.9.9:80 S ttl 60
+2 10.0.0.5:5100 > 10.0.9.9:80 S ttl 60
+4 10.0.0.5:5100 > 10.0.9.9:80 S ttl 60
`, []string{"syn-reached-server-no-reply"}, []string{"what sets this client apart"}},
		"multicast": {`
0 10.0.0.5:5000 > 224.0.0.251:80 S
+1 10.0.0.5:5000 > 224.0.0.251:80 S
+2 10.0.0.5:5000 > 224.0.0.251:80 S
`, []string{"syn-to-broadcast-or-multicast"}, []string{"a multicast address"}},
		"a host's address in a broadcast frame": {`
0 10.0.0.5:5000 > 10.0.0.20:80 S bcast
+1 10.0.0.5:5000 > 10.0.0.20:80 S bcast
+2 10.0.0.5:5000 > 10.0.0.20:80 S bcast
`, []string{"syn-to-broadcast-or-multicast"}, []string{"in a broadcast frame"}},
		"a flood that fills the queue, and a client that means it": {`
repeat 8 every 0.01
  +0 10.1.0.1:${5000+i} > 10.0.9.9:80 S ttl 60
  +0.00003 10.0.9.9:80 > 10.1.0.1:${5000+i} S.
end
repeat 40 every 0.01
  +0 10.1.0.2:${5000+i} > 10.0.9.9:80 S ttl 60
end
+0.1 10.0.0.5:5100 > 10.0.9.9:80 S ttl 58
+1 10.0.0.5:5100 > 10.0.9.9:80 S ttl 58
+2 10.0.0.5:5100 > 10.0.9.9:80 S ttl 58
+4 10.0.0.5:5100 > 10.0.9.9:80 S ttl 58
`, []string{"syn-flood", "syn-reached-server-no-reply"}, []string{"answered 8 of them and drops the rest"}},
		"a flood met with cookies": {`
repeat 40 every 0.01
  +0 10.1.0.2:${5000+i} > 10.0.9.9:80 S ttl 60
  +0.00003 10.0.9.9:80 > 10.1.0.2:${5000+i} S.
end
+5 10.0.0.5:5100 > 10.0.9.9:80 S ttl 58
+0.00003 10.0.9.9:80 > 10.0.0.5:5100 S.
+0.01 10.0.0.5:5100 > 10.0.9.9:80 . ttl 58
+0.001 10.0.0.5:5100 > 10.0.9.9:80 P. len 35 ttl 58
+0.001 10.0.9.9:80 > 10.0.0.5:5100 P. len 35
`, []string{"syn-flood", "syn-cookies"}, []string{"answered every one", "still get in"}},
		"a SYN that is translated and sent on": {`
link sll2
0 10.0.0.5:5000 > 10.96.0.1:80 S in if 1 ttl 63 seq 100
+0.00002 10.0.0.5:5000 > 10.0.9.11:80 S out if 2 ttl 62 seq 100
+1 10.0.0.5:5000 > 10.96.0.1:80 S in if 1 ttl 63
+0.00002 10.0.0.5:5000 > 10.0.9.11:80 S out if 2 ttl 62
+2 10.0.0.5:5000 > 10.96.0.1:80 S in if 1 ttl 63
+0.00002 10.0.0.5:5000 > 10.0.9.11:80 S out if 2 ttl 62
+4 10.0.0.5:5000 > 10.96.0.1:80 S in if 1 ttl 63
+0.00002 10.0.0.5:5000 > 10.0.9.11:80 S out if 2 ttl 62
`, []string{"syn-no-response"}, []string{"SYN to 10.96.0.1:80", "translated it to 10.0.9.11:80"}},
	} {
		f := conclude(script.MustParse(c.text), true, nil).Findings
		var ids []string
		for _, x := range f {
			ids = append(ids, x.Diagnosis)
		}
		if strings.Join(ids, " ") != strings.Join(c.findings, " ") {
			t.Errorf("%s: %v, want %v", name, ids, c.findings)
			continue
		}
		for _, w := range c.first {
			if !strings.Contains(f[0].Title.En+f[0].Summary.En, w) {
				t.Errorf("%s: does not say %q: %s", name, w, f[0].Summary.En)
			}
		}
	}
}
