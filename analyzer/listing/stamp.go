package listing

import (
	"strings"
	"time"

	"wirewhy/analyzer"
)

// form is how a line gives its time.
type form uint8

// The forms, with tcpdump's option.
const (
	formNone  form = iota // -t
	formClock             // none: time of day; and -ttt, -ttttt, which look the same
	formEpoch             // -tt
	formDelta             // -ttt of tcpdump before 4.0: microseconds
	formDate              // -tttt
)

// stamp is the time that a line gives.
type stamp struct {
	form   form
	value  time.Duration // since midnight, the epoch, or the packet before
	spaced bool          // something like the space before -ttt's times stood there
}

// parseStamp reads a time at the start of s and returns what follows it.
func parseStamp(s string) (stamp, string, bool) {
	body := strings.TrimLeft(s, " \t")
	t := stamp{spaced: len(body) < len(s)}
	if d, rest, ok := date(body); ok {
		if v, rest, ok := timeOfDay(strings.TrimLeft(rest, " T")); ok {
			t.form, t.value = formDate, d+v
			return t, rest, true
		}
		return t, s, false
	}
	if v, rest, ok := timeOfDay(body); ok {
		t.form, t.value = formClock, v
		return t, rest, true
	}
	return parseSeconds(t, body)
}

// parseSeconds reads 1795366417.626540, and what old versions print for -ttt:
// 000060, or 1. 034567.
func parseSeconds(t stamp, s string) (stamp, string, bool) {
	n, rest, ok := number(s)
	whole := len(s) - len(rest)
	if !ok || whole > 11 {
		return t, s, false
	}
	if whole == 6 && strings.HasPrefix(rest, " ") {
		t.form, t.value = formDelta, time.Duration(n)*time.Microsecond
		return t, rest, true
	}
	form := formEpoch
	if old, found := strings.CutPrefix(rest, ". "); found {
		form, rest = formDelta, "."+old
	}
	if !strings.HasPrefix(rest, ".") {
		return t, s, false
	}
	f, digits, rest := fraction(rest[1:])
	if digits != 6 && digits != 9 || form == formEpoch && whole < 6 || rest != "" && rest[0] != ' ' {
		return t, s, false
	}
	t.form, t.value = form, time.Duration(n)*time.Second+f
	return t, rest, true
}

// date reads 2026-11-22 and returns the time since the epoch.
func date(s string) (time.Duration, string, bool) {
	if len(s) < 10 || s[4] != '-' || s[7] != '-' {
		return 0, s, false
	}
	d, err := time.Parse(time.DateOnly, s[:10])
	if err != nil || d.Year() < 1970 || d.Year() > 2200 {
		return 0, s, false
	}
	return time.Duration(d.Unix()) * time.Second, s[10:], true
}

// timeOfDay reads 16:53:37.626540, also without a fraction and with a sign.
func timeOfDay(s string) (time.Duration, string, bool) {
	t, negative := strings.CutPrefix(s, "-")
	if len(t) < 8 || t[2] != ':' || t[5] != ':' {
		return 0, s, false
	}
	var v time.Duration
	for i, unit := range []time.Duration{time.Hour, time.Minute, time.Second} {
		a, b := t[3*i], t[3*i+1]
		if a < '0' || a > '9' || b < '0' || b > '9' || i > 0 && a > '6' {
			return 0, s, false
		}
		v += time.Duration((a-'0')*10+b-'0') * unit
	}
	rest := t[8:]
	if strings.HasPrefix(rest, ".") {
		f, digits, after := fraction(rest[1:])
		if digits == 0 {
			return 0, s, false
		}
		v, rest = v+f, after
	}
	if rest != "" && rest[0] != ' ' && rest[0] != '\t' {
		return 0, s, false
	}
	if negative {
		v = -v
	}
	return v, rest, true
}

// fraction reads the digits after a decimal point.
func fraction(s string) (v time.Duration, digits int, rest string) {
	unit := time.Second
	for digits < len(s) && s[digits] >= '0' && s[digits] <= '9' {
		unit /= 10
		v += time.Duration(s[digits]-'0') * unit
		digits++
	}
	return v, digits, s[digits:]
}

// clock makes moments of the times that lines give.
type clock struct {
	peek    func() string
	decided bool
	meaning meaning
	dated   bool
	day     time.Duration // whole days since the first line without a date
	last    time.Duration
	now     time.Duration // sum of -ttt's differences
}

// meaning is what times that look like a time of day are.
type meaning uint8

const (
	meaningClock meaning = iota
	meaningDelta         // -ttt: since the packet before
	meaningFirst         // -ttttt: since the first packet
)

// halfDay: a clock that goes back by more has passed midnight.
const halfDay = 12 * time.Hour

// at returns the moment that a stamp means. Times without a date count from
// 1970-01-01; the zero Timestamp says that there was none.
func (c *clock) at(t stamp) analyzer.Timestamp {
	switch t.form {
	case formNone:
		c.dated = false
		return 0
	case formDate, formEpoch:
		c.dated = true
		return analyzer.Timestamp(t.value)
	case formDelta:
		c.dated = false
		c.now += t.value
		return moment(c.now)
	}
	c.dated = false
	if !c.decided {
		c.decided = true
		c.meaning = meaningOf(t, c.peek())
	}
	if c.meaning == meaningDelta {
		c.now += t.value
		return moment(c.now)
	}
	if c.last-t.value > halfDay {
		c.day += 24 * time.Hour
	}
	c.last = t.value
	return moment(c.day + t.value)
}

// moment keeps the very beginning apart from having no time.
func moment(d time.Duration) analyzer.Timestamp { return analyzer.Timestamp(max(d, 1)) }

// meaningOf finds out what times mean, from the first one and the text after it.
// Differences begin with zero and go up and down; times since the first packet
// begin with zero and rise; both have a space before them (util-print.c, ts_print).
func meaningOf(first stamp, ahead string) meaning {
	count, spaced, falls, top := 1, 0, 0, first.value
	last := first.value
	if first.spaced {
		spaced++
	}
	for ahead != "" {
		var s string
		s, ahead, _ = strings.Cut(ahead, "\n")
		h, ok := parseHead(clean([]byte(s)))
		if !ok || h.stamp.form != formClock {
			continue
		}
		count++
		if h.stamp.spaced {
			spaced++
		}
		if h.stamp.value < last {
			falls++
		}
		top = max(top, h.stamp.value)
		last = h.stamp.value
	}
	often := falls*10 >= count
	switch {
	case first.value != 0 && 2*spaced < count && !(top < time.Hour && often && count >= 4):
		return meaningClock
	case falls > 0 && often:
		return meaningDelta
	case first.value == 0 || top < time.Hour:
		return meaningFirst
	}
	return meaningClock
}
