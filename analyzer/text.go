package analyzer

import "strings"

// Lang is a language of the interface and of the diagnoses.
type Lang string

// The languages.
const (
	English Lang = "en"
	Chinese Lang = "zh" // Simplified
)

// Text is a sentence or more in every language of the project. A Text may hold
// places in braces, as in "{client} dialled {server}", which Fill replaces.
type Text struct {
	En string
	Zh string
}

// In returns the text in a language; English where the other is missing.
func (t Text) In(l Lang) string {
	if l == Chinese && t.Zh != "" {
		return t.Zh
	}
	return t.En
}

// IsZero reports whether t says nothing.
func (t Text) IsZero() bool { return t.En == "" && t.Zh == "" }

// Fill replaces every {name} by its value. Values stand as they are: what comes
// from a capture is escaped where it is shown, not here. A place without a value
// stays as it stands.
func (t Text) Fill(values map[string]string) Text {
	return Text{En: fill(t.En, values), Zh: fill(t.Zh, values)}
}

func fill(s string, values map[string]string) string {
	if !strings.Contains(s, "{") {
		return s
	}
	var b strings.Builder
	for {
		open := strings.IndexByte(s, '{')
		if open < 0 {
			break
		}
		end := strings.IndexByte(s[open:], '}')
		if end < 0 {
			break
		}
		b.WriteString(s[:open])
		if v, ok := values[s[open+1:open+end]]; ok {
			b.WriteString(v)
		} else {
			b.WriteString(s[open : open+end+1])
		}
		s = s[open+end+1:]
	}
	b.WriteString(s)
	return b.String()
}
