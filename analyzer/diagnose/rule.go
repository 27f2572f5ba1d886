package diagnose

import (
	"cmp"
	"slices"

	"wirewhy/analyzer"
)

// Stage is the place of a rule in the order in which causes are looked for.
type Stage uint8

// The stages.
const (
	StageCapture   Stage = iota // what the capture itself is worth
	StageMessage                // somebody said it: ICMP errors, TLS alerts, response codes
	StageAddress                // answers from another address
	StageHandshake              // how the opening went
	StageReset                  // who reset the connection, and how
	StageData                   // what became of the data
	StageTiming                 // how long it took
	StageRemark                 // nothing wrong, worth a remark
	StageHealthy
)

// Level is a confidence as a number that can be compared and capped.
type Level uint8

// The levels.
const (
	None Level = iota
	Possible
	Likely
	Certain
)

var levelNames = [...]analyzer.Confidence{"", analyzer.Possible, analyzer.Likely, analyzer.Certain}

// Confidence returns the level's word.
func (l Level) Confidence() analyzer.Confidence { return levelNames[l] }

// Grouping says which flows make one finding.
type Grouping uint8

// The groupings.
const (
	ByService Grouping = iota // server address and port
	ByClient                  // client address
	ByServer                  // server address, all ports
	ByCapture                 // one finding for the capture
)

// Match is what a rule's Check found on one flow.
type Match struct {
	Level  Level
	Detail uint8 // a variant of the cause, of the rule's own; flows of different details are different findings
	Joined int32 // another flow that is part of the story, plus one; 0: none
	Weak   bool  // a fact that could speak against it is not known: however many there are, they raise nothing
}

// LookAlike is another diagnosis that shows similar packets.
type LookAlike struct {
	ID      string
	Because analyzer.Text // what tells the two apart
	Open    bool          // packets alone cannot rule it out
}

// Rule is a diagnosis: what it means, how it is recognised and told.
type Rule struct {
	ID          string
	Stage       Stage
	Class       analyzer.Class
	Severity    analyzer.Severity
	Fault       analyzer.Fault
	Title       analyzer.Text
	Verdict     analyzer.Text // a few words for a list of flows
	Doc         analyzer.Text // what it means
	Recognised  analyzer.Text // which facts make it
	Summary     analyzer.Text // of a finding; places in braces are filled
	LookAlikes  []LookAlike
	ExplainedBy []string // diagnoses that swallow this one if both hold for a flow
	GroupBy     Grouping
	Corroborate bool // three or more flows alike raise "possible" to "likely"
	Uncapped    bool // the capture's shortcomings do not lower the confidence: it is about them, or about a single message
	Confirm     []analyzer.Confirmation
	Fix         []analyzer.Text

	// Needs are traits without all of which Check has nothing to find.
	Needs traits

	// Check looks at one flow; nil for rules about more than one.
	Check func(*Subject) (Match, bool)
	// Survey looks at the capture once all flows were checked.
	Survey func(*Survey)
	// Tell adds evidence and values to a finding.
	Tell func(*Telling)

	index uint8
}

var registry []*Rule

// register adds a rule to those that Run tries.
func register(r *Rule) *Rule {
	registry = append(registry, r)
	analyzer.SortStable(registry, func(a, b *Rule) int {
		return cmp.Or(cmp.Compare(a.Stage, b.Stage), cmp.Compare(a.ID, b.ID))
	})
	for i, r := range registry {
		r.index = uint8(i)
	}
	return r
}

// Rules returns all rules, in the order in which they are tried.
func Rules() []*Rule { return slices.Clone(registry) }

// Lookup returns the rule with an id, nil if there is none.
func Lookup(id string) *Rule {
	for _, r := range registry {
		if r.ID == id {
			return r
		}
	}
	return nil
}

func (r *Rule) explainedBy(id string) bool { return slices.Contains(r.ExplainedBy, id) }
