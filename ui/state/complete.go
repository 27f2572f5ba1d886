package state

import (
	"slices"
	"strings"

	"wirewhy/wasm/protocol"
)

// maxChoices bounds how many completions are offered at a time.
const maxChoices = 14

// Choice is a way to go on in the filter.
type Choice struct {
	Text string // that stands in place of the word that is being typed
	Like string // an example of what follows it
}

// Choices are the completions of the filter while it is being typed.
type Choices struct {
	List  []Choice
	Index int // the one that the keyboard is on; -1: none
	from  int // byte of the filter from which a choice stands
}

// states are what a flow's state can be asked for: outcomes in Zeek's names and
// states in those of RFC 9293.
var states = []string{
	"established", "closed", "SYN-SENT", "SYN-RECEIVED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "LAST-ACK", "TIME-WAIT",
	"S0", "S1", "S2", "S3", "SF", "REJ", "RSTO", "RSTR", "RSTOS0", "RSTRH", "SH", "SHR", "OTH",
}

// Complete offers what the last word of a filter can become.
func (s *State) Complete(text string) {
	from := 1 + strings.LastIndexAny(text, " (\t!")
	c := Choices{Index: -1, from: from}
	word := text[from:]
	name, value, joined := strings.Cut(word, ":")
	switch {
	case joined && strings.EqualFold(name, "problem"):
		c.from += len(name) + 1
		c.add(value, s.diagnoses()...)
	case joined && strings.EqualFold(name, "state"):
		c.from += len(name) + 1
		c.add(value, states...)
	default:
		c.addNames(word, text[:from])
	}
	if len(c.List) == 1 && c.List[0].Text == strings.TrimSpace(text[c.from:]) {
		c.List = nil // it is typed out
	}
	s.Choices = c
}

// diagnoses returns the diagnoses of the problems, each once, worst first.
func (s *State) diagnoses() (out []string) {
	for i := range s.Overview.Problems {
		if d := s.Overview.Problems[i].Diagnosis; !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	return append(out, "healthy")
}

// add offers the words that hold what was typed, those that begin with it first.
func (c *Choices) add(typed string, words ...string) {
	typed = strings.ToLower(typed)
	for _, first := range []bool{true, false} {
		for _, w := range words {
			at := strings.Index(strings.ToLower(w), typed)
			if (at == 0) == first && at >= 0 && len(c.List) < maxChoices {
				c.List = append(c.List, Choice{Text: w})
			}
		}
	}
}

// addNames offers the names that begin with what was typed, in the form in which
// they are written, and what joins terms where one stands before.
func (c *Choices) addNames(typed, before string) {
	for i := range protocol.FilterTerms {
		t := &protocol.FilterTerms[i]
		text := t.Name + " "
		switch {
		case t.Unit == protocol.FilterWord:
			text = t.Name + ":"
		case t.Unit > protocol.FilterPort:
			text = t.Name + " > "
		}
		c.name(typed, text, t.Like)
	}
	if strings.TrimSpace(before) != "" && typed != "" {
		c.name(typed, "and ", "")
		c.name(typed, "or ", "")
	}
	if typed != "" {
		c.name(typed, "not ", "")
	}
}

func (c *Choices) name(typed, text, like string) {
	if len(typed) < len(text) && strings.EqualFold(text[:len(typed)], typed) {
		c.List = append(c.List, Choice{text, like})
	}
}

// MoveChoice moves the keyboard among the completions; past an end it goes back
// to what was typed.
func (s *State) MoveChoice(by int) bool {
	c := &s.Choices
	if len(c.List) == 0 {
		return false
	}
	c.Index += by
	if c.Index < -1 {
		c.Index = len(c.List) - 1
	} else if c.Index >= len(c.List) {
		c.Index = -1
	}
	return true
}

// Chosen returns the filter with a completion in it.
func (s *State) Chosen(text string, i int) string {
	c := &s.Choices
	if i < 0 || i >= len(c.List) || c.from > len(text) {
		return text
	}
	return text[:c.from] + c.List[i].Text
}
