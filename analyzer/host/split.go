package host

import "strings"

// split divides a line that holds several lines of an output, as articles print
// them: between the words at which a new line must have begun.
func split(line string) []string {
	words := strings.Fields(line)
	for _, s := range []struct {
		fits   func([]string) bool
		begins func(words []string, i, start int) bool
	}{
		{func(w []string) bool { return w[0] == "Chain" || ruleStart(w, 0) }, func(w []string, i, start int) bool {
			return w[i] == "Chain" || w[i] == "pkts" || w[i] == "target" && w[i-1] != "bytes" || ruleStart(w, i) && !insideRule(w, start, i)
		}},
		{func(w []string) bool { return netstatSections[w[0]] != "" && !procHeader(w) && !procValues(w) }, func(w []string, i, start int) bool {
			return netstatSections[w[i]] != "" || netstatSections[w[start]] != "" || strings.HasSuffix(w[i], ":") && isName(w[i]) ||
				isNumber(w[i]) && !strings.HasSuffix(w[i-1], ":") && (isNumber(w[start]) || hasNumber(w[start:i]))
		}},
		{func(w []string) bool { return isCounterName(w[0]) && len(w) > 2 && isNumber(w[1]) }, func(w []string, i, _ int) bool { return isCounterName(w[i]) }},
		{func(w []string) bool { return len(w) > 3 && w[1] == "=" && isSysctl(w[0]) }, func(w []string, i, _ int) bool {
			return i+1 < len(w) && w[i+1] == "=" && isSysctl(w[i])
		}},
		{func(w []string) bool { return w[0] == "State" || socketStates[w[0]] != "" }, func(w []string, i, _ int) bool {
			return socketStates[w[i]] != "" && i+2 < len(w) && isNumber(w[i+1]) && isNumber(w[i+2])
		}},
	} {
		if s.fits(words) {
			return divide(words, s.begins)
		}
	}
	return []string{line}
}

func divide(words []string, begins func(words []string, i, start int) bool) []string {
	var out []string
	start := 0
	for i := 1; i < len(words); i++ {
		if begins(words, i, start) {
			out = append(out, strings.Join(words[start:i], " "))
			start = i
		}
	}
	return append(out, strings.Join(words[start:], " "))
}

// insideRule reports that word i belongs to the rule that began at start: a rule
// with counters looks like one without at its third word.
func insideRule(w []string, start, i int) bool { return i-start < 4 && ruleStart(w, start) }

func hasNumber(words []string) bool {
	for _, w := range words {
		if isNumber(w) {
			return true
		}
	}
	return false
}

// isName reports a word like TCPRcvCoalesce: – the raw name of a counter.
func isName(w string) bool {
	return len(w) > 2 && w[0] >= 'A' && w[0] <= 'Z' && strings.IndexFunc(w[:len(w)-1], func(r rune) bool {
		return !(r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9')
	}) < 0
}
