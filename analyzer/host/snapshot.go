package host

import (
	"slices"
	"strings"
	"time"

	"wirewhy/analyzer"
)

// snapshot is one print of counters.
type snapshot struct {
	command    string
	name       string // the text's
	text       int    // its place among the texts
	order      int    // as somebody said
	line       int
	time       time.Time
	complete   bool
	increments bool
	values     map[string]Fact
}

// series are the snapshots of one host by one command, in the order in which they
// were taken once order was called.
type series struct {
	command   string
	snapshots []*snapshot
	broken    bool // they cannot be of one boot of one host
	joined    []joint
}

// joint is a pair of snapshots that follow each other.
type joint struct{ before, after *snapshot }

// snapshot adds the counters of a block to the host's series.
func (h *Host) snapshot(ev *Evidence, text, block int, counters map[string]Fact) {
	b := &ev.Blocks[block]
	s := &snapshot{command: b.Command, name: ev.Name, text: text, order: ev.Order, line: b.Line, time: b.Time, complete: b.Complete(), increments: b.Increments, values: counters}
	if len(s.values) == 0 && b.Sections == 0 {
		return
	}
	for _, x := range h.series {
		if x.command == b.Command && !(b.Zeros && x.snapshots[0].apart(s)) {
			x.snapshots = append(x.snapshots, s)
			return
		}
	}
	h.series = append(h.series, &series{command: b.Command, snapshots: []*snapshot{s}})
}

// apart reports that two snapshots have no counter in common, as those of
// /proc/net/snmp and /proc/net/netstat.
func (s *snapshot) apart(other *snapshot) bool {
	for name := range s.values {
		if _, ok := other.values[name]; ok {
			return false
		}
	}
	return true
}

// gauges are numbers among the counters that go up and down, or stand still.
var gauges = []string{"TcpCurrEstab", "TcpMaxConn", "TcpRtoAlgorithm", "TcpRtoMin", "TcpRtoMax", "IpForwarding", "IpDefaultTTL", "MPTcpExtMPCurrEstab", "conntrack:entries"}

// stages are words in file names that tell when a snapshot was taken.
var stages = map[string]int{
	"before": 1, "pre": 1, "old": 1, "start": 1, "begin": 1, "first": 1, "t0": 1, "前": 1, "之前": 1, "开始": 1,
	"during": 2, "mid": 2, "t1": 2,
	"after": 3, "post": 3, "new": 3, "end": 3, "second": 3, "later": 3, "t2": 3, "后": 3, "之后": 3, "结束": 3,
}

// stage returns when a text was taken, by its name: a word or, in the last word, a
// number; 0 if it does not tell.
func stage(name string) int {
	words := nameWords(name)
	for _, w := range words {
		if s := stages[w]; s != 0 {
			return s
		}
	}
	if len(words) > 1 {
		if v, ok := number(words[len(words)-2]); ok && v >= 0 && v < 1<<31 {
			return 10 + int(v)
		}
	}
	return 0
}

// compare tells the order of two snapshots by their counters, which only grow: -1
// if a is the earlier, 1 if b is, 0 if they are equal; false if neither can be.
func compare(a, b *snapshot) (int, bool) {
	less, more := 0, 0
	for name, x := range a.values {
		y, ok := b.values[name]
		if !ok && !b.complete || slices.Contains(gauges, name) {
			continue
		}
		if x.Value < y.Value {
			less++
		} else if x.Value > y.Value {
			more++
		}
	}
	if a.complete {
		for name, y := range b.values {
			if _, ok := a.values[name]; !ok && y.Value > 0 && !slices.Contains(gauges, name) {
				less++
			}
		}
	}
	switch {
	case less > 0 && more > 0:
		return 0, false
	case less > 0:
		return -1, true
	case more > 0:
		return 1, true
	}
	return 0, true
}

// order sorts the snapshots by time: what the counters tell comes first, then what
// somebody said, the times in the text, the words in the names, and last the order of the texts.
func (s *series) order(h *Host) {
	analyzer.SortStable(s.snapshots, func(a, b *snapshot) int {
		if a.order != b.order && a.order != 0 && b.order != 0 {
			return a.order - b.order
		}
		if !a.time.IsZero() && !b.time.IsZero() && !a.time.Equal(b.time) {
			return a.time.Compare(b.time)
		}
		if x, y := stage(a.name), stage(b.name); x != 0 && y != 0 && x != y {
			return x - y
		}
		if a.text != b.text {
			return a.text - b.text
		}
		return a.line - b.line
	})
	if len(s.snapshots) == 2 && !s.snapshots[0].increments {
		a, b := s.snapshots[0], s.snapshots[1]
		if c, ok := compare(a, b); ok && c > 0 {
			s.snapshots[0], s.snapshots[1] = b, a
			if stage(a.name) != stage(b.name) || !a.time.IsZero() && !b.time.IsZero() {
				h.note(analyzer.Text{
					En: "The counters in " + a.name + " are higher than those in " + b.name + ", and counters only grow: " + b.name + " is taken for the earlier one, against what the names or times say.",
					Zh: a.name + " 中的计数高于 " + b.name + "，而计数只增不减：因此按 " + b.name + " 更早处理，尽管名称或时间并非如此。",
				})
			}
		}
	}
	s.join(h)
}

// join pairs the snapshots that follow each other.
func (s *series) join(h *Host) {
	for i := 1; i < len(s.snapshots); i++ {
		a, b := s.snapshots[i-1], s.snapshots[i]
		if b.increments {
			s.joined = append(s.joined, joint{nil, b})
			continue
		}
		if c, ok := compare(a, b); !ok || c > 0 {
			if s.command == "nstat" && !a.zeros() && !b.zeros() { // nstat without -a, which cannot be seen
				s.joined = append(s.joined, joint{nil, b})
				continue
			}
			s.broken = true
			h.note(analyzer.Text{
				En: "The snapshots of " + s.command + " in " + a.name + " and " + b.name + " do not fit together: some counters are smaller in the later one. The host was restarted in between, or these are two hosts. No difference is drawn from them.",
				Zh: a.name + " 与 " + b.name + " 中的两次 " + s.command + " 快照对不上：较晚的一次有些计数反而更小。要么其间主机重启过，要么是两台主机。因此不计算差值。",
			})
			continue
		}
		s.joined = append(s.joined, joint{a, b})
	}
}

func (s *snapshot) zeros() bool {
	for _, f := range s.values {
		if f.Value == 0 {
			return true
		}
	}
	return false
}

// value returns a counter of a snapshot; what a whole output leaves out is zero.
func (s *snapshot) value(name string) (Fact, bool) {
	f, ok := s.values[name]
	if ok {
		return f, true
	}
	counted := strings.Contains(name, ":") == strings.Contains(s.command, "conntrack")
	return Fact{Kind: KindCounter, Name: name}, s.complete && counted
}

// Change is what became of a counter.
type Change struct {
	Name      string
	Delta     int64 // between the first snapshot and the last
	Snapshots int   // how many were compared; 1: Value since boot is all that is known
	Value     int64 // in the last one
	Source    string
	Line      int // of the last one; 0 if a whole output did not name the counter
}

// Rose reports that the counter grew between two snapshots.
func (c Change) Rose() bool { return c.Snapshots > 1 && c.Delta > 0 }

// Still reports that two snapshots show that the counter did not grow.
func (c Change) Still() bool { return c.Snapshots > 1 && c.Delta == 0 }

// Change returns what is known of a counter, under its name in nstat. Of several
// commands the one with the most snapshots is believed; where they disagree on
// whether it grew, that is noted.
func (h *Host) Change(name string) (Change, bool) {
	c, asked := h.changes[name]
	if !asked {
		c = h.compare(name)
		h.changes[name] = c
	}
	if c == nil {
		return Change{}, false
	}
	return *c, true
}

// Grown returns the counters that grew between snapshots, by name.
func (h *Host) Grown() []Change {
	var names []string
	for _, s := range h.series {
		for _, j := range s.joined {
			for name := range j.after.values {
				if !slices.Contains(gauges, name) {
					names = append(names, name)
				}
			}
		}
	}
	slices.Sort(names)
	var out []Change
	for i, name := range names {
		if c, ok := h.Change(name); ok && c.Rose() && (i == 0 || names[i-1] != name) {
			out = append(out, c)
		}
	}
	return out
}

func (h *Host) compare(name string) *Change {
	var best Change
	found := false
	for _, s := range h.series {
		c, ok := s.change(name)
		if !ok {
			continue
		}
		if found && c.Snapshots > 1 && best.Snapshots > 1 && (c.Delta > 0) != (best.Delta > 0) {
			h.note(analyzer.Text{
				En: c.Source + " and " + best.Source + " disagree on whether " + name + " grew.",
				Zh: c.Source + " 与 " + best.Source + " 对 " + name + " 是否增长说法不一。",
			})
		}
		if !found || c.Snapshots > best.Snapshots || c.Snapshots == best.Snapshots && c.Delta > best.Delta {
			best, found = c, true
		}
	}
	if !found {
		return nil
	}
	return &best
}

func (s *series) change(name string) (Change, bool) {
	c := Change{Name: name}
	for _, j := range s.joined {
		after, ok := j.after.value(name)
		if !ok {
			continue
		}
		if j.before == nil {
			c.Delta += after.Value
		} else if before, ok := j.before.value(name); ok {
			c.Delta += max(0, after.Value-before.Value)
		} else {
			continue
		}
		c.Snapshots = max(c.Snapshots, 1) + 1
		c.Value, c.Source, c.Line = after.Value, j.after.name, after.Line
	}
	if c.Snapshots > 1 {
		return c, true
	}
	for i := len(s.snapshots) - 1; i >= 0; i-- {
		x := s.snapshots[i]
		if f, ok := x.value(name); ok {
			return Change{Name: name, Snapshots: 1, Value: f.Value, Source: x.name, Line: f.Line}, true
		}
	}
	return Change{}, false
}
