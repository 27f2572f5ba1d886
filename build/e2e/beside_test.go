package e2e

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"
)

// path is one incident captured at two places, the far one's clock ahead.
type path struct {
	t      *testing.T
	delay  time.Duration // one way
	ahead  time.Duration
	nat    map[string]end // what a client's end becomes on the way
	events [2][]event
}

// event is a packet at one of the two places.
type event struct {
	at       time.Duration
	from, to end
	flags    string
	seq, ack uint32
	payload  string
}

// send sends a segment from the client (or the server) at a time by the near
// place's clock; lost between the two places, it stays at the sender's.
func (p *path) send(at time.Duration, fromClient bool, client, server end, flags string, seq, ack uint32, payload string, lost bool) {
	translated, ok := p.nat[client.ip.String()]
	if !ok {
		translated = client
	}
	near, far := event{at, client, server, flags, seq, ack, payload}, event{at + p.delay, translated, server, flags, seq, ack, payload}
	sender := 0
	if !fromClient {
		sender = 1
		near.at, far.at = at+p.delay, at
		near.from, near.to, far.from, far.to = near.to, near.from, far.to, far.from
	}
	far.at += p.ahead
	for place, e := range []event{near, far} {
		if !lost || place == sender {
			p.events[place] = append(p.events[place], e)
		}
	}
}

// write returns what a capture at a place holds.
func (p *path) write(place int) []byte {
	c := newCapture(p.t)
	base := c.at
	slices.SortStableFunc(p.events[place], func(a, b event) int { return int(a.at - b.at) })
	for _, e := range p.events[place] {
		c.at = base.Add(e.at)
		c.segment(0, e.from, e.to, e.flags, e.seq, e.ack, e.payload)
	}
	return c.bytes.Bytes()
}

// twoPlaces is an incident at a client and at its server, whose clock is three
// seconds ahead: exchanges of which one loses data, and SYNs that get lost.
func twoPlaces(t *testing.T) *path {
	p := &path{t: t, delay: 10 * time.Millisecond, ahead: 3 * time.Second, nat: map[string]end{}}
	server := at("10.30.9.1", 443)
	for i := range uint16(8) {
		client, begin := at("10.30.0.7", 42000+i), time.Duration(i)*2*time.Second
		isn, answer := 1000*uint32(i+1), 900_000+1000*uint32(i)
		p.send(begin, true, client, server, "S", isn, 0, "", false)
		p.send(begin+12*time.Millisecond, false, client, server, "S.", answer, isn+1, "", false)
		p.send(begin+24*time.Millisecond, true, client, server, ".", isn+1, answer+1, "", false)
		p.send(begin+25*time.Millisecond, true, client, server, "P.", isn+1, answer+1, "hello, server", i == 3)
		if i == 3 { // lost, and sent again
			p.send(begin+240*time.Millisecond, true, client, server, "P.", isn+1, answer+1, "hello, server", false)
		}
		p.send(begin+260*time.Millisecond, false, client, server, "P.", answer+1, isn+14, "hello, client", false)
		p.send(begin+280*time.Millisecond, true, client, server, "F.", isn+14, answer+14, "", false)
		p.send(begin+300*time.Millisecond, false, client, server, "F.", answer+14, isn+15, "", false)
		p.send(begin+320*time.Millisecond, true, client, server, ".", isn+15, answer+15, "", false)
	}
	client := at("10.30.0.7", 42900)
	for _, at := range []time.Duration{5 * time.Second, 6 * time.Second, 8 * time.Second} {
		p.send(at, true, client, server, "S", 77_000, 0, "", true)
	}
	return p
}

// drop drops several files at once: on the left half of the window, or beside what
// is open on the right one.
func (p *Page) drop(beside bool, files map[string][]byte) error {
	type file struct{ Name, Type, Content string }
	var list []file
	for name, content := range files {
		kind := ""
		if name[len(name)-4:] == ".txt" {
			kind = "text/plain"
		}
		list = append(list, file{name, kind, base64.StdEncoding.EncodeToString(content)})
	}
	slices.SortFunc(list, func(a, b file) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	quoted, err := json.Marshal(list)
	if err != nil {
		return err
	}
	x := 10
	if beside {
		x = 100_000
	}
	return p.Do(fmt.Sprintf(`(() => {
  const dataTransfer = new DataTransfer();
  for (const f of %s) dataTransfer.items.add(new File([Uint8Array.from(atob(f.Content), (c) => c.charCodeAt(0))], f.Name, { type: f.Type }));
  for (const type of ["dragover", "drop"])
    document.body.dispatchEvent(new DragEvent(type, { dataTransfer, clientX: %d, bubbles: true, cancelable: true, composed: true }));
})()`, quoted, x))
}

// ready waits until everything was read and concluded.
func ready(t *testing.T, p *Page) {
	t.Helper()
	must(t, p.Until(20*time.Second, `document.documentElement.dataset.state === "ready" && wirewhy.report()`))
}

const (
	nstatBefore = "root@web1:~# nstat -az\nTcpExtListenOverflows 13 0.0\nTcpExtListenDrops 13 0.0\n"
	nstatAfter  = "root@web1:~# nstat -az\nTcpExtListenOverflows 40 0.0\nTcpExtListenDrops 40 0.0\nroot@web1:~# ss -lnt\nState  Recv-Q Send-Q Local Address:Port Peer Address:Port\nLISTEN 129    128          0.0.0.0:443       0.0.0.0:*\nwhat is this line?\n"
)

// A capture alone leaves the cause open; what the server's host says settles it.
func TestEvidenceBesideCapture(t *testing.T) {
	p := open(t)
	c := newCapture(t)
	c.silent(at("10.20.0.7", 41003), at("10.20.9.4", 443), 4_000_000)
	must(t, p.drop(false, map[string][]byte{"silent.pcap": c.bytes.Bytes()}))
	ready(t, p)
	if r := reportOf(t, p); len(r.Findings) == 0 || r.Findings[0].Diagnosis == "accept-queue-overflow" {
		t.Fatalf("before the evidence: %+v", r.Findings)
	}
	// Texts are added wherever they are dropped.
	must(t, p.drop(false, map[string][]byte{"before.txt": []byte(nstatBefore), "after.txt": []byte(nstatAfter)}))
	must(t, p.Until(10*time.Second, `document.documentElement.dataset.state === "ready" && wirewhy.report() && wirewhy.report().evidence.length > 0`))
	if r := reportOf(t, p); r.Findings[0].Diagnosis != "accept-queue-overflow" {
		t.Errorf("with the evidence: %+v", r.Findings)
	}
	must(t, p.Until(5*time.Second, `document.getElementById("sources").innerText.includes("2 snapshots") && document.getElementById("sources").innerText.includes("1 socket")`))
	must(t, p.Until(5*time.Second, `document.getElementById("say").innerText.includes("+27")`))
	must(t, p.Screenshots(screenshots, "evidence-finding"))
	// From the finding to what the host said, and back.
	must(t, p.Do(`document.querySelector("#say [data-act=fact]").click()`))
	must(t, p.Until(5*time.Second, `document.documentElement.dataset.tab === "evidence" && document.querySelector("#beside-rows .line.on")`))
	must(t, p.Do(`document.querySelector("details.unread").open = true`))
	must(t, p.Until(5*time.Second, `(() => { const s = document.getElementById("beside").innerText; return s.includes("what is this line?") && s.includes("confirms") && s.includes("+27") && s.includes("LISTEN 129") })()`))
	must(t, p.Screenshots(screenshots, "evidence"))
	must(t, p.Do(`document.getElementById("act-lang").click()`))
	must(t, p.Until(5*time.Second, `document.getElementById("beside-head").innerText.includes("证实")`))
	must(t, p.Screenshots(screenshots, "evidence-zh"))
	must(t, p.Do(`document.getElementById("act-lang").click()`))
	must(t, p.Until(5*time.Second, `document.querySelector("#beside-head [data-act=finding]") && document.getElementById("beside-head").innerText.includes("confirms")`))
	must(t, p.Do(`document.querySelector("#beside-head [data-act=finding]").click()`))
	must(t, p.Until(5*time.Second, `document.documentElement.dataset.tab === "timeline" && document.getElementById("detail-title").innerText.includes("accept queue")`))
	// Taking a piece away takes its proof away.
	must(t, p.Do(`document.getElementById("show-evidence").click()`))
	must(t, p.Until(5*time.Second, `document.getElementById("remove-text-0")`))
	must(t, p.Do(`document.querySelector("[id^=remove-text][aria-label*=after]").click()`))
	must(t, p.Until(10*time.Second, `document.documentElement.dataset.state === "ready" && wirewhy.report() && wirewhy.report().evidence.length === 1`))
	if r := reportOf(t, p); r.Findings[0].Diagnosis == "accept-queue-overflow" {
		t.Errorf("without the evidence: %+v", r.Findings)
	}
}

// Host evidence needs no capture.
func TestEvidenceAlone(t *testing.T) {
	p := open(t)
	must(t, p.drop(false, map[string][]byte{"after.txt": []byte(nstatAfter)}))
	ready(t, p)
	must(t, p.Until(5*time.Second, `document.getElementById("show-evidence") && document.querySelectorAll("#beside-rows .line").length === 3`))
	must(t, p.Screenshots(screenshots, "evidence-alone"))
}

// Text is pasted into a box, which tells at once what it recognises.
func TestPasteBox(t *testing.T) {
	p := open(t)
	must(t, p.Choose(incident(t).file("incident.pcap")))
	ready(t, p)
	must(t, p.Do(`document.getElementById("act-add").click()`))
	must(t, p.Until(5*time.Second, `document.getElementById("add-dialog").open && document.getElementById("add-text").disabled`))
	type_ := func(text string) {
		quoted, _ := json.Marshal(text)
		must(t, p.Do(`(() => { const box = document.getElementById("add-box"); box.value = `+string(quoted)+`; box.dispatchEvent(new InputEvent("input", { bubbles: true })) })()`))
	}
	type_("it is slow today")
	must(t, p.Until(5*time.Second, `document.getElementById("add-foot").innerText.includes("Nothing recognised")`))
	type_("net.core.somaxconn = 128\nnet.ipv4.tcp_syncookies = 1\n")
	must(t, p.Until(5*time.Second, `document.getElementById("add-foot").innerText.includes("sysctl · 2 settings")`))
	must(t, p.Screenshots(screenshots, "paste"))
	must(t, p.Do(`document.getElementById("add-text").click()`))
	must(t, p.Until(10*time.Second, `document.documentElement.dataset.state === "ready" && wirewhy.report() && wirewhy.report().evidence.length === 1`))
	must(t, p.Until(5*time.Second, `!document.getElementById("add-dialog").open && document.getElementById("sources").innerText.includes("2 settings")`))
	// Pasting anywhere else adds as well.
	must(t, p.Do(`(() => { const clipboardData = new DataTransfer(); clipboardData.setData("text/plain", "5.10.0-8-amd64 kernel\nnet.ipv4.tcp_tw_reuse = 2"); document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true })) })()`))
	must(t, p.Until(10*time.Second, `document.documentElement.dataset.state === "ready" && wirewhy.report() && wirewhy.report().evidence.length >= 2`))
}

// clickLine clicks the line of the list beside a capture that holds a text.
func clickLine(t *testing.T, p *Page, text string) {
	t.Helper()
	find := `[...document.querySelectorAll("#beside-rows .line")].find((l) => l.innerText.includes("` + text + `"))`
	must(t, p.Until(5*time.Second, find))
	must(t, p.Do(find+`.click()`))
}

// Two captures of one incident, one after the other: compared, with their clocks,
// what was lost between, and which is nearer to the clients.
func TestTwoCaptures(t *testing.T) {
	p := open(t)
	both := twoPlaces(t)
	must(t, p.drop(false, map[string][]byte{"server.pcap": both.write(1)}))
	ready(t, p)
	must(t, p.drop(true, map[string][]byte{"client.pcap": both.write(0)}))
	must(t, p.Until(10*time.Second, `document.documentElement.dataset.state === "ready" && wirewhy.report() && wirewhy.report().captures.length === 2`))
	clock, err := Eval[float64](p, `wirewhy.report().clock.offset`)
	must(t, err)
	if clock > -2.99 || clock < -3.01 { // the second capture is the client's
		t.Errorf("clocks apart by %v", clock)
	}
	diagnosis, err := Eval[string](p, `wirewhy.report().flows.find((f) => f.client === "10.30.0.7:42900").diagnosis`)
	must(t, err)
	if diagnosis != "syn-lost-on-path" {
		t.Errorf("the lost SYNs: %s", diagnosis)
	}
	must(t, p.Until(5*time.Second, `document.getElementById("sources").innerText.includes("nearer to the clients")`))
	must(t, p.Do(`document.getElementById("show-compare").click()`))
	must(t, p.Until(5*time.Second, `(() => { const s = document.getElementById("beside-head").innerText; return s.includes("client.pcap is nearer to the clients") && s.includes("3.000000 s ± 10 ms") && s.includes("server.pcap ahead of client.pcap") })()`))
	must(t, p.Until(5*time.Second, `document.querySelectorAll("#beside-rows .line").length === 8 && document.querySelectorAll("#beside-rows .line.hurts").length === 1`))
	must(t, p.Screenshots(screenshots, "compare"))
	must(t, p.Do(`document.getElementById("act-lang").click()`))
	must(t, p.Until(5*time.Second, `document.getElementById("beside-head").innerText.includes("途中丢失")`))
	must(t, p.Screenshots(screenshots, "compare-zh"))
	must(t, p.Do(`document.getElementById("act-lang").click()`))
	// One connection's packets, then all; a packet is one click away.
	clickLine(t, p, "42003")
	must(t, p.Until(5*time.Second, `document.querySelectorAll("#beside-rows .line").length === 1 && document.querySelector("#beside-rows").innerText.includes("lost between")`))
	must(t, p.Do(`document.querySelector("#beside-head [data-act=list][data-arg='2']").click()`))
	must(t, p.Until(5*time.Second, `document.querySelectorAll("#beside-rows .line").length === 4`))
	must(t, p.Screenshots(screenshots, "compare-packets"))
	clickLine(t, p, "len 13")
	must(t, p.Until(5*time.Second, `document.documentElement.dataset.tab === "packets" && document.querySelector("#packet .layer")`))
	// The other way round, and as the packets tell again.
	must(t, p.Do(`document.getElementById("show-compare").click()`))
	must(t, p.Until(5*time.Second, `document.getElementById("near-swap")`))
	must(t, p.Do(`document.getElementById("near-swap").click()`))
	must(t, p.Until(10*time.Second, `document.documentElement.dataset.state === "ready" && wirewhy.report() && document.getElementById("beside-head").innerText.includes("server.pcap is nearer to the clients") && document.getElementById("near-find")`))
	must(t, p.Do(`document.getElementById("near-find").click()`))
	must(t, p.Until(10*time.Second, `document.documentElement.dataset.state === "ready" && wirewhy.report() && document.getElementById("beside-head").innerText.includes("client.pcap is nearer to the clients")`))
	// Without the second capture it is one again.
	must(t, p.Do(`document.getElementById("remove-capture-0").click()`))
	must(t, p.Until(10*time.Second, `document.documentElement.dataset.state === "ready" && wirewhy.report() && wirewhy.report().captures.length === 1 && !document.getElementById("show-compare")`))
}

// Addresses that a router translates within one capture are lanes of one story.
func TestTranslationWithinOneCapture(t *testing.T) {
	p := open(t)
	c := newCapture(t)
	client, vip, snat, pod := at("10.40.0.7", 42000), at("10.40.9.1", 443), at("10.40.9.2", 61000), at("10.40.3.3", 8443)
	c.segment(time.Millisecond, client, vip, "S", 100, 0, "")
	c.segment(50*time.Microsecond, snat, pod, "S", 100, 0, "")
	c.segment(300*time.Microsecond, pod, snat, "S.", 900, 101, "")
	c.segment(50*time.Microsecond, vip, client, "S.", 900, 101, "")
	c.segment(300*time.Microsecond, client, vip, ".", 101, 901, "")
	c.segment(50*time.Microsecond, snat, pod, ".", 101, 901, "")
	must(t, p.drop(false, map[string][]byte{"node.pcap": c.bytes.Bytes()}))
	ready(t, p)
	flows, err := Eval[int](p, `wirewhy.report().flows.length`)
	must(t, err)
	if flows != 1 {
		t.Errorf("%d flows", flows)
	}
	must(t, p.Select(0))
	for _, address := range []string{"10.40.0.7", "10.40.9.1", "10.40.3.3"} {
		must(t, p.Until(5*time.Second, `document.querySelector("svg.lanes") && document.querySelector("svg.lanes").textContent.includes("`+address+`")`))
	}
	must(t, p.Screenshots(screenshots, "translated"))
}

// Scripts add files as people do.
func TestScriptAdds(t *testing.T) {
	p := open(t)
	both := twoPlaces(t)
	must(t, p.Do(fmt.Sprintf(`(async () => {
  const file = (name, text) => new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name);
  const first = await wirewhy.open([file("client.pcap", %q)]);
  const second = await wirewhy.add([file("server.pcap", %q)]);
  if (first.captures.length !== 1 || second.captures.length !== 2 || !second.clock) throw new Error("not added");
})()`, base64.StdEncoding.EncodeToString(both.write(0)), base64.StdEncoding.EncodeToString(both.write(1)))))
}

// between is what a capture half way between the two places holds, by the near
// place's clock.
func (p *path) between() []byte {
	q := &path{t: p.t}
	for place, events := range p.events {
		for _, e := range events {
			fromClient := e.from.port != 443
			if fromClient == (place == 0) { // at its sender's place
				e.at += p.delay / 2
				if place == 1 {
					e.at -= p.ahead
				}
				q.events[0] = append(q.events[0], e)
			}
		}
	}
	return q.write(0)
}

// Three captures are put in their order along the path; keys lead to and from the
// comparison.
func TestThreePlaces(t *testing.T) {
	p := open(t)
	both := twoPlaces(t)
	must(t, p.drop(false, map[string][]byte{"a-server.pcap": both.write(1), "b-client.pcap": both.write(0), "c-router.pcap": both.between()}))
	ready(t, p)
	press := func(key string) {
		must(t, p.Do(`document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "`+key+`", bubbles: true, cancelable: true }))`))
	}
	press("c")
	must(t, p.Until(5*time.Second, `document.getElementById("beside-head").innerText.includes("b-client.pcap → c-router.pcap → a-server.pcap")`))
	must(t, p.Until(5*time.Second, `document.querySelectorAll("#beside-head [data-act=pair]").length === 3 && document.getElementById("sources").innerText.includes("in between")`))
	must(t, p.Screenshots(screenshots, "compare-three"))
	must(t, p.Do(`document.getElementById("pair-2").click()`))
	must(t, p.Until(5*time.Second, `document.getElementById("pair-2").getAttribute("aria-pressed") === "true" && document.querySelectorAll("#beside-rows .line").length === 9`))
	press("Escape")
	must(t, p.Until(5*time.Second, `document.documentElement.dataset.tab === "timeline"`))
}

// Everything dropped at once: both views are filled, and a drag says what will
// become of what is dropped where.
func TestAllAtOnce(t *testing.T) {
	p := open(t)
	both := twoPlaces(t)
	must(t, p.drop(false, map[string][]byte{"server.pcap": both.write(1), "client.pcap": both.write(0), "before.txt": []byte(nstatBefore), "after.txt": []byte(nstatAfter)}))
	ready(t, p)
	must(t, p.Do(`document.getElementById("show-compare").click()`))
	must(t, p.Until(5*time.Second, `document.querySelectorAll("#beside-rows .line").length === 8 && document.querySelector("#beside-head .ways")`))
	must(t, p.Do(`document.getElementById("show-evidence").click()`))
	must(t, p.Until(5*time.Second, `document.querySelectorAll("#beside-rows .line").length === 5 && document.querySelectorAll("#beside-head .host-text").length === 2`))
	must(t, p.Do(`(() => { const dataTransfer = new DataTransfer(); dataTransfer.items.add(new File(["x"], "x")); document.body.dispatchEvent(new DragEvent("dragover", { dataTransfer, clientX: 100000, bubbles: true, cancelable: true })) })()`))
	must(t, p.Until(5*time.Second, `document.documentElement.dataset.drag === "over beside"`))
	must(t, p.Screenshots(screenshots, "drop"))
	// Pressed again, the button leads back.
	must(t, p.Do(`document.getElementById("show-evidence").click()`))
	must(t, p.Until(5*time.Second, `document.documentElement.dataset.tab === "timeline"`))
}
