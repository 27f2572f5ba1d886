package view

import (
	"wirewhy/analyzer"
	"wirewhy/ui/state"
	"wirewhy/wasm/protocol"
)

// roles of the host that a text may be of.
var roles = []string{"", "client", "server", "middle"}

func evidenceHead(m *markup, s *state.State) {
	v := &s.Beside.Evidence
	m.put(`<h1>%</h1><div class="two even"><section><h2>%</h2>`, beside.Evidence.In(s.Lang), beside.Texts.In(s.Lang))
	for i := range v.Texts {
		hostText(m, s, i, &v.Texts[i])
	}
	m.put(`</section><section><h2>%</h2>`, beside.Rests.In(s.Lang))
	links(m, s, v)
	if len(v.Notes) > 0 {
		m.put(`<h2>%</h2>`, beside.Contradict.In(s.Lang))
	}
	for _, n := range v.Notes {
		m.put(`<p class="note">%</p>`, n)
	}
	m.put(`</section></div>`)
	grown(m, s, v.Changes)
	m.put(`<h2>% <small>%</small></h2>`, beside.Facts.In(s.Lang), number(s.Beside.Total))
}

// hostText draws one text: what it is, whose, and what can be done with it.
func hostText(m *markup, s *state.State, i int, x *protocol.HostText) {
	m.put(`<div class="host-text"><p><b>%</b>`, x.Name)
	if x.Host != "" {
		m.put(` <span class="chip id">%</span>`, x.Host)
	}
	m.put(` %</p><p class="handles"><small>%</small><span class="segs" role="group" aria-label="%">`, x.Content, beside.Whose.In(s.Lang), x.Name+": "+beside.Whose.In(s.Lang))
	for k, role := range roles {
		name := beside.Nobody.In(s.Lang)
		if role == "middle" {
			name = beside.Between.In(s.Lang)
		} else if role != "" {
			name = code(role, s.Lang)
		}
		m.put(`<button type="button" class="seg" id="role-%-%" data-act="text-role" data-arg="% %" aria-pressed="%">%</button>`, i, k, i, role, choose(role == x.Role, "true", "false"), name)
	}
	m.put(`</span>`)
	if i > 0 {
		m.put(` <button type="button" class="link" id="earlier-%" data-act="text-earlier" data-arg="%">↑ %</button>`, i, i, beside.Earlier.In(s.Lang))
	}
	m.put(` <button type="button" class="link" id="remove-text-%" data-act="text-remove" data-arg="%" aria-label="% %">%</button></p>`, i, i, beside.Remove.In(s.Lang), x.Name, beside.Remove.In(s.Lang))
	if n := len(x.Unread) + x.More; n > 0 {
		m.put(`<details class="unread"><summary id="unread-%">%</summary><pre>`, i, plural(n, beside.UnreadLine, beside.Unread, s.Lang))
		for _, line := range x.Unread {
			m.put("%\n", line)
		}
		m.when(x.More > 0, "…")
		m.put(`</pre></details>`)
	}
	m.put(`</div>`)
}

// links draws the sentences of findings that rest on what hosts said.
func links(m *markup, s *state.State, v *protocol.EvidenceView) {
	if len(v.Links) == 0 {
		why := beside.NoEvidence
		if len(s.Overview.Captures) == 0 {
			why = beside.Alone
		}
		m.put(`<p class="hint">%</p>`, why.In(s.Lang))
		return
	}
	m.put(`<ul class="links-list">`)
	for i, l := range v.Links {
		sign, words := lit("·"), beside.Remarks
		switch l.Bearing {
		case analyzer.Confirms:
			sign, words = "✓", beside.Confirms
		case analyzer.Refutes:
			sign, words = "✗", beside.Refutes
		}
		m.put(`<li class="bears-%"><span class="sign" aria-hidden="true">%</span><span>% <button type="button" class="link" id="link-%" data-act="finding" data-arg="%">%</button>: `,
			choose(l.Bearing == analyzer.Confirms, "for", choose(l.Bearing == analyzer.Refutes, "against", "beside")), sign, words.In(s.Lang), i, l.Finding, l.Diagnosis)
		inline(m, l.Text)
		m.put(`</span></li>`)
	}
	m.put(`</ul>`)
}

// grown draws the counters that grew between snapshots.
func grown(m *markup, s *state.State, changes []protocol.CounterChange) {
	if len(changes) == 0 {
		return
	}
	m.put(`<h2>%</h2><div class="scrolls" tabindex="0"><table class="ways grown"><thead><tr><td></td><th scope="col">%</th><th scope="col">%</th><th scope="col">+</th><td></td></tr></thead><tbody>`,
		beside.Grown.In(s.Lang), beside.Before.In(s.Lang), beside.After.In(s.Lang))
	for i, c := range changes {
		m.put(`<tr><th scope="row"><code>%</code> %</th><td>%</td><td>%</td><td><b>+%</b></td><td class="from">`, c.Name, c.Words, number(c.Before), number(c.After), number(c.After-c.Before))
		if c.Finding > 0 {
			m.put(`<button type="button" class="link" id="grown-%" data-act="finding" data-arg="%">%</button>`, i, c.Finding-1, c.Place)
		} else {
			m.put(`%`, c.Place)
		}
		m.put(`</td></tr>`)
	}
	m.put(`</tbody></table></div>`)
}
