package report

import (
	"strings"
	"unicode"
)

// runeWidth returns the columns that a terminal gives a rune: two for East
// Asian wide ones (Unicode Standard Annex 11, the blocks that Chinese text uses).
func runeWidth(r rune) int {
	switch {
	case unicode.Is(unicode.Mn, r):
		return 0
	case r >= 0x1100 && r <= 0x115f, r >= 0x2e80 && r <= 0xa4cf, r >= 0xac00 && r <= 0xd7a3,
		r >= 0xf900 && r <= 0xfaff, r >= 0xfe30 && r <= 0xfe4f, r >= 0xff00 && r <= 0xff60,
		r >= 0xffe0 && r <= 0xffe6, r >= 0x20000 && r <= 0x3fffd:
		return 2
	}
	return 1
}

func textWidth(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

// printable replaces what would steer a terminal. Line ends stay.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return '\uFFFD'
		}
		return r
	}, s)
}

// noBreakBefore are signs that may not begin a line.
const noBreakBefore = "，。、；：？！）》」』”’…·%"

// pieces cuts a paragraph where a line may end: after spaces, and around wide
// runes, which Chinese writes without spaces.
func pieces(s string) []string {
	var out []string
	start, wide := 0, false
	for i, r := range s {
		now := runeWidth(r) == 2
		if i > start && (now || wide || s[i-1] == ' ') && r != ' ' && !strings.ContainsRune(noBreakBefore, r) {
			out = append(out, s[start:i])
			start = i
		}
		wide = now
	}
	return append(out, s[start:])
}

// Wrap breaks text into lines of at most width columns. Words that are longer
// stay whole: addresses and commands are copied from terminals.
func Wrap(s string, width int) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(strings.TrimRight(printable(s), "\n"), "\n") {
		line, used := "", 0
		for _, piece := range pieces(paragraph) {
			n := textWidth(strings.TrimRight(piece, " "))
			if used > 0 && used+n > width {
				lines = append(lines, strings.TrimRight(line, " "))
				line, used = "", 0
			}
			line += piece
			used += textWidth(piece)
		}
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return lines
}
