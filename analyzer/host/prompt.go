package host

import (
	"path"
	"slices"
	"strings"
	"time"
)

// commands whose output is read here, and those that stand before them in a line.
var commands = []string{
	"netstat", "nstat", "ss", "sysctl", "uname", "iptables", "ip6tables", "iptables-save", "ip6tables-save", "nft", "conntrack", "ip",
	"ethtool", "dmesg", "journalctl", "cat", "grep", "sudo", "watch", "nsenter", "kubectl", "docker", "crictl", "date", "echo", "sleep",
	"tcpdump", "head", "tail", "ssh", "hostname", "iptables-nft", "iptables-legacy", "for", "while", "clear", "curl",
}

// prompt recognises a shell's prompt and the command after it:
// root@web1:~# netstat -s, [root@web1 ~]$ ss -lnt, $ nstat -az, bash-5.1# …
func prompt(line string) (host, command string, ok bool) {
	line = strings.TrimSpace(line)
	if bare := strings.TrimPrefix(line, "+ "); isCommand(bare) { // as set -x prints them, or without a prompt
		return "", bare, true
	}
	at := strings.IndexAny(line, "#$")
	if at < 0 || at > 80 {
		return "", "", false
	}
	before, after := strings.TrimSpace(line[:at]), line[at+1:]
	if after != "" && after[0] != ' ' {
		return "", "", false
	}
	command = strings.TrimSpace(after)
	word, _, _ := strings.Cut(command, " ")
	known := slices.Contains(commands, path.Base(word))
	inner := strings.Trim(before, "[]")
	user, rest, named := strings.Cut(inner, "@")
	switch {
	case before == "":
		return "", command, known && command != ""
	case named && user != "" && !strings.ContainsAny(user, " =:/,"):
		end := strings.IndexAny(rest, ": ~]")
		if end < 0 {
			end = len(rest)
		}
		return rest[:end], command, known || command == ""
	case strings.HasPrefix(before, "bash") || strings.HasPrefix(before, "sh-") || strings.HasPrefix(before, "/") || before == "~":
		return "", command, known
	}
	return "", "", false
}

// argument returns the word after one of the options of the command at the last
// prompt: of "ethtool -S eth0", argument("-S") is eth0.
func (p *parser) argument(options ...string) string {
	words := strings.Fields(p.command)
	for i, w := range words {
		if slices.Contains(options, w) && i+1 < len(words) {
			return words[i+1]
		}
	}
	return ""
}

// ran reports whether the last prompt ran a command.
func (p *parser) ran(name string) bool {
	return slices.ContainsFunc(strings.Fields(p.command), func(w string) bool { return path.Base(w) == name })
}

// clockLayouts are how date and people write a time on a line of its own.
var clockLayouts = []string{
	time.UnixDate, time.ANSIC, time.RubyDate, time.RFC1123, time.RFC1123Z, time.RFC3339, time.DateTime, "Mon 02 Jan 2006 03:04:05 PM MST",
	"Mon Jan _2 03:04:05 PM MST 2006", "2006-01-02 15:04:05.999999999", "2006/01/02 15:04:05", "15:04:05",
}

// clockLine recognises a line that is a time, with perhaps dashes or signs around it.
func clockLine(line string) (time.Time, bool) {
	line = strings.Trim(line, " =-#*:[]")
	if len(line) < 8 || len(line) > 40 {
		return time.Time{}, false
	}
	for _, layout := range clockLayouts {
		if t, err := time.Parse(layout, line); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// isCommand reports a line that is nothing but a command whose output is read here.
func isCommand(line string) bool {
	w := strings.Fields(line)
	if len(w) == 0 || len(line) > 120 {
		return false
	}
	second := ""
	if len(w) > 1 {
		second = w[1]
	}
	switch path.Base(w[0]) {
	case "netstat", "nstat", "ss", "uname", "iptables", "ip6tables", "iptables-save", "ip6tables-save", "sysctl", "conntrack", "ethtool", "dmesg":
		return len(w) == 1 && w[0] != "sysctl" || strings.HasPrefix(second, "-") || second == "|" || w[0] == "sysctl" && len(w) == 2 && isSysctl(second)
	case "nft":
		return second == "list"
	case "ip":
		return second == "-s" || second == "route" || second == "r" || second == "link" || second == "addr" || second == "a"
	}
	return false
}
