package report

import "slices"

// Leg is a connection as one capture holds it: a flow of the capture's tracker.
type Leg struct{ Capture, Flow int }

// Joins tells which flows are legs of one connection: it was captured at several
// places, or on both sides of an address translation. One leg stands for all; the
// report does not list the others.
type Joins struct {
	main   map[Leg]Leg   // of a leg that is not listed
	others map[Leg][]Leg // of one that is
	hidden map[int][]int // by capture: flows that are not listed, ascending
}

// Join makes a flow, and the legs that it stood for, legs of the connection that
// another one stands for. A leg that is joined already stays where it is: it then
// reports false.
func (j *Joins) Join(main, leg Leg) bool {
	main = j.Main(main)
	if main == leg || j.Main(leg) != leg {
		return false
	}
	if j.main == nil {
		j.main, j.others, j.hidden = map[Leg]Leg{}, map[Leg][]Leg{}, map[int][]int{}
	}
	for _, l := range append([]Leg{leg}, j.others[leg]...) {
		j.main[l] = main
		j.others[main] = append(j.others[main], l)
	}
	delete(j.others, leg)
	list := j.hidden[leg.Capture]
	at, _ := slices.BinarySearch(list, leg.Flow)
	j.hidden[leg.Capture] = slices.Insert(list, at, leg.Flow)
	return true
}

// Main returns the leg that stands for a leg's connection.
func (j *Joins) Main(l Leg) Leg {
	if j != nil {
		if m, ok := j.main[l]; ok {
			return m
		}
	}
	return l
}

// Others returns the further legs of the connection that a leg stands for.
func (j *Joins) Others(l Leg) []Leg {
	if j == nil {
		return nil
	}
	return j.others[l]
}

// hiddenBefore returns how many of a capture's first flows are not listed.
func (j *Joins) hiddenBefore(capture, flow int) int {
	if j == nil {
		return 0
	}
	n, _ := slices.BinarySearch(j.hidden[capture], flow)
	return n
}

// nth returns the capture's flow that is listed as its nth, from 0.
func (j *Joins) nth(capture, n int) int {
	if j == nil {
		return n
	}
	// Of k flows before the one looked for, hiddenBefore(k) are not listed: the
	// number of hidden flows h with hidden[h]-h <= n is how far it lies behind n.
	list := j.hidden[capture]
	low, high := 0, len(list)
	for low < high {
		if mid := (low + high) / 2; list[mid]-mid <= n {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return n + low
}
