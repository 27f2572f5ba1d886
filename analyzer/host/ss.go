package host

import (
	"slices"
	"strconv"
	"strings"
)

// socketStates are the states as ss and netstat write them, and as ss does.
var socketStates = map[string]string{
	"LISTEN": "LISTEN", "ESTAB": "ESTAB", "ESTABLISHED": "ESTAB", "SYN-SENT": "SYN-SENT", "SYN_SENT": "SYN-SENT", "SYN-RECV": "SYN-RECV",
	"SYN_RECV": "SYN-RECV", "FIN-WAIT-1": "FIN-WAIT-1", "FIN_WAIT1": "FIN-WAIT-1", "FIN-WAIT-2": "FIN-WAIT-2", "FIN_WAIT2": "FIN-WAIT-2",
	"TIME-WAIT": "TIME-WAIT", "TIME_WAIT": "TIME-WAIT", "CLOSE-WAIT": "CLOSE-WAIT", "CLOSE_WAIT": "CLOSE-WAIT", "LAST-ACK": "LAST-ACK",
	"LAST_ACK": "LAST-ACK", "CLOSING": "CLOSING", "UNCONN": "UNCONN", "CLOSE": "CLOSE", "NEW-SYN-RECV": "SYN-RECV", "LISTENING": "LISTEN",
}

var socketProtos = []string{"tcp", "udp", "tcp6", "udp6", "mptcp", "raw", "sctp", "u_str", "u_dgr", "u_seq", "nl", "icmp6", "p_raw", "p_dgr", "v_str", "xdp", "tipc"}

var formatSS = format{
	command: "ss",
	starts: func(line string) bool {
		w := strings.Fields(line)
		return ssHeader(w) || len(w) >= 5 && ssLine(w) >= 0
	},
	open: func(p *parser) reader {
		r := &ssReader{}
		if p.ran("ss") {
			words := strings.Fields(p.command)
			if i := slices.Index(words, "state"); i >= 0 && i+1 < len(words) {
				r.state = socketStates[strings.ToUpper(words[i+1])]
			}
		}
		return r
	},
}

func ssHeader(w []string) bool {
	at := slices.Index(w, "Recv-Q")
	return at >= 0 && at <= 2 && at+2 < len(w) && w[at+1] == "Send-Q" && w[at+2] == "Local" && !slices.Contains(w, "Foreign")
}

// ssLine returns the place of Recv-Q in a line of ss with a state; -1 if it is none.
func ssLine(w []string) int {
	at := 0
	if slices.Contains(socketProtos, w[0]) {
		at = 1
	}
	if at+4 < len(w) && socketStates[w[at]] != "" && isNumber(w[at+1]) && isNumber(w[at+2]) {
		return at + 1
	}
	return -1
}

// ssReader reads ss with any of its options.
type ssReader struct {
	headed bool
	bare   bool   // no column for the state: ss state …
	state  string // that was asked for, then
}

func (r *ssReader) read(p *parser, line string) bool {
	w := strings.Fields(line)
	if ssHeader(w) {
		if r.headed {
			return false
		}
		r.headed, r.bare = true, w[0] == "Recv-Q"
		return true
	}
	if f := p.last(); f != nil && f.Socket != nil && (line[0] == ' ' || line[0] == '\t') && !isNumber(w[0]) && socketStates[w[0]] == "" {
		ssDetails(f.Socket, w)
		return true
	}
	at := 0
	s := &Socket{State: r.state, Retrans: -1, Drops: -1, Limit: true}
	if !r.bare {
		if len(w) < 5 {
			return false
		}
		if at = ssLine(w); at < 0 {
			return false
		}
		s.State = socketStates[w[at-1]]
		if at == 2 {
			s.Proto = w[0]
		}
	}
	if len(w) < at+4 || !r.socket(s, w[at:]) {
		return at > 0 && strings.HasPrefix(s.Proto, "u_") || s.Proto == "nl" // sockets within the host
	}
	p.fact(Fact{Kind: KindSocket, Name: s.State, Socket: s})
	return true
}

// socket fills a socket from the words from Recv-Q on.
func (r *ssReader) socket(s *Socket, w []string) bool {
	var ok [4]bool
	peer := w[3]
	rest := w[4:]
	if i := strings.Index(peer, "users:"); i > 0 { // the columns may touch
		peer, rest = w[3][:i], append([]string{w[3][i:]}, rest...)
	}
	s.RecvQ, ok[0] = number(w[0])
	s.SendQ, ok[1] = number(w[1])
	s.Local, ok[2] = addrPort(w[2])
	s.Peer, ok[3] = addrPort(peer)
	for _, x := range rest {
		if name, found := strings.CutPrefix(x, `users:(("`); found {
			s.Process, _, _ = strings.Cut(name, `"`)
		}
	}
	ssDetails(s, rest)
	return ok == [4]bool{true, true, true, true}
}

// ssDetails reads what ss -i and -m add: retrans:0/3, skmem:(…,d5).
func ssDetails(s *Socket, words []string) {
	for _, w := range words {
		if v, ok := strings.CutPrefix(w, "retrans:"); ok {
			_, total, _ := strings.Cut(v, "/")
			if n, ok := number(total); ok {
				s.Retrans = n
			}
		}
		if v, ok := strings.CutPrefix(w, "skmem:("); ok {
			if i := strings.LastIndex(v, ",d"); i >= 0 {
				if n, err := strconv.ParseInt(strings.TrimRight(v[i+2:], ")"), 10, 64); err == nil {
					s.Drops = n
				}
			}
		}
	}
}

// formatNetstatSockets is netstat -tan: protocol first, state last.
var formatNetstatSockets = format{
	command: "netstat -tan",
	starts: func(line string) bool {
		w := strings.Fields(line)
		return len(w) > 3 && w[0] == "Proto" && w[1] == "Recv-Q" || strings.HasPrefix(line, "Active Internet connections") || netstatSocket(w) != nil
	},
	open: func(*parser) reader { return netstatSocketReader{} },
}

type netstatSocketReader struct{}

func (netstatSocketReader) read(p *parser, line string) bool {
	w := strings.Fields(line)
	if w[0] == "Proto" || strings.HasPrefix(line, "Active Internet connections") {
		return true
	}
	s := netstatSocket(w)
	if s == nil {
		return false
	}
	p.fact(Fact{Kind: KindSocket, Name: s.State, Socket: s})
	return true
}

func netstatSocket(w []string) *Socket {
	if len(w) < 6 || !strings.HasPrefix(w[0], "tcp") || socketStates[w[5]] == "" {
		return nil
	}
	s := &Socket{Proto: w[0], State: socketStates[w[5]], Retrans: -1, Drops: -1}
	var ok [4]bool
	s.RecvQ, ok[0] = number(w[1])
	s.SendQ, ok[1] = number(w[2])
	s.Local, ok[2] = addrPort(w[3])
	s.Peer, ok[3] = addrPort(w[4])
	if ok != [4]bool{true, true, true, true} {
		return nil
	}
	if len(w) > 6 {
		if _, name, found := strings.Cut(w[6], "/"); found {
			s.Process = name
		}
	}
	return s
}
