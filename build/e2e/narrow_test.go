package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// tooWide names what reaches beyond the window's right edge and is not in
// something that scrolls, is cut on purpose, or is out of sight.
const tooWide = `(() => {
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth) found.push("the page, " + document.documentElement.scrollWidth + " px");
  for (const e of document.querySelectorAll("body *")) {
    const box = e.getBoundingClientRect();
    if (!e.checkVisibility({ visibilityProperty: true }) || box.width === 0 || box.right <= innerWidth + 1 || e.closest("#open, .sr")) continue;
    let around = e.parentElement;
    while (around && !["auto", "hidden", "scroll"].includes(getComputedStyle(around).overflowX)) around = around.parentElement;
    if (!around || around === document.body || around === document.documentElement) found.push(e.tagName + "#" + e.id + "." + e.className);
  }
  return found.slice(0, 5).join(", ");
})()`

// On phones, and where letters are twice as large, no screen is wider than the
// window: the page is one column and scrolls downwards only.
func TestNarrow(t *testing.T) {
	p := open(t)
	sizes := [][2]int64{{360, 740}, {640, 360}, {1000, 600}}
	walk(t, p, func(t *testing.T, p *Page, screen string) {
		for _, size := range sizes {
			must(t, p.Size(size[0], size[1]))
			must(t, p.Drawn())
			wide, err := Eval[string](p, tooWide)
			must(t, err)
			if wide != "" {
				t.Errorf("%s, %d px: beyond the right edge: %s", screen, size[0], wide)
			}
		}
	})
}

// On a phone the answer stands before the list of flows, and whoever chooses a
// flow down there is led up to what is said of it.
func TestPhone(t *testing.T) {
	p := open(t)
	must(t, p.Size(375, 700))
	must(t, p.Drop("incident.pcap", incident(t).bytes.Bytes()))
	ready(t, p)
	must(t, p.Until(5*time.Second, `document.getElementById("flow-0")`))
	top := func(id string) string {
		return fmt.Sprintf(`document.getElementById(%q).getBoundingClientRect().top`, id)
	}
	must(t, p.Until(5*time.Second, top("problem-0")+" < "+top("detail-title")+" && "+top("detail-title")+" < innerHeight && "+top("detail-title")+" < "+top("flow-0")))
	must(t, p.Do(`document.getElementById("flow-0").scrollIntoView(), document.getElementById("flow-0").click()`))
	must(t, p.Until(5*time.Second, `document.documentElement.dataset.selection === "flow" && `+top("detail-title")+" >= 0 && "+top("detail-title")+" < innerHeight / 2"))
	must(t, p.Screenshots(screenshots, "phone-flow"))
}

// What the top bar says of a capture is not cut at 1280 px, in either language.
func TestTopBarIsWhole(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		p := openWith(t, "", "/?lang="+lang)
		must(t, p.Started())
		must(t, p.Size(1280, 720))
		must(t, p.Drop("answer-from-another-address.pcap", incident(t).bytes.Bytes()))
		ready(t, p)
		cut, err := Eval[string](p, `[...document.querySelectorAll("#meta, #meta *")].filter((e) => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0).map((e) => e.textContent).join(", ")`)
		must(t, err)
		if cut = strings.TrimSpace(cut); cut != "" {
			t.Errorf("%s: cut off in the top bar: %s", lang, cut)
		}
	}
}
