package protocol

import "time"

// FilterUnit is what the value of a term of the filter language measures.
type FilterUnit uint8

// The units. A term of the kind FilterWord is written name:value, the others
// compare: rtt > 100ms.
const (
	FilterWord FilterUnit = iota
	FilterAddress
	FilterNetwork
	FilterPort
	FilterCount
	FilterSize    // bytes
	FilterShare   // percent
	FilterElapsed // a time.Duration
	FilterInstant // a time of day (UTC), a date and time, or a time since the capture's start
)

// FilterTerm is a name of the filter language and what follows it.
type FilterTerm struct {
	Name string
	Unit FilterUnit
	Like string // an example of a value
}

// Compares reports whether the term's value is compared (> 10, <= 10) rather than
// found.
func (t *FilterTerm) Compares() bool { return t.Unit >= FilterPort }

// FilterTerms are the names that the filter language knows. The page completes
// them and the worker reads them.
var FilterTerms = []FilterTerm{
	{"host", FilterAddress, "10.0.0.5"},
	{"port", FilterPort, "443"},
	{"net", FilterNetwork, "10.0.0.0/8"},
	{"client", FilterWord, "10.0.0.5"},
	{"server", FilterWord, "10.0.0.5"},
	{"state", FilterWord, "refused"},
	{"problem", FilterWord, "packet-loss"},
	{"rtt", FilterElapsed, "100ms"},
	{"duration", FilterElapsed, "5s"},
	{"loss", FilterShare, "1%"},
	{"bytes", FilterSize, "1MB"},
	{"packets", FilterCount, "100"},
	{"start", FilterInstant, "12:10:30"},
	{"end", FilterInstant, "12:10:30"},
}

// FilterElapsedUnits are the units of a FilterElapsed, by their signs.
var FilterElapsedUnits = map[string]time.Duration{
	"ns": time.Nanosecond, "us": time.Microsecond, "µs": time.Microsecond, "μs": time.Microsecond, "ms": time.Millisecond,
	"s": time.Second, "m": time.Minute, "min": time.Minute, "h": time.Hour,
}
