//go:build js

// Package ui puts the page together: it listens, changes the state, sends what
// the state asks of the worker, and once a frame draws the views whose markup
// has changed.
package ui

import (
	"time"

	"wirewhy/analyzer"
	"wirewhy/ui/dom"
	"wirewhy/ui/state"
	"wirewhy/ui/view"
	"wirewhy/ui/worker"
)

// page is the running page.
type page struct {
	state     *state.State
	line      worker.Line
	frames    *dom.Frames
	shown     []shown
	root      *dom.Region // the html element
	live      *dom.Region
	filter    *dom.Region
	dialog    *dom.Region
	detail    *dom.Region
	pane      *dom.Region
	tab       *dom.Region
	rangeMark *dom.Region
	find      *dom.Region // box for searching the stream
	body      *dom.Region // of the stream
	rangeEnds [2]*dom.Region
	rangeSaid [2]string // as they were set last
	rangeBox  *dom.Region
	flows     list
	packet    list
	graph     graph
	beside    list
	adder     *dom.Region // the dialog in which something is added
	pasted    *dom.Region // its box
	swim      swimPane

	files   dom.Files // all that is loaded, for opening it again
	added   dom.Files // of the last Open
	later   dom.Files // that wait until what is being read has ended
	adding  bool      // the files that are being chosen are to be added
	texts   int       // that were pasted
	report  report
	lit     string        // evidence that is lit, as in data-lit
	reveal  bool          // bring the ladder's step into sight with the next frame
	swallow bool          // the next keypress belongs to a key that is done with
	prefix  string        // first key of a two-key command
	hint    string        // in the empty filter box
	choice  state.Choices // as told to screen readers
	place   string        // fragment of the address, as it was set last
	wanted  string        // the one that the page was opened with, until it could be shown
	marked  string        // time on the overview, as it was marked last
	item    int           // line of the open menu that has the focus
	saving  map[uint32]*saved

	left    int           // views that the next frames have to look at
	turn    int           // the view that is looked at first
	hasty   bool          // the next frame draws all of them
	longest time.Duration // that drawing one frame took, since the last Open
}

// shown is a region and the view that fills it.
type shown struct {
	region   *dom.Region
	view     func(*state.State) string
	inReport bool // it shows nothing on the empty page
}

// rehearseAfter is how long the page has had nothing to do before the program is
// rehearsed: who opens it with a capture at hand has opened that by then.
const rehearseAfter = 500 * time.Millisecond

// Run is the page's role: it returns never.
func Run(version string) {
	p := &page{root: dom.Root()}
	lang := analyzer.English
	if p.root.Attribute("lang") != "en" {
		lang = analyzer.Chinese
	}
	p.state = state.New(lang)
	p.state.Version = version
	p.state.Samples = samples()
	p.state.Newer = dom.HasNewer()
	for _, r := range []struct {
		id       string
		view     func(*state.State) string
		inReport bool
	}{
		{"meta", view.Meta, true}, {"actions", view.Actions, false}, {"progress", view.Progress, true}, {"banner", view.Banner, false}, {"sources", view.Sources, true}, {"strip", view.Strip, true}, {"strip-say", view.StripSay, true},
		{"beside-head", view.BesideHead, true}, {"beside-columns", view.BesideColumns, true}, {"beside-rows", view.BesideRows, true}, {"add-head", view.AddHead, false}, {"add-foot", view.AddFoot, false},
		{"empty", view.Empty, false}, {"problems", view.Problems, true}, {"flows-head", view.FlowsHead, true}, {"flows-rows", view.FlowRows, true},
		{"say", view.Say, true}, {"tabs", view.Tabs, true}, {"lanes", view.Lanes, true}, {"tab", view.Timeline, true},
		{"graphs-head", view.GraphsHead, true}, {"graphs-say", view.GraphsSay, true}, {"graphs-figures", view.GraphsFigures, true},
		{"stream-tools", view.StreamTools, true}, {"stream-hits", view.StreamHits, true}, {"stream-body", view.StreamBody, true},
		{"packets-head", view.PacketsHead, true}, {"packets-rows", view.PacketRows, true}, {"packet", view.Packet, true},
		{"swim-head", view.SwimHead, true}, {"swim-over", view.SwimOver, true}, {"swim-tip", view.SwimTip, true},
		{"newer", view.Newer, false}, {"dialog", view.Dialog, false}, {"filter-error", view.FilterError, false}, {"choices", view.Choices, false},
	} {
		p.shown = append(p.shown, shown{dom.Find(r.id), r.view, r.inReport})
		if r.id == "graphs-say" {
			p.graph.say = p.shown[len(p.shown)-1].region
		}
	}
	p.live, p.filter, p.dialog, p.detail = dom.Find("live"), dom.Find("filter"), dom.Find("dialog"), dom.Find("detail")
	p.pane, p.tab, p.rangeMark = dom.Find("pane"), dom.Find("tab"), dom.Find("range")
	p.saving = map[uint32]*saved{}
	p.rangeBox = dom.Find("ranges")
	p.rangeEnds = [2]*dom.Region{dom.Find("range-from"), dom.Find("range-until")}
	p.flows = list{scroll: dom.Find("flows-scroll"), spacer: dom.Find("flows-spacer"), rows: dom.Find("flows-rows"), head: dom.Find("flows-head"), height: view.FlowRowHeight}
	p.packet = list{scroll: dom.Find("packets-scroll"), spacer: dom.Find("packets-spacer"), rows: dom.Find("packets-rows"), head: dom.Find("packets-head"), height: view.PacketRowHeight}
	p.graph.box, p.graph.curves, p.graph.cursor = dom.Find("graph-box"), dom.Find("graph"), dom.Find("graph-cursor")
	p.beside = list{scroll: dom.Find("beside-scroll"), spacer: dom.Find("beside-spacer"), rows: dom.Find("beside-rows"), head: dom.Find("beside-columns"), height: view.BesideRowHeight}
	p.adder, p.pasted = dom.Find("add-dialog"), dom.Find("add-box")
	p.swim.box, p.swim.canvas, p.swim.tip = dom.Find("swim-box"), dom.Find("swim"), dom.Find("swim-tip")
	p.find, p.body = dom.Find("stream-find"), dom.Find("stream-body")
	p.line.Reply, p.line.Crash = p.reply, p.crashed
	p.line.Start() // so that it is warm when the first file comes
	p.frames = dom.NewFrames(p.draw)
	p.report.mark = p.markPhase
	p.listen()
	p.followPlace()
	p.offerScript(version)
	p.root.SetAttribute("data-program", "ready")
	p.soon()
	p.openEarly()
	dom.WhenIdle(func() {
		p.rehearse()
		time.AfterFunc(rehearseAfter, func() {
			p.line.Rehearse(func() { p.root.SetAttribute("data-rehearsed", "yes") })
		})
	})
	select {}
}

// samples returns the list that the loader fetched.
func samples() []state.Sample {
	var all []state.Sample
	for _, s := range dom.Samples() {
		all = append(all, state.Sample{
			File:  s.File,
			Title: analyzer.Text{En: s.TitleEn, Zh: s.TitleZh},
			Text:  analyzer.Text{En: s.TextEn, Zh: s.TextZh},
		})
	}
	return all
}

func (p *page) send() {
	for _, r := range p.state.Take() {
		p.line.Ask(r, p.added.JS())
	}
}

// markPhase puts the state on the document, where the stylesheet and scripts see it.
func (p *page) markPhase() {
	s := p.state
	phase := s.Phase
	if phase == state.Ready && !p.report.here {
		phase = state.Reading // ready means that the report can be asked for
	}
	p.mark("state", string(phase))
	view.Page(s, p.mark)
}

func (p *page) mark(name, value string) {
	if p.root.Attribute("data-"+name) != value {
		p.root.SetAttribute("data-"+name, value)
	}
}
