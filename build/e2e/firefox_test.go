package e2e

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/websocket"

	"wirewhy/build/assemble"
	"wirewhy/build/serve"
)

// firefox is a headless Firefox that is driven over WebDriver BiDi
// (w3c.github.io/webdriver-bidi), as far as these tests need it.
type firefox struct {
	t    *testing.T
	conn *websocket.Conn
	tab  string
	last int
}

// firefoxWithin is how long a command may take.
const firefoxWithin = 60 * time.Second

// startFirefox starts a Firefox in which every name leads to an address, or skips
// the test where there is none.
func startFirefox(t *testing.T, address string) *firefox {
	t.Helper()
	var program string
	for _, name := range []string{"firefox-esr", "firefox"} {
		if path, err := exec.LookPath(name); err == nil && program == "" {
			program = path
		}
	}
	if program == "" {
		t.Skip("no Firefox on the PATH (Debian: apt-get install firefox-esr): the page is tested in Chromium alone")
	}
	profile := t.TempDir()
	prefs := `user_pref("network.dns.forceResolve", "` + address + `");
user_pref("dom.disable_open_during_load", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("app.update.enabled", false);
user_pref("media.peerconnection.ice.loopback", true);
user_pref("remote.prefs.recommended", true);
`
	must(t, os.WriteFile(filepath.Join(profile, "user.js"), []byte(prefs), 0o644))
	cmd := exec.Command(program, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0", "--remote-allow-origins", "http://localhost", "about:blank")
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "MOZ_CRASHREPORTER_DISABLE=1")
	said, err := cmd.StderrPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		if m := regexp.MustCompile(`WebDriver BiDi listening on (ws://\S+)`).FindStringSubmatch(lines.Text()); m != nil {
			go io.Copy(io.Discard, said)
			return connect(t, m[1])
		}
	}
	t.Fatalf("%s did not offer WebDriver BiDi", program)
	return nil
}

func connect(t *testing.T, address string) *firefox {
	t.Helper()
	conn, err := websocket.Dial(address+"/session", "", "http://localhost")
	must(t, err)
	f := &firefox{t: t, conn: conn}
	must(t, f.call("session.new", map[string]any{"capabilities": map[string]any{}}, nil))
	var tree struct{ Contexts []struct{ Context string } }
	must(t, f.call("browsingContext.getTree", map[string]any{}, &tree))
	f.tab = tree.Contexts[0].Context
	return f
}

// call sends a command and waits for its answer; events are not asked for.
func (f *firefox) call(method string, params, result any) error {
	f.last++
	if err := websocket.JSON.Send(f.conn, map[string]any{"id": f.last, "method": method, "params": params}); err != nil {
		return err
	}
	f.conn.SetReadDeadline(time.Now().Add(firefoxWithin))
	for {
		var answer struct {
			ID      int
			Type    string
			Message string
			Result  json.RawMessage
		}
		if err := websocket.JSON.Receive(f.conn, &answer); err != nil {
			return fmt.Errorf("%s: %w", method, err)
		}
		switch {
		case answer.ID != f.last:
		case answer.Type == "error":
			return fmt.Errorf("%s: %s", method, answer.Message)
		case result == nil:
			return nil
		default:
			return json.Unmarshal(answer.Result, result)
		}
	}
}

func (f *firefox) navigate(url string) error {
	return f.call("browsingContext.navigate", map[string]any{"context": f.tab, "url": url, "wait": "complete"}, nil)
}

// eval evaluates an expression, awaits it, and decodes it from JSON.
func (f *firefox) eval(expression string, value any) error {
	var answer struct {
		Type             string
		Result           struct{ Value string }
		ExceptionDetails struct{ Text string }
	}
	err := f.call("script.evaluate", map[string]any{
		"expression": "(async () => JSON.stringify((await (" + expression + ")) ?? null))()", "target": map[string]any{"context": f.tab}, "awaitPromise": true,
	}, &answer)
	if err == nil && answer.Type != "success" {
		err = errors.New(answer.ExceptionDetails.Text)
	}
	if err != nil {
		return fmt.Errorf("%.120s: %w", expression, err)
	}
	return json.Unmarshal([]byte(answer.Result.Value), value)
}

// until waits until an expression is true.
func (f *firefox) until(expression string) {
	f.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		var ok bool
		err := f.eval("!!("+expression+")", &ok)
		if err == nil && ok {
			return
		}
		if time.Now().After(deadline) {
			var page string
			f.eval(`document.body.innerText.slice(0, 300)`, &page)
			f.t.Fatalf("still not: %s (%v): %s", expression, err, page)
		}
	}
}

// drop drops the incident onto the page and waits for its report.
func (f *firefox) drop() {
	f.t.Helper()
	var done bool
	must(f.t, f.eval(`(() => {
  const bytes = Uint8Array.from(atob("`+base64.StdEncoding.EncodeToString(incident(f.t).bytes.Bytes())+`"), (c) => c.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], "incident.pcap"));
  for (const type of ["dragenter", "dragover", "drop"])
    document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true, composed: true }));
  return true;
})()`, &done))
	f.until(`document.documentElement.dataset.state === "ready" && wirewhy.report()`)
	var r report
	must(f.t, f.eval(`wirewhy.report()`, &r))
	r.want(f.t)
}

// In Firefox, too, the single file does from a disk all that the site does.
func TestFirefoxSingleFile(t *testing.T) {
	f := startFirefox(t, "127.0.0.1")
	must(t, f.navigate(singleFile(t)+"?lang=en"))
	f.until(`window.wirewhy && wirewhy.open`)
	f.drop()
	for _, step := range []struct{ do, then string }{
		{`wirewhy.select({finding: 0})`, `document.querySelector('[data-act="tab"][data-arg="timeline"]')`},
		{`document.querySelector('[data-act="tab"][data-arg="timeline"]').click()`, `document.querySelector("svg.ladder")`},
		{`document.querySelector('[data-act="tab"][data-arg="packets"]').click()`, `document.querySelector('#packets-rows [data-act="packet"]')`},
		{`document.querySelector('#packets-rows [data-act="packet"]').click()`, `document.querySelector('#packet [data-act="byte"]')`},
		{`wirewhy.close()`, `document.getElementById("sample-0")`},
		{`document.getElementById("sample-0").click()`, `document.documentElement.dataset.state === "ready" && wirewhy.report()`},
	} {
		var ignored any
		must(t, f.eval("void "+step.do, &ignored))
		f.until(step.then)
	}
}

// to is what the attempts are told in Firefox, where names lead to an address but
// not to a port.
func (l *listener) toPort() string {
	_, port, _ := strings.Cut(l.tcp.Addr().String(), ":")
	return fmt.Sprintf(`{name: "%s:%s", dns: "%s", tcp: "%s", udp: "%s"}`, leakNames, port, deadNames, l.tcp.Addr(), l.udp.LocalAddr())
}

// What Chromium lets nobody send, Firefox does not either.
func TestFirefoxNothingLeaves(t *testing.T) {
	l := listen(t)
	f := startFirefox(t, outside())
	site, err := compromised().Site(assemble.None)
	must(t, err)
	dir := filepath.Join(t.TempDir(), "site")
	must(t, assemble.Write(dir, site))
	page, err := compromised().Single()
	must(t, err)
	single := filepath.Join(t.TempDir(), "wirewhy.html")
	must(t, os.WriteFile(single, page, 0o644))
	headers, bare := &home{Handler: serve.New(os.DirFS(dir))}, &home{Handler: http.FileServer(http.Dir(dir))}
	for name, h := range map[string]*home{"headers": headers, "bare": bare, "single": nil} {
		address := "file://" + single
		if h != nil {
			server := httptest.NewServer(h)
			defer server.Close()
			address = server.URL + "/"
		}
		before := l.all()
		must(t, f.navigate(address+"?lang=en"))
		f.until(`window.wirewhy && wirewhy.open`)
		f.drop()
		met, more, last := map[string]string{}, map[string]string{}, map[string]string{}
		must(t, f.eval(`attempts.run([attempts.anywhere, attempts.inPage, attempts.home], `+l.toPort()+`)`, &met))
		must(t, f.eval(fmt.Sprintf(inWorker, l.toPort()), &more))
		must(t, f.eval(`attempts.run([attempts.leaving], `+l.toPort()+`)`, &last))
		time.Sleep(1500 * time.Millisecond)
		f.until(`wirewhy.report()`)
		for _, arrived := range l.all() {
			if !slices.Contains(before, arrived) {
				t.Errorf("%s: arrived: %s (%s%s%s)", name, arrived, met[arrived], more[arrived], last[arrived])
			}
		}
		if h != nil && len(h.heard) > 0 {
			t.Errorf("%s: the page's own host was told: %q", name, h.heard)
		}
	}

	// The listener hears Firefox where nothing forbids it.
	open := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, `<!doctype html><link rel="icon" href="data:,"><script>`+strings.ReplaceAll(string(attempts), "</script", `<\/script`)+`</script><body>`)
	}))
	defer open.Close()
	must(t, f.navigate(open.URL))
	for _, name := range []string{"fetch", "xhr", "websocket", "image", "beacon", "stylesheet", "script", "iframe", "iframe-fresh-fetch", "prefetch", "rtc", "location-href"} {
		var met map[string]string
		err := f.eval(fmt.Sprintf(`attempts.run([attempts.anywhere, attempts.inPage, attempts.leaving], %s, %q)`, l.toPort(), name), &met)
		want := name
		if name == "rtc" {
			want = "STUN"
		}
		eventually(t, fmt.Sprintf("%s (%v, %v)", want, met, err), func() bool { return slices.Contains(l.all(), want) })
	}
}
