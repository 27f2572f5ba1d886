package host

import "strings"

// formatEthtoolFeatures is ethtool -k.
var formatEthtoolFeatures = format{
	command: "ethtool -k",
	starts: func(line string) bool {
		return strings.HasPrefix(line, "Features for ") || strings.HasPrefix(line, "Offload parameters for ")
	},
	open: func(*parser) reader { return &featureReader{} },
}

type featureReader struct{ device string }

func (r *featureReader) read(p *parser, line string) bool {
	if strings.HasPrefix(line, "Features for ") || strings.HasPrefix(line, "Offload parameters for ") {
		if r.device != "" {
			return false
		}
		w := strings.Fields(line)
		r.device = strings.TrimSuffix(w[len(w)-1], ":")
		return true
	}
	name, value, ok := strings.Cut(strings.TrimSpace(line), ":")
	w := strings.Fields(value)
	if !ok || len(w) == 0 || strings.Contains(name, " ") || w[0] != "on" && w[0] != "off" {
		return false
	}
	on := int64(0)
	if w[0] == "on" {
		on = 1
	}
	p.fact(Fact{Kind: KindFeature, Name: r.device + ":" + name, Value: on})
	return true
}

// formatEthtoolStats is ethtool -S. Its counters are named as those of the network
// card, after the device if the command was pasted, too.
var formatEthtoolStats = format{
	command: "ethtool -S",
	starts:  func(line string) bool { return strings.TrimSpace(line) == "NIC statistics:" },
	open:    func(p *parser) reader { return &nicReader{device: p.argument("-S", "--statistics")} },
}

type nicReader struct {
	device string
	headed bool
}

func (r *nicReader) read(p *parser, line string) bool {
	if strings.TrimSpace(line) == "NIC statistics:" {
		first := !r.headed
		r.headed = true
		return first
	}
	i := strings.LastIndex(line, ":")
	if i < 0 || line[0] != ' ' && line[0] != '\t' {
		return false
	}
	v, ok := number(strings.TrimSpace(line[i+1:]))
	if !ok {
		return false
	}
	device := r.device
	if device == "" {
		device = "nic"
	}
	p.block().Zeros = true
	p.fact(Fact{Kind: KindCounter, Name: device + ":" + strings.ReplaceAll(strings.TrimSpace(line[:i]), " ", "_"), Value: v})
	return true
}
