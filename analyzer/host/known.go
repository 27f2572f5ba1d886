package host

import (
	"net/netip"
	"slices"
	"strings"

	"wirewhy/analyzer"
)

// Role is the part that a host plays, as the name of its file tells; empty if
// nothing tells.
type Role string

// The roles.
const (
	RoleClient Role = "client"
	RoleServer Role = "server"
	RoleMiddle Role = "middle" // a router, firewall or balancer
)

// Known is what all texts together say, by host.
type Known struct {
	Hosts []*Host
	Notes []analyzer.Text // where texts contradict each other
}

// Host is what one host said. Texts that name no host share one.
type Host struct {
	Label   string // the host's name as in its prompt; empty if it was not told
	Role    Role
	Sockets []Fact
	Rules   []Fact
	Entries []Fact
	Routes  []Fact
	Logs    []Fact // kernel messages
	Answers []Fact // a proxy's responses, without those that ended well

	settings  map[string]Fact
	changes   map[string]*Change // as far as they were asked for; nil: nothing is known
	chains    map[chainKey][]int // the rules of each chain, as indices of Rules
	hooks     []int              // the first rule of each base chain
	rewriting map[string]bool    // tables with rules that rewrite addresses
	release   Fact
	series    []*series
	addresses map[netip.Addr]bool
	notes     *[]analyzer.Text
}

// maxHosts bounds how many hosts are told apart.
const maxHosts = 64

// Gather brings together what texts say. Texts of one host, or of none that is
// named, are compared with each other; counters that were printed twice are
// compared in the order in which they were printed.
func Gather(texts []*Evidence) *Known {
	k := &Known{}
	byKey := map[string]*Host{}
	for i, ev := range texts {
		role := ev.Of()
		hosts := make([]*Host, len(ev.Blocks))
		counters := make([]map[string]Fact, len(ev.Blocks))
		for _, f := range ev.Facts {
			if f.Kind != KindCounter {
				continue
			}
			if counters[f.Block] == nil {
				counters[f.Block] = map[string]Fact{}
			}
			counters[f.Block][f.Name] = f
		}
		for b := range ev.Blocks {
			hosts[b] = k.host(byKey, ev.Blocks[b].Host, role)
			hosts[b].snapshot(ev, i, b, counters[b])
		}
		for f := range ev.Facts {
			hosts[ev.Facts[f].Block].learn(ev.Facts[f])
		}
	}
	for _, h := range k.Hosts {
		h.indexRules()
		for _, s := range h.series {
			s.order(h)
		}
		h.contradictions()
	}
	return k
}

func (k *Known) host(byKey map[string]*Host, label string, role Role) *Host {
	key := label + "\x00" + string(role)
	if h := byKey[key]; h != nil {
		return h
	}
	if len(k.Hosts) >= maxHosts {
		return k.Hosts[maxHosts-1]
	}
	h := &Host{Label: label, Role: role, settings: map[string]Fact{}, changes: map[string]*Change{}, addresses: map[netip.Addr]bool{}, notes: &k.Notes}
	byKey[key] = h
	k.Hosts = append(k.Hosts, h)
	return h
}

// roleWords are words in file names that tell whose text it is.
var roleWords = map[string]Role{
	"client": RoleClient, "caller": RoleClient, "server": RoleServer, "backend": RoleServer, "upstream": RoleServer, "pod": RoleServer,
	"router": RoleMiddle, "gateway": RoleMiddle, "gw": RoleMiddle, "firewall": RoleMiddle, "fw": RoleMiddle, "nat": "", "lb": RoleMiddle,
	"客户端": RoleClient, "服务端": RoleServer, "服务器": RoleServer, "路由器": RoleMiddle, "防火墙": RoleMiddle,
}

// Of returns the role of the host that a text is of, as somebody said or its name
// tells; empty if neither does.
func (ev *Evidence) Of() Role {
	found := ev.Role
	if found != "" {
		return found
	}
	for _, w := range nameWords(ev.Name) {
		if r := roleWords[w]; r != "" {
			if found != "" && found != r {
				return "" // client-to-server.txt
			}
			found = r
		}
	}
	return found
}

// nameWords divides a file's name into its words, in lower case.
func nameWords(name string) []string {
	return strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune("-_. ()[]+@,", r) })
}

// learn files a fact.
func (h *Host) learn(f Fact) {
	switch f.Kind {
	case KindSocket:
		h.Sockets = append(h.Sockets, f)
		if a := f.Socket.Local.Addr(); !a.IsUnspecified() && !a.IsLoopback() {
			h.addresses[a] = true
		}
	case KindRule:
		h.Rules = append(h.Rules, f)
	case KindEntry:
		h.Entries = append(h.Entries, f)
	case KindRoute:
		h.Routes = append(h.Routes, f)
		if a := f.Route.Source; a.IsValid() && !a.IsLoopback() {
			h.addresses[a.Unmap()] = true
		}
	case KindMessage:
		h.Logs = append(h.Logs, f)
	case KindResponse:
		if f.Name != NoFlag {
			h.Answers = append(h.Answers, f)
		}
	case KindSetting:
		h.settings[f.Name] = f
	case KindRelease:
		h.release = f
	}
}

// At returns the hosts whose texts may be of the host that holds addr and plays a
// role, while other is the address of the far end.
func (k *Known) At(addr, other netip.Addr, port uint16, role Role) []*Host {
	if k == nil {
		return nil
	}
	addr, other = addr.Unmap(), other.Unmap()
	var out []*Host
	for _, h := range k.Hosts {
		if h.Role != "" && h.Role != role {
			continue
		}
		if len(h.addresses) > 0 && !h.addresses[addr] && (h.addresses[other] || role == RoleServer && len(h.Listeners(addr, port)) == 0 && h.Listens()) {
			continue
		}
		out = append(out, h)
	}
	return out
}

// Between returns the hosts that may be a router on the way.
func (k *Known) Between() []*Host {
	if k == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(k.Hosts), func(h *Host) bool { return h.Role == RoleClient })
}

// Listeners returns the listening sockets for a port that take connections to addr.
// An address of a service that is translated on the way is not the listener's own:
// if no listener has addr or any address, those with the port alone count.
func (h *Host) Listeners(addr netip.Addr, port uint16) []Fact {
	var exact, loose []Fact
	for _, f := range h.Sockets {
		s := f.Socket
		if s.State != "LISTEN" || s.Local.Port() != port || s.Local.Addr().IsLoopback() {
			continue
		}
		if a := s.Local.Addr(); a.IsUnspecified() || a == addr.Unmap() {
			exact = append(exact, f)
		} else {
			loose = append(loose, f)
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return loose
}

// Setting returns a sysctl.
func (h *Host) Setting(name string) (Fact, bool) {
	f, ok := h.settings[name]
	return f, ok
}

// Release returns the kernel's release.
func (h *Host) Release() (major, minor int, f Fact, ok bool) {
	major, minor, ok = Version(h.release.Name)
	return major, minor, h.release, ok
}

// Message returns the kernel messages of a name.
func (h *Host) Message(name string) []Fact {
	return slices.DeleteFunc(slices.Clone(h.Logs), func(f Fact) bool { return f.Name != name })
}

// contradictions notes what cannot hold of one host.
func (h *Host) contradictions() {
	if major, minor, r, ok := h.Release(); ok {
		recycle, said := h.Setting("net.ipv4.tcp_tw_recycle")
		if said && (major > 4 || major == 4 && minor >= 12) {
			h.note(analyzer.Text{
				En: "The kernel calls itself " + r.Name + ", but there is a setting tcp_tw_recycle = " + recycle.Setting + ", which kernels from 4.12 on do not have: these texts are not of one host.",
				Zh: "内核自称 " + r.Name + "，却有设置 tcp_tw_recycle = " + recycle.Setting + "，而 4.12 起的内核没有该选项：这些文本并非来自同一台主机。",
			})
		}
		if c, counted := h.Change("TcpExtPAWSPassive"); counted && c.Rose() && (major > 4 || major == 4 && minor >= 12) {
			h.note(analyzer.Text{
				En: "The kernel calls itself " + r.Name + ", but " + c.Source + " counts connections rejected because of their time stamps (PAWSPassive), which kernels from 4.12 on do not do: these texts are not of one host.",
				Zh: "内核自称 " + r.Name + "，但 " + c.Source + " 统计到因时间戳被拒绝的连接（PAWSPassive），而 4.12 起的内核不会这样做：这些文本并非来自同一台主机。",
			})
		}
	}
}

const maxNotes = 20

func (h *Host) note(t analyzer.Text) {
	if len(*h.notes) < maxNotes && !slices.Contains(*h.notes, t) {
		*h.notes = append(*h.notes, t)
	}
}

// Settings returns the sysctls whose names begin and end so, by name.
func (h *Host) Settings(prefix, suffix string) []Fact {
	var names []string
	for name := range h.settings {
		if strings.HasPrefix(name, prefix) && strings.HasSuffix(name, suffix) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	out := make([]Fact, 0, len(names))
	for _, name := range names {
		out = append(out, h.settings[name])
	}
	return out
}

// Listens reports whether the host listed its listening sockets.
func (h *Host) Listens() bool {
	return slices.ContainsFunc(h.Sockets, func(f Fact) bool { return f.Socket.State == "LISTEN" })
}
