package host

import (
	"slices"
	"strings"
)

// sysctlRoots are the first words of sysctl names.
var sysctlRoots = []string{"net", "kernel", "vm", "fs", "dev", "user", "abi", "crypto", "debug", "sunrpc"}

// isSysctl reports a sysctl's name, whole or as people abbreviate it: the file's
// name below net/ipv4, net/core or conf.
func isSysctl(s string) bool {
	s = sysctlName(s)
	root, rest, ok := strings.Cut(s, ".")
	if ok {
		return rest != "" && slices.Contains(sysctlRoots, root) && !strings.ContainsAny(s, ",;\"'()[]{}")
	}
	return strings.HasPrefix(s, "tcp_") || strings.HasPrefix(s, "nf_conntrack_") || s == "somaxconn" || s == "rp_filter" || s == "ip_forward" ||
		s == "netdev_max_backlog" || s == "ip_local_port_range"
}

// sysctlName writes a path below /proc/sys as a name, and abbreviations in full.
func sysctlName(s string) string {
	if rest, ok := strings.CutPrefix(s, "/proc/sys/"); ok {
		s = strings.ReplaceAll(rest, "/", ".")
	} else if strings.Contains(s, "/") && strings.HasPrefix(s, "net/") {
		s = strings.ReplaceAll(s, "/", ".")
	}
	switch {
	case strings.Contains(s, "."):
		return s
	case strings.HasPrefix(s, "tcp_") && len(s) > 6, s == "ip_forward", s == "ip_local_port_range":
		return "net.ipv4." + s
	case strings.HasPrefix(s, "nf_conntrack_"):
		return "net.netfilter." + s
	case s == "somaxconn", s == "netdev_max_backlog":
		return "net.core." + s
	case s == "rp_filter":
		return "net.ipv4.conf.all.rp_filter"
	}
	return s
}

// setting splits "name = value", "name=value" and grep's "/proc/sys/…:value".
func setting(line string) (name, value string, ok bool) {
	line = strings.TrimSpace(line)
	if strings.HasPrefix(line, "/proc/sys/") {
		name, value, ok = strings.Cut(line, ":")
	}
	if !ok {
		name, value, ok = strings.Cut(line, "=")
	}
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	if !ok || strings.ContainsAny(name, " \t") || !isSysctl(name) {
		return "", "", false
	}
	return sysctlName(name), value, true
}

var formatSysctl = format{
	command: "sysctl",
	starts: func(line string) bool {
		_, _, ok := setting(line)
		return ok
	},
	open: func(*parser) reader { return sysctlReader{} },
}

type sysctlReader struct{}

func (sysctlReader) read(p *parser, line string) bool {
	name, value, ok := setting(line)
	if !ok {
		return strings.HasPrefix(line, "sysctl: ") // a setting that may not be read
	}
	p.setting(name, value)
	return true
}

func (p *parser) setting(name, value string) {
	n, _ := number(value)
	p.fact(Fact{Kind: KindSetting, Name: name, Value: n, Setting: cut(value)})
}

// answer takes the line after a prompt that asked for one value: cat
// /proc/sys/net/core/somaxconn, sysctl -n NAME.
func (p *parser) answer(line string) bool {
	if p.command == "" || p.reader != nil {
		return false
	}
	var name string
	words := strings.Fields(p.command)
	for i, w := range words {
		if strings.HasPrefix(w, "/proc/sys/") && p.ran("cat") || i > 0 && words[i-1] == "-n" && p.ran("sysctl") {
			if name != "" {
				return false
			}
			name = sysctlName(w)
		}
	}
	if name == "" || len(line) > 60 || !isSysctl(name) {
		return false
	}
	p.format = &formatSysctl
	p.setting(name, strings.TrimSpace(line))
	p.command = ""
	p.end()
	return true
}
