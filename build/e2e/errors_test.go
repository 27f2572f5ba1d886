package e2e

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"wirewhy/build/serve"
)

// openWith opens the site with a script that runs before everything else in it.
func openWith(t *testing.T, script, path string) *Page {
	t.Helper()
	p, err := browser.OpenAt("about:blank", "")
	must(t, err)
	t.Cleanup(p.Close)
	_, err = chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
	must(t, err)
	must(t, p.within(30*time.Second, func(ctx context.Context) error {
		return chromedp.Do(ctx, chromedp.Navigate(serve.Address(browser.listener)+path))
	}))
	return p
}

// A browser that lacks something says so in a sentence, in its language.
func TestOldBrowser(t *testing.T) {
	for _, name := range []string{"WebAssembly", "Worker", "DecompressionStream"} {
		for lang, want := range map[string]string{"en": "too old, it has no " + name + ".", "zh": "浏览器版本过旧，缺少 " + name} {
			p := openWith(t, `delete self.`+name, "/?lang="+lang)
			must(t, p.Reaches(10*time.Second, "failed"))
			must(t, p.Until(5*time.Second, `document.querySelector(".failed-start[role=alert]").innerText.includes("`+want+`")`))
		}
	}
}

// mortal puts a line in front of each worker's script: on a message of the test it
// takes all memory that the program could still get, or ends the program with an
// error that nobody expects.
const mortal = `(() => {
	const inWorker = () => {
		const { instantiate } = WebAssembly;
		let memory, look;
		WebAssembly.instantiate = async (...given) => {
			const instance = await instantiate(...given);
			memory = instance.exports.mem;
			look = given[1].gojs["runtime.resetMemoryDataView"]; // a memory that has grown is another one to JavaScript
			return instance;
		};
		new BroadcastChannel("test").onmessage = ({ data }) => {
			if (!memory) return; // the reader's
			if (data === "throw") throw new Error("a fault of the test");
			for (let pages = 4096; pages >= 1;) try { memory.grow(pages); } catch { pages /= 2; }
			look(0);
		};
	};
	const channel = new BroadcastChannel("test");
	window.__worker = (what) => channel.postMessage(what);
	window.Blob = class extends Blob {
		constructor(parts, options) {
			super(options && options.type === "text/javascript" ? ["(" + inWorker + ")();\n", ...parts] : parts, options);
		}
	};
})()`

// A worker that dies is told of, replaced, and its file is opened again by a
// button; what was found until then stays.
func TestWorkerDies(t *testing.T) {
	p := openWith(t, mortal, "/?lang=en")
	must(t, p.Started())
	must(t, p.Choose(incident(t).file("incident.pcap")))
	ready(t, p)
	must(t, p.Select(1))
	must(t, p.Until(5*time.Second, `document.querySelector("svg.ladder .step")`))
	must(t, p.Do(`__worker("throw")`))
	must(t, p.Until(10*time.Second, `document.querySelector("#banner [role=alert]")?.innerText.includes("a fault of the test")`))
	must(t, p.Until(5*time.Second, `document.documentElement.dataset.state === "ready" && document.querySelector("svg.ladder .step") && document.querySelectorAll("#flows-rows .flow").length === 6`))
	must(t, p.Screenshots(screenshots, "crashed"))
	must(t, p.Do(click("act-reopen")))
	ready(t, p)
	reportOf(t, p).want(t)
	must(t, p.Until(5*time.Second, `!document.querySelector("#banner [role=alert]")`))
}

// A worker that gets no more memory while it reads says what to do about it.
func TestOutOfMemory(t *testing.T) {
	p := openWith(t, mortal, "/?lang=en")
	must(t, p.Started())
	must(t, p.Choose(large(t)))
	must(t, p.Until(20*time.Second, `document.getElementById("progress-bar")?.value > 1`))
	must(t, p.Do(`__worker("exhaust")`))
	must(t, p.Until(30*time.Second, `document.querySelector("#banner [role=alert], #empty [role=alert]")?.innerText.includes("There was not enough memory")`))
	must(t, p.Screenshots(screenshots, "out-of-memory"))
	must(t, p.Do(click("act-reopen")))
	ready(t, p)
	must(t, p.Until(5*time.Second, `!document.querySelector("#banner [role=alert], #empty [role=alert]")`))
}

// After a crash nobody waits for ever, and what had been taken away does not come
// back with the files, also where the crash's banner was closed before.
func TestWorkerDiesWithWhatWasTakenAway(t *testing.T) {
	p := openWith(t, mortal, "/?lang=en")
	must(t, p.Started())
	must(t, p.Choose(incident(t).file("incident.pcap")))
	ready(t, p)
	add := func(name string) { // on the right half: beside what is open
		t.Helper()
		must(t, p.Do(`(() => {
	const dataTransfer = new DataTransfer();
	dataTransfer.items.add(new File(["net.core.somaxconn = 128\n"], "`+name+`"));
	document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true, clientX: innerWidth - 1 }));
})()`))
		must(t, p.Until(10*time.Second, `document.getElementById("show-evidence")`))
		ready(t, p)
		must(t, p.Do(`document.getElementById("show-evidence").getAttribute("aria-pressed") === "true" || document.getElementById("show-evidence").click()`))
	}
	add("gone.txt")
	must(t, p.Until(5*time.Second, `document.getElementById("remove-text-0")`))
	must(t, p.Do(click("remove-text-0")))
	must(t, p.Until(10*time.Second, `!document.querySelector(".sources") && document.documentElement.dataset.state === "ready"`))

	must(t, p.Do(`__worker("throw")`))
	must(t, p.Until(10*time.Second, `document.getElementById("act-dismiss")`))
	must(t, p.Do(click("act-dismiss")))
	why, err := Eval[string](p, `Promise.race([wirewhy.pcapng().then(() => "there is a file", (e) => e.message), new Promise((r) => setTimeout(r, 5000, "nothing"))])`)
	if err != nil || !strings.Contains(why, "analyzer stopped") {
		t.Errorf("packets of a worker that died: %q, %v", why, err)
	}
	add("new.txt") // opens everything again
	must(t, p.Until(5*time.Second, `document.getElementById("remove-text-0")`))
	if got, err := Eval[string](p, `document.getElementById("beside").innerText`); err != nil || !strings.Contains(got, "new.txt") || strings.Contains(got, "gone.txt") {
		t.Errorf("%s, %v", got, err)
	}
}
