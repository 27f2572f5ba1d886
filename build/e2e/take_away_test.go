package e2e

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// download waits for a file that the page saves into a folder, and returns it.
func download(t *testing.T, folder, name string) []byte {
	t.Helper()
	path := filepath.Join(folder, name)
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if data, err := os.ReadFile(path); err == nil && len(data) > 0 {
			return data
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s was not saved", name)
		}
	}
}

// item presses a line of a menu of the page.
func item(t *testing.T, p *Page, menu, text string) {
	t.Helper()
	must(t, p.Do(`document.getElementById("menu-`+menu+`").click()`))
	must(t, p.Until(5*time.Second, `document.querySelector("#menu-open #menu-item-0") === document.activeElement`))
	must(t, p.Do(`[...document.querySelectorAll("#menu-open button")].find((b) => b.innerText.includes("`+text+`")).click()`))
	must(t, p.Until(5*time.Second, `!document.querySelector("#menu-open")`))
}

// Every face of the report is saved as a file, and says what was found.
func TestExportMenu(t *testing.T) {
	p := open(t)
	folder := t.TempDir()
	must(t, p.SaveTo(folder))
	must(t, p.Choose(incident(t).file("incident.pcap")))
	must(t, p.Until(20*time.Second, `document.documentElement.dataset.state === "ready" && wirewhy.report()`))
	title := reportOf(t, p).Findings[0].Title

	item(t, p, "export", "JSON")
	var r report
	must(t, json.Unmarshal(download(t, folder, "incident.pcap.wirewhy.json"), &r))
	r.want(t)

	item(t, p, "export", "HTML")
	page := string(download(t, folder, "incident.pcap.wirewhy.html"))
	item(t, p, "export", "Markdown")
	markdown := string(download(t, folder, "incident.pcap.wirewhy.md"))
	if !strings.Contains(page, "</html>") || !strings.Contains(page, title) || !strings.Contains(markdown, title) {
		t.Errorf("%q is missing from the page (%d bytes) or the Markdown (%d bytes)", title, len(page), len(markdown))
	}

	item(t, p, "export", "CSV")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(download(t, folder, "incident.pcap.wirewhy.csv")), "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 1+len(r.Flows) {
		t.Errorf("%d lines of CSV for %d flows, %v", len(rows), len(r.Flows), err)
	}
}

// A menu is worked with the keyboard, and closes when somebody looks elsewhere.
func TestMenuKeys(t *testing.T) {
	p := open(t)
	must(t, p.Drop("incident.pcap", incident(t).bytes.Bytes()))
	must(t, p.Reaches(20*time.Second, "ready"))
	must(t, p.Until(5*time.Second, `document.getElementById("menu-export")`))
	must(t, p.Do(`document.getElementById("menu-export").click()`))
	must(t, p.Until(5*time.Second, `document.activeElement.id === "menu-item-0"`))
	must(t, p.Press("ArrowDown"))
	must(t, p.Until(5*time.Second, `document.activeElement.id === "menu-item-1"`))
	must(t, p.Screenshots(screenshots, "export"))
	must(t, p.Press("Escape"))
	must(t, p.Until(5*time.Second, `document.activeElement.id === "menu-export" && !document.getElementById("menu-open")`))
	must(t, p.Do(`document.getElementById("menu-export").click()`))
	must(t, p.Until(5*time.Second, `document.getElementById("menu-open")`))
	must(t, p.Do(`document.getElementById("detail").click()`))
	must(t, p.Until(5*time.Second, `!document.getElementById("menu-open")`))
}

// The timeline goes to the clipboard as text and as a diagram, and into a file.
func TestTakeTimelineAway(t *testing.T) {
	p := open(t)
	folder := t.TempDir()
	must(t, p.SaveTo(folder))
	must(t, p.Do(`void Object.defineProperty(navigator, "clipboard", { value: { writeText: (text) => { window.__copied = text; return Promise.resolve(); } } })`))
	must(t, p.Choose(incident(t).file("incident.pcap")))
	must(t, p.Reaches(20*time.Second, "ready"))
	must(t, p.Select(1))
	must(t, p.Until(5*time.Second, `document.querySelectorAll("svg.ladder .step").length > 5 && document.getElementById("menu-ladder")`))
	steps, err := Eval[int](p, `document.querySelectorAll("svg.ladder .step").length`)
	must(t, err)

	item(t, p, "ladder", "as text")
	must(t, p.Until(5*time.Second, `window.__copied && __copied.includes("10.20.9.2:80") && __copied.includes("SYN seq=0")`))
	item(t, p, "ladder", "Mermaid")
	must(t, p.Until(5*time.Second, `__copied.startsWith("sequenceDiagram\n") && __copied.includes("L0->>L1: ") && __copied.includes("L0-->>L2: ")`))
	item(t, p, "ladder", "SVG")
	drawing := string(download(t, folder, "incident.pcap.flow-1.svg"))
	found := strings.Count(drawing, `<g class="step`)
	for decoder := xml.NewDecoder(strings.NewReader(drawing)); err == nil; {
		_, err = decoder.Token()
	}
	if err != io.EOF || found != steps || !strings.Contains(drawing, "10.20.3.44") {
		t.Errorf("the drawing has %d steps of %d: %v", found, steps, err)
	}
}
