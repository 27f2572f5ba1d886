package e2e

import (
	"testing"
	"time"
)

// The filter is typed with the help of its completions, says where it is wrong,
// and narrows the list.
func TestFilter(t *testing.T) {
	p := open(t)
	must(t, p.Drop("incident.pcap", incident(t).bytes.Bytes()))
	must(t, p.Reaches(20*time.Second, "ready"))
	rows := func(n string) {
		t.Helper()
		must(t, p.Until(5*time.Second, `document.querySelectorAll(".flow[data-act]").length === `+n))
	}
	value := func(want string) {
		t.Helper()
		must(t, p.Until(5*time.Second, `document.getElementById("filter").value === "`+want+`"`))
	}
	rows("6")
	must(t, p.Press("/"))
	must(t, p.Until(5*time.Second, `document.querySelectorAll("#choices .choice").length > 8`))
	must(t, p.Screenshots(screenshots, "filter-names"))
	must(t, p.Type("prob"))
	must(t, p.Press("Tab"))
	value("problem:")
	must(t, p.Type("refus"))
	must(t, p.Until(5*time.Second, `document.querySelector("#choices .choice code")?.textContent === "refused-by-rst"`))
	must(t, p.Press("ArrowDown"))
	must(t, p.Until(5*time.Second, `document.getElementById("filter").getAttribute("aria-activedescendant") === "choice-0" && document.querySelector("#choice-0[aria-selected=true]")`))
	must(t, p.Screenshots(screenshots, "filter-choices"))
	must(t, p.Press("Enter"))
	value("problem:refused-by-rst")
	rows("1")
	must(t, p.Type(" or rtt > 100"))
	must(t, p.Until(5*time.Second, `document.querySelector("#filter-error mark")?.textContent === "100"`))
	must(t, p.Until(5*time.Second, `document.querySelectorAll(".flow[data-act]").length > 0`)) // what matched before stays
	must(t, p.Screenshots(screenshots, "filter-fault"))
	must(t, p.Type("us"))
	must(t, p.Until(5*time.Second, `!document.querySelector("#filter-error *")`))
	rows("4") // the one refused, and three whose handshake was completed
	must(t, p.Press("Escape"))
	must(t, p.Until(5*time.Second, `document.getElementById("filter").value === ""`))
	rows("6")
}

// Flows are marked by hand, by mouse and by keyboard, and saved together.
func TestMarks(t *testing.T) {
	p := open(t)
	must(t, p.Drop("incident.pcap", incident(t).bytes.Bytes()))
	must(t, p.Reaches(20*time.Second, "ready"))
	must(t, p.Until(5*time.Second, `document.querySelectorAll(".flow[data-act]").length === 6`))
	click := func(row, held string) {
		t.Helper()
		must(t, p.Do(`void document.querySelector("#flow-`+row+`").dispatchEvent(new MouseEvent("click", {bubbles: true, `+held+`}))`))
	}
	marked := func(n string) {
		t.Helper()
		must(t, p.Until(5*time.Second, `document.querySelectorAll(".flow[aria-checked=true]").length === `+n))
	}
	click("1", "ctrlKey: true")
	marked("1")
	click("3", "shiftKey: true")
	marked("3")
	click("5", "ctrlKey: false")
	must(t, p.Press("x"))
	marked("4")
	must(t, p.Screenshots(screenshots, "marks"))
	must(t, p.Do(`document.getElementById("save-marked").click()`))
	must(t, p.Until(5*time.Second, `document.querySelector("dialog[open] [role=radio][aria-checked=true]")?.innerText.includes("4")`))
	must(t, p.Press("Escape"))
	must(t, p.Do(`document.getElementById("clear-marks").click()`))
	marked("0")
}
