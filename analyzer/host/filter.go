package host

import (
	"net/netip"
	"strings"
)

// Opening is a segment that opens a connection, as a packet filter sees it.
type Opening struct {
	From, To netip.AddrPort
	Reply    bool // the SYN-ACK on its way back
}

// Fate is what a host's rules do to a packet.
type Fate struct {
	Action Action // Drop, Reject, Redirect, DNAT; Accept: nothing stops or changes it; Other: the rules do not tell
	Rule   Fact   // that decides
	Path   []Fact // the rules that led to it, from the hook on
	Sure   bool   // no rule with a condition that is not understood came before, or it is this one
}

const (
	maxWalk = 5000 // rules that are looked at for one packet
	maxJump = 16   // chains within chains, as the kernel bounds them, too
)

// Filter follows a packet through the rules of a hook: input, output, forward in
// the filter table; with nat through those that translate, of prerouting or
// output. What the rules do not say is Other.
func (h *Host) Filter(o Opening, hook string, nat bool) Fate {
	w := walk{host: h, packet: o, nat: nat, budget: maxWalk, sure: true}
	for _, i := range h.hooks {
		if r := h.Rules[i].Rule; r.Hook == hook && w.table(r) {
			if fate, done := w.chain(r.Table, r.Chain, 0); done {
				return fate
			}
			return Fate{Action: Accept, Sure: w.sure}
		}
	}
	return Fate{}
}

type walk struct {
	host   *Host
	packet Opening
	nat    bool
	budget int
	sure   bool
	path   []Fact
}

// table reports whether a rule's table is of the kind that is followed. A table
// without a name is told by what its rules do.
func (w *walk) table(r *Rule) bool {
	switch r.Table {
	case "nat":
		return w.nat
	case "mangle", "raw", "security":
		return false
	}
	return w.nat == w.host.rewriting[r.Table]
}

// chainKey names a chain.
type chainKey struct{ table, chain string }

// indexRules prepares the rules for being followed.
func (h *Host) indexRules() {
	h.chains, h.rewriting = map[chainKey][]int{}, map[string]bool{}
	for i, f := range h.Rules {
		r := f.Rule
		k := chainKey{r.Table, r.Chain}
		h.chains[k] = append(h.chains[k], i)
		if r.Hook != "" && len(h.chains[k]) == 1 {
			h.hooks = append(h.hooks, i)
		}
		switch r.Action {
		case DNAT, SNAT, Redirect:
			h.rewriting[r.Table] = true
		}
	}
}

// chain follows a chain; it returns false if the packet comes out at its end.
func (w *walk) chain(table, name string, depth int) (Fate, bool) {
	if depth > maxJump {
		return Fate{}, true
	}
	var policy *Fact
rules:
	for _, i := range w.host.chains[chainKey{table, name}] {
		f := &w.host.Rules[i]
		r := f.Rule
		if r.Target == "policy" {
			policy = f
			continue
		}
		if w.budget--; w.budget < 0 {
			return Fate{}, true
		}
		matches, sure := r.Matches(w.packet)
		if !matches {
			continue
		}
		if !sure && r.Action != Jump {
			// It may or may not apply: a counter that moved shows that it does to some.
			if (r.Action == Drop || r.Action == Reject) && r.Packets > 0 {
				return Fate{r.Action, *f, w.path, false}, true
			}
			w.sure = w.sure && (r.Action == Other || r.Packets == 0)
			continue
		}
		switch r.Action {
		case Return:
			break rules // in a hook's own chain, to its policy
		case Jump:
			w.path = append(w.path, *f)
			before := w.sure
			w.sure = before && sure
			if fate, done := w.chain(table, r.Target, depth+1); done {
				return fate, true
			}
			w.path, w.sure = w.path[:len(w.path)-1], before
		case Other, SNAT:
		default:
			return Fate{r.Action, *f, w.path, w.sure}, true
		}
	}
	if policy != nil && !w.nat {
		return Fate{policy.Rule.Action, *policy, w.path, w.sure}, true
	}
	return Fate{}, false
}

// Matches reports whether a rule applies to a packet, and whether that is sure: its
// conditions may be such that they cannot be judged here.
func (r *Rule) Matches(o Opening) (matches, sure bool) {
	if r.Proto != "" && r.Proto != "tcp" || r.In == "lo" && !o.From.Addr().IsLoopback() || r.SYN && o.Reply ||
		!has(r.SourcePorts, o.From.Port()) || !has(r.DestPorts, o.To.Port()) ||
		!within(r.Source, r.NotSource, o.From.Addr()) || !within(r.Dest, r.NotDest, o.To.Addr()) {
		return false, false
	}
	if r.Conditions == "" {
		return true, true
	}
	low := strings.ToUpper(r.Conditions)
	if strings.Contains(low, "STATE") { // -m state, -m conntrack, ct state
		opens := strings.Contains(low, "NEW")
		established := strings.Contains(low, "ESTABLISHED")
		invalid := strings.Contains(low, "INVALID")
		switch {
		case opens && !o.Reply || established && o.Reply:
			return true, len(strings.Fields(low)) <= 4
		case opens || established || invalid:
			return false, false
		}
	}
	return true, false
}

func within(p netip.Prefix, not bool, a netip.Addr) bool {
	if !p.IsValid() || p.Bits() == 0 {
		return !not || !p.IsValid()
	}
	return p.Contains(a.Unmap()) != not
}

// RouteTo returns the route that a host takes to an address: the longest prefix.
func (h *Host) RouteTo(a netip.Addr) (Fact, bool) {
	best, found := Fact{}, false
	for _, f := range h.Routes {
		p := f.Route.Dest
		if !p.IsValid() || p.Bits() > 0 && !p.Contains(a.Unmap()) {
			continue
		}
		if !found || p.Bits() > best.Route.Dest.Bits() {
			best, found = f, true
		}
	}
	return best, found
}
