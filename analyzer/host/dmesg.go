package host

import (
	"strconv"
	"strings"
)

// kernelMessages are what the kernel logs when it drops something, in lower case.
var kernelMessages = []struct{ mark, name string }{
	{"possible syn flooding on port", MessageFlood},
	{"conntrack: table full", MessageTableFull},
	{"time wait bucket table overflow", MessageTimeWait},
	{"neighbor table overflow", MessageNeighbours},
	{"neighbour table overflow", MessageNeighbours},
	{"tcp: out of memory", MessageMemory},
	{"too many orphaned sockets", MessageOrphans},
	{"martian source", MessageMartian},
	{"out of memory: kill", MessageKilled},
}

// formatKernelLog is dmesg, journalctl -k or /var/log/kern.log: the lines that matter.
var formatKernelLog = format{
	command: "dmesg",
	starts: func(line string) bool {
		name, _ := kernelMessage(line)
		return name != ""
	},
	open: func(*parser) reader { return kernelLogReader{} },
}

type kernelLogReader struct{}

func (kernelLogReader) read(p *parser, line string) bool {
	name, port := kernelMessage(line)
	if name != "" {
		p.fact(Fact{Kind: KindMessage, Name: name, Value: port})
	}
	return name != ""
}

// kernelMessage returns which message a line is, and the port that it names.
func kernelMessage(line string) (name string, port int64) {
	low := strings.ToLower(line)
	for _, m := range kernelMessages {
		_, after, ok := strings.Cut(low, m.mark)
		if !ok {
			continue
		}
		if m.name == MessageFlood { // newer kernels print the address, too
			word := strings.TrimRight(strings.Fields(after + " .")[0], ".,")
			port, _ = strconv.ParseInt(word[strings.LastIndexByte(word, ':')+1:], 10, 32)
		}
		return m.name, port
	}
	if strings.Contains(line, "IN=") && strings.Contains(line, " SRC=") && strings.Contains(line, " DPT=") && strings.Contains(line, "PROTO=TCP") {
		_, after, _ := strings.Cut(line, " DPT=")
		port, _ = number(strings.Fields(after + " .")[0])
		return MessageFirewallLog, port
	}
	return "", 0
}
