package view

import (
	"strconv"
	"strings"

	"wirewhy/analyzer"
)

// number writes a count with thousands separated.
func number[T ~int | ~int64 | ~uint32 | ~uint64](n T) string {
	digits := strconv.FormatInt(int64(n), 10)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && digits[i-1] != '-' && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// bytesText writes an amount of bytes in decimal units, as file managers and
// network people do.
func bytesText[T ~int64 | ~uint64](n T) string {
	units := [...]string{"B", "kB", "MB", "GB", "TB"}
	v, unit := float64(n), 0
	for v >= 999.5 && unit < len(units)-1 {
		v, unit = v/1000, unit+1
	}
	if unit == 0 {
		return strconv.FormatInt(int64(n), 10) + " B"
	}
	return significant(v) + " " + units[unit]
}

// significant writes three significant digits.
func significant(v float64) string {
	decimals := 2
	switch {
	case v >= 99.95:
		decimals = 0
	case v >= 9.995:
		decimals = 1
	}
	return strconv.FormatFloat(v, 'f', decimals, 64)
}

// code returns a fixed word of the report for people; unknown ones stand as they are.
func code[T ~string](word T, lang analyzer.Lang) string {
	if text, ok := codeWords[string(word)]; ok {
		return text.In(lang)
	}
	return string(word)
}

// plural chooses between one and many, with the number.
func plural[T ~int | ~int64 | ~uint32 | ~uint64](n T, one, many analyzer.Text, lang analyzer.Lang) string {
	if n == 1 {
		return number(n) + " " + one.In(lang)
	}
	return number(n) + " " + many.In(lang)
}

// percent writes a share.
func percent(part, whole uint64) string {
	if part == 0 || whole == 0 {
		return "0 %"
	}
	return significant(float64(part)/float64(whole)*100) + " %"
}
