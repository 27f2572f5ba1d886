package e2e

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"wirewhy/build/assemble"
	"wirewhy/build/serve"
)

// attempts is what a compromised dependency could try.
//
//go:embed testdata/attempts.js
var attempts []byte

// listener is another machine: it notes whoever comes, by TCP or UDP, and what they say.
type listener struct {
	tcp net.Listener
	udp net.PacketConn

	mu   sync.Mutex
	came map[string]bool // the attempt's name, else what was seen
}

// outside returns an address of this machine other than the loopback's if there is
// one: WebRTC does not look for a way out through the loopback.
func outside() string {
	all, _ := net.InterfaceAddrs()
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && !n.IP.IsLoopback() && n.IP.To4() != nil {
			return n.IP.String()
		}
	}
	return "127.0.0.1"
}

func listen(t *testing.T) *listener {
	t.Helper()
	l := &listener{came: map[string]bool{}}
	var err error
	l.tcp, err = net.Listen("tcp", net.JoinHostPort(outside(), "0"))
	must(t, err)
	l.udp, err = net.ListenPacket("udp", net.JoinHostPort(outside(), "0"))
	must(t, err)
	t.Cleanup(func() { l.tcp.Close(); l.udp.Close() })
	go l.takeTCP()
	go l.takeUDP()
	return l
}

func (l *listener) note(what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.came[what] = true
}

func (l *listener) takeTCP() {
	for {
		conn, err := l.tcp.Accept()
		if err != nil {
			return
		}
		go l.hear(conn)
	}
}

// hear notes the attempt that a request belongs to: by its host, else by its path.
func (l *listener) hear(conn net.Conn) {
	defer conn.Close()
	conn.SetReadDeadline(time.Now().Add(2 * time.Second))
	in := bufio.NewReader(conn)
	first, _ := in.Peek(4)
	request, err := http.ReadRequest(in)
	switch {
	case len(first) == 0:
		l.note("a connection without a word")
	case err != nil:
		l.note(fmt.Sprintf("%q by TCP", first))
	default:
		name, ours := strings.CutSuffix(strings.Split(request.Host, ":")[0], "."+leakNames)
		if !ours {
			name = strings.Trim(request.URL.Path, "/")
		}
		l.note(name)
		io.Copy(io.Discard, request.Body)
		io.WriteString(conn, "HTTP/1.1 204 No Content\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
	}
}

func (l *listener) takeUDP() {
	buffer := make([]byte, 2048)
	for {
		n, _, err := l.udp.ReadFrom(buffer)
		if err != nil {
			return
		}
		switch {
		case n >= 8 && bytes.Equal(buffer[4:8], []byte{0x21, 0x12, 0xa4, 0x42}): // STUN's cookie, RFC 8489 §5
			l.note("STUN")
		default:
			l.note("a datagram")
		}
	}
}

func (l *listener) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Sorted(maps.Keys(l.came))
}

// Names that the browser looks up and finds, and others that it looks up in vain.
const (
	leakNames = "leak.test"
	deadNames = "dead-leak.test"
)

// to is what the attempts are told: where to send something.
func (l *listener) to() string {
	return fmt.Sprintf(`{name: "%s", dns: "%s", tcp: "%s", udp: "%s"}`, leakNames, deadNames, l.tcp.Addr(), l.udp.LocalAddr())
}

// flags make the browser find the listener under every name below leak.test, hold
// nothing back by itself, and write down all that its network does.
func (l *listener) flags(log string) []string {
	return []string{
		"host-resolver-rules=MAP *." + leakNames + " " + l.tcp.Addr().String(),
		"disable-popup-blocking=", "disable-background-networking=false", "autoplay-policy=no-user-gesture-required",
		"disable-features=LocalNetworkAccessChecks,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable",
		"log-net-log=" + log,
	}
}

// named returns the attempts whose names the browser has looked up, by its own log.
func named(t *testing.T, log string) []string {
	t.Helper()
	text, err := os.ReadFile(log)
	must(t, err)
	if !bytes.Contains(text, []byte("HOST_RESOLVER")) {
		t.Fatal("the browser's log of its network tells of no name at all")
	}
	found := map[string]bool{}
	for _, m := range regexp.MustCompile(`([a-z-]+)\.(?:dead-)?leak\.test`).FindAllSubmatch(text, -1) {
		found[string(m[1])] = true
	}
	return slices.Sorted(maps.Keys(found))
}

// inWorker runs attempts in a worker of the page and returns what they met with.
const inWorker = `new Promise((done) => {
  const worker = wirewhyBoot.newWorker();
  worker.onmessage = ({ data }) => data.met && done(data.met);
  worker.postMessage({ attempts: { prefix: "worker-", ...%s } });
})`

// The attempts must be able to succeed: in a page without a policy and without the
// lock-down, they arrive. What does not is not worth trying, and said here.
func TestAttemptsArrive(t *testing.T) {
	l := listen(t)
	log := filepath.Join(t.TempDir(), "net.json")
	worker := `self.wirewhyBoot = { newWorker: () => new Worker("attempts.js") };`
	open := http.NewServeMux()
	open.HandleFunc("/attempts.js", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		w.Write(attempts)
	})
	open.HandleFunc("/{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, `<!doctype html><link rel="icon" href="data:,"><script src="attempts.js"></script><script>`+worker+`</script><body>`)
	})
	b, err := Start(context.Background(), open, l.flags(log)...)
	must(t, err)
	b.Ordinary = true
	p, err := b.Open("/")
	must(t, err)
	met, err := Eval[map[string]string](p, `attempts.run([attempts.anywhere, attempts.inPage], `+l.to()+`)`)
	must(t, err)
	more, err := Eval[map[string]string](p, fmt.Sprintf(inWorker, l.to()))
	must(t, err)
	for name, what := range more {
		met["worker-"+name] = what
	}
	names, err := Eval[[]string](p, `attempts.names(attempts.leaving)`)
	must(t, err)
	p.Close()
	for _, name := range names {
		p, err := b.Open("/")
		must(t, err)
		p.Do(fmt.Sprintf(`void setTimeout(() => attempts.run([attempts.leaving], %s, %q))`, l.to(), name))
		eventuallyOr(func() bool { return slices.Contains(l.all(), name) })
		p.Close()
	}
	time.Sleep(2 * time.Second)
	b.Close()
	heard := append(l.all(), named(t, log)...)
	for _, name := range append(slices.Sorted(maps.Keys(met)), names...) {
		if deaf[name] == "" && !slices.Contains(heard, name) {
			t.Errorf("not arrived, though nothing forbids it: %s: %s", name, met[name])
		}
	}
	// Those that say no name.
	for _, what := range []string{"STUN", "a datagram", `"\x00\x03\x00\b" by TCP`} {
		if !slices.Contains(heard, what) {
			t.Errorf("never heard, though nothing forbids it: %s (heard were %v)", what, heard)
		}
	}
}

// deaf are attempts that this test does not hear of, and why they are made all the same.
var deaf = map[string]string{
	"rtc": "heard as STUN and TURN", "rtc-webkit": "heard as STUN and TURN", "iframe-fresh-rtc": "heard as STUN and TURN",
	"web-transport": "heard as a datagram", "worker-web-transport": "heard as a datagram",
	"background-fetch": "needs a service worker", "worker-background-fetch": "of pages only", "worker-update-found": "of service workers only",
	"worker-fetch-later": "of pages only", "fetch-later": "of secure origins only", "credentials": "of secure origins only",
	"payment": "of secure origins only", "picture-in-picture": "needs a person's click",
	"dns-anchor": "only where the page asks for it, by a header", "prerender": "other browsers", "speculation-rules": "of secure origins only",
	"manifest": "fetched when somebody wants to install the page", "report-uri": "of headers only, by the standard", "worker": "of the same origin only, by the standard",
}

func eventuallyOr(ok func() bool) {
	for deadline := time.Now().Add(2 * time.Second); !ok() && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
	}
}

// compromised is the site with the attempts in its page and in its worker.
func compromised() assemble.Source {
	s := source
	s.Assets = maps.Clone(source.Assets)
	for _, name := range []string{"boot.js", "worker.js"} {
		s.Assets[name] = slices.Concat(attempts, []byte("\n"), source.Assets[name])
	}
	return s
}

// home is the page's own host, which must hear nothing either after the page has loaded.
type home struct {
	http.Handler
	mu    sync.Mutex
	heard []string
}

func (h *home) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if said := r.URL.RequestURI() + " " + r.Header.Get("Cookie"); strings.Contains(said, "leak") {
		h.mu.Lock()
		h.heard = append(h.heard, said)
		h.mu.Unlock()
	}
	h.Handler.ServeHTTP(w, r)
}

// Nothing gets out: not of the site with all its headers, not from a host that
// sends none, not of the single file.
func TestNothingLeaves(t *testing.T) {
	s := compromised()
	site, err := s.Site(assemble.None)
	must(t, err)
	dir := filepath.Join(t.TempDir(), "site")
	must(t, assemble.Write(dir, site))
	page, err := s.Single()
	must(t, err)
	single := filepath.Join(t.TempDir(), "wirewhy.html")
	must(t, os.WriteFile(single, page, 0o644))
	for _, c := range []struct {
		name, address string
		site          http.Handler
	}{
		{"headers", "", serve.New(os.DirFS(dir))},
		{"bare", "", http.FileServer(http.Dir(dir))},
		{"single", "file://" + single, http.NotFoundHandler()},
	} {
		t.Run(c.name, func(t *testing.T) { nothingLeaves(t, c.site, c.address) })
	}
}

func nothingLeaves(t *testing.T, site http.Handler, address string) {
	l := listen(t)
	log := filepath.Join(t.TempDir(), "net.json")
	host := &home{Handler: site}
	b, err := Start(context.Background(), host, l.flags(log)...)
	must(t, err)
	b.Ordinary = true
	defer b.Close()
	if address == "" {
		address = serve.Address(b.listener) + "/"
	}
	p, err := b.OpenAt(address, "?lang=en")
	must(t, err)
	must(t, p.Started())
	must(t, p.Drop("incident.pcap", incident(t).bytes.Bytes()))
	must(t, p.Reaches(20*time.Second, "ready"))
	met, err := Eval[map[string]string](p, `attempts.run([attempts.anywhere, attempts.inPage, attempts.home], `+l.to()+`)`)
	must(t, err)
	more, err := Eval[map[string]string](p, fmt.Sprintf(inWorker, l.to()))
	must(t, err)
	for name, what := range more {
		met["worker-"+name] = what
	}
	if len(met) < 100 {
		t.Errorf("only %d attempts were made", len(met))
	}
	last, err := Eval[map[string]string](p, `attempts.run([attempts.leaving], `+l.to()+`)`)
	must(t, err)
	maps.Copy(met, last)
	time.Sleep(1500 * time.Millisecond)
	if ok, err := Eval[bool](p, `wirewhy.report() && location.href.startsWith("`+address+`?lang=en")`); err != nil || !ok {
		t.Errorf("the page is not what it was: %v %v", ok, err)
	}
	must(t, chromedp.Do(p.ctx, chromedp.Reload()))
	p.Close()
	b.Close()
	for _, name := range l.all() {
		t.Errorf("arrived: %s (%s)", name, met[name])
	}
	for _, name := range named(t, log) {
		t.Errorf("a name was looked up: %s", name)
	}
	if len(host.heard) > 0 {
		t.Errorf("the page's own host was told: %q", host.heard)
	}
	for _, name := range slices.Sorted(maps.Keys(met)) {
		t.Logf("%s: %s", name, met[name])
	}
}
