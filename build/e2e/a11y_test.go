package e2e

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"wirewhy/build/npm"
)

// violations runs axe's rules over the page as it is and tells each break of one as
// "rule: element: what is wrong". Animations are over before: colours in between
// are nobody's.
const violations = `(async () => {
	await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
	for (const a of document.getAnimations()) a.finish();
	const { violations } = await axe.run(document, { resultTypes: ["violations"] });
	return violations.flatMap((v) => v.nodes.map((n) => v.id + ": " + n.html.slice(0, 160) + ": " + n.failureSummary.split("\n").slice(1).join("; ")));
})()`

// withAxe loads axe-core (github.com/dequelabs/axe-core) into the page through the
// debugger, which no policy holds up, or skips the test where there is none.
func withAxe(t *testing.T, p *Page) {
	t.Helper()
	file, err := npm.Install("testdata/axe", root+"/build/out/axe", "axe-core/axe.min.js")
	if err != nil {
		t.Skipf("the page is not held against axe's rules: %v", err)
	}
	script, err := os.ReadFile(file)
	must(t, err)
	_, err = chromedp.Call(p.ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: string(script)})
	must(t, err)
	must(t, p.Until(5*time.Second, `window.axe && axe.run`))
}

// accessible holds the screen that is shown against axe's rules in both themes.
func accessible(t *testing.T, p *Page, screen string) {
	t.Helper()
	for _, theme := range []string{"light", "dark"} {
		must(t, p.Theme(theme))
		found, err := Eval[[]string](p, violations)
		must(t, err)
		for _, v := range found {
			t.Errorf("%s, %s: %s", screen, theme, v)
		}
	}
}

// screen is one that is to be looked at: how to get there, and by what it is known.
type screen struct{ name, do, shown string }

func click(id string) string { return `document.getElementById("` + id + `").click()` }

func look(t *testing.T, p *Page, screens []screen, visit func(t *testing.T, p *Page, screen string)) {
	t.Helper()
	for _, s := range screens {
		must(t, p.Do(s.do))
		if err := p.Until(10*time.Second, s.shown); err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		visit(t, p, s.name)
	}
}

// No screen breaks one of axe's rules, in either theme.
func TestAccessible(t *testing.T) {
	p := open(t)
	withAxe(t, p)
	walk(t, p, accessible)

	p = openWith(t, mortal, "/?lang=en")
	must(t, p.Started())
	withAxe(t, p)
	must(t, p.Drop("incident.pcap", incident(t).bytes.Bytes()))
	ready(t, p)
	look(t, p, []screen{{"crashed", `__worker("throw")`, `document.getElementById("act-reopen")`}}, accessible)
}

// Every screen, in both languages, themes and sizes, for people to look at.
func TestScreens(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		t.Run(lang, func(t *testing.T) {
			p := openWith(t, "", "/?lang="+lang)
			must(t, p.Started())
			walk(t, p, func(t *testing.T, p *Page, screen string) {
				must(t, p.Screenshots(screenshots, "screen-"+strings.ReplaceAll(screen, " ", "-")+"-"+lang))
			})
		})
	}
}

// walk visits every screen of the page but those of its crash.
func walk(t *testing.T, p *Page, visit func(t *testing.T, p *Page, screen string)) {
	t.Helper()
	must(t, p.Reaches(5*time.Second, "empty"))
	tab := func(name string) string { return `document.documentElement.dataset.tab === "` + name + `"` }
	dialog := func(id string) string { return `document.getElementById("` + id + `").open` }
	look(t, p, []screen{
		{"empty", `0`, `document.getElementById("empty-open")`},
		{"formats", click("empty-formats"), dialog("dialog")},
		{"empty again", click("dialog-close"), `!` + dialog("dialog")},
	}, visit)

	must(t, p.drop(false, map[string][]byte{"incident.pcap": incident(t).bytes.Bytes()}))
	ready(t, p)
	must(t, p.drop(false, map[string][]byte{"incident.pcap": incident(t).bytes.Bytes(), "before.txt": []byte(nstatBefore), "after.txt": []byte(nstatAfter)}))
	ready(t, p)
	look(t, p, []screen{
		{"capture", click("meta-name"), `document.querySelector("#strip svg") && document.getElementById("range-from").hasAttribute("aria-valuenow")`},
		{"problem", `wirewhy.select({finding: 0})`, `document.querySelector("#say .facet")`},
		{"flow", `wirewhy.select({flow: 1})`, `document.querySelector("svg.ladder .step")`},
		{"graphs", click("tab-graphs"), tab("graphs") + ` && document.getElementById("curve-0")`},
		{"packets", click("tab-packets"), tab("packets") + ` && document.querySelector(".packet-row")`},
		{"packet", `document.querySelector(".packet-row").click()`, `document.querySelector("#packet .layer")`},
		{"stream", `wirewhy.select({flow: 0}), ` + click("tab-stream"), tab("stream") + ` && document.querySelector("#stream-body *")`},
		{"all flows", click("tab-flows"), tab("flows") + ` && document.querySelector("#swim-over *")`},
		{"wrong filter", typed("port ="), `document.querySelector("#filter-error *")`},
		{"completion", typed("po"), `document.querySelector("#choices *") && !document.querySelector("#filter-error *")`},
		{"nothing found", typed("port 1"), `!document.querySelector(".flow-row") && !document.querySelector("#filter-error *")`},
		{"evidence", typed("") + `, ` + click("show-evidence"), tab("evidence") + ` && document.querySelector("#beside-rows .line")`},
		{"menu", click("menu-export"), `document.getElementById("menu-open")`},
		{"export", `document.querySelector("#menu-open [data-act=export]").click()`, dialog("dialog")},
		{"keys", click("dialog-close") + `, ` + click("act-keys"), dialog("dialog")},
		{"add", click("dialog-close") + `, ` + click("act-add"), dialog("add-dialog")},
	}, visit)

	must(t, p.drop(false, map[string][]byte{"nothing.pcap": newCapture(t).bytes.Bytes()}))
	ready(t, p)
	visit(t, p, "no connection")

	both := twoPlaces(t)
	must(t, p.drop(false, map[string][]byte{"client.pcap": both.write(0), "server.pcap": both.write(1)}))
	ready(t, p)
	compare := tab("compare") + ` && document.querySelector("#beside-rows .line")`
	look(t, p, []screen{
		{"both captures", `0`, `document.getElementById("show-compare")`},
		{"compare", click("show-compare"), compare},
		{"compare a flow", `[...document.querySelectorAll("#beside-rows .line")].find((l) => l.innerText.includes("42003")).click()`, `document.querySelectorAll("#beside-rows .line").length === 1`},
		{"all lost", `document.querySelector("#beside-head [data-act=list][data-arg='2']").click()`, `document.querySelectorAll("#beside-rows .line").length === 4`},
	}, visit)

	must(t, p.Choose(large(t)))
	look(t, p, []screen{{"reading", `0`, `document.documentElement.dataset.state === "reading" && document.getElementById("act-cancel")`}}, visit)
	must(t, p.Do(`document.getElementById("act-cancel")?.click()`))
	ready(t, p)
	visit(t, p, "stopped")
	must(t, p.drop(false, map[string][]byte{"login.pcap": []byte("<!doctype html><title>Please sign in</title>")}))
	must(t, p.Reaches(20*time.Second, "failed"))
	visit(t, p, "failed")
}

// typed is what types a text into the filter's box.
func typed(text string) string {
	return fmt.Sprintf(`(() => { const f = document.getElementById("filter"); f.focus(); f.value = %q; f.dispatchEvent(new InputEvent("input", { bubbles: true })); })()`, text)
}
