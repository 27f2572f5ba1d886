package host

import (
	"slices"
	"strings"
)

// responseFlags are Envoy's flags for how a request ended (Envoy's documentation,
// "Access logging", %RESPONSE_FLAGS%).
var responseFlags = []string{
	"UH", "UF", "UO", "NR", "URX", "NC", "DT", "DC", "LH", "UT", "LR", "UR", "UC", "DI", "FI", "RL", "UAEX", "RLSE", "IH", "SI", "DPE", "UPE", "UMSDR", "OM", "DF", "DO", "DR",
}

// NoFlag is the response flag of a request that ended well.
const NoFlag = "-"

// formatEnvoy is Envoy's access log in Istio's text format and in JSON.
var formatEnvoy = format{
	command: "Envoy access log",
	starts:  func(line string) bool { _, _, ok := responseOf(line); return ok },
	open:    func(*parser) reader { return envoyReader{} },
}

type envoyReader struct{}

func (envoyReader) read(p *parser, line string) bool {
	flags, status, ok := responseOf(line)
	if !ok {
		return false
	}
	if len(flags) == 0 {
		flags = []string{NoFlag}
	}
	for _, f := range flags {
		p.fact(Fact{Kind: KindResponse, Name: f, Value: status})
	}
	return true
}

// responseOf finds the flags and the status code of a log line: after the quoted
// request stand the code and the flags, "-" if there are none.
func responseOf(line string) (flags []string, status int64, ok bool) {
	if _, after, found := strings.Cut(line, `"response_flags":`); found {
		value := jsonValue(after)
		if _, code, found := strings.Cut(line, `"response_code":`); found {
			status, _ = number(jsonValue(code))
		}
		flags, ok = flagList(value)
		return flags, status, ok
	}
	open := strings.IndexByte(line, '"')
	if !strings.HasPrefix(strings.TrimSpace(line), "[") || open < 0 {
		return nil, 0, false
	}
	end := strings.IndexByte(line[open+1:], '"')
	if end < 0 {
		return nil, 0, false
	}
	w := strings.Fields(line[open+1+end+1:])
	if len(w) < 4 {
		return nil, 0, false
	}
	status, numeric := number(w[0])
	flags, ok = flagList(w[1])
	return flags, status, ok && numeric && status < 1000
}

func jsonValue(s string) string {
	s = strings.TrimSpace(s)
	if end := strings.IndexAny(s, ",}"); end >= 0 && !strings.HasPrefix(s, `"`) {
		s = s[:end]
	} else if rest, found := strings.CutPrefix(s, `"`); found {
		s, _, _ = strings.Cut(rest, `"`)
	}
	return strings.TrimSpace(s)
}

func flagList(s string) ([]string, bool) {
	if s == "-" || s == "" {
		return nil, true
	}
	list := strings.Split(s, ",")
	for _, f := range list {
		if !slices.Contains(responseFlags, f) {
			return nil, false
		}
	}
	return list, true
}
