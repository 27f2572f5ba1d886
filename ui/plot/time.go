// Package plot holds the arithmetic between times, rows and pixels: the condensed
// ladder, the overview strip, long lists, and how times are written. It is plain
// Go and draws nothing.
package plot

import (
	"strconv"
	"strings"
	"time"

	"wirewhy/analyzer"
)

// Duration writes a time span with the unit and the digits that matter: 154 µs,
// 1.042 s, 3 min 12 s.
func Duration(d time.Duration) string {
	if d < 0 {
		return "−" + Duration(-d)
	}
	switch {
	case d < time.Microsecond:
		return strconv.FormatInt(int64(d), 10) + " ns"
	case d < time.Millisecond:
		return trim(float64(d)/1e3) + " µs"
	case d < time.Second:
		return trim(float64(d)/1e6) + " ms"
	case d < time.Minute:
		return trim(float64(d)/1e9) + " s"
	}
	d = d.Round(time.Second)
	minutes, seconds := int64(d/time.Minute), int64(d%time.Minute/time.Second)
	if minutes < 60 {
		return strconv.FormatInt(minutes, 10) + " min " + strconv.FormatInt(seconds, 10) + " s"
	}
	return strconv.FormatInt(minutes/60, 10) + " h " + strconv.FormatInt(minutes%60, 10) + " min"
}

// trim writes at most four significant digits, without zeros that say nothing.
func trim(v float64) string {
	decimals := 3
	switch {
	case v >= 100:
		decimals = 0
	case v >= 10:
		decimals = 1
	}
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// Clock writes the time of day in UTC, to the microsecond, or to the nanosecond
// where there are any.
func Clock(at analyzer.Timestamp) string {
	if at == 0 {
		return "–"
	}
	if at%1000 != 0 {
		return at.Time().Format("15:04:05.000000000")
	}
	return at.Time().Format("15:04:05.000000")
}

// Date writes a moment in full, in UTC.
func Date(at analyzer.Timestamp) string {
	if at == 0 {
		return "–"
	}
	return at.Time().Format("2006-01-02 15:04:05 UTC")
}
