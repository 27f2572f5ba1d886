// Command bench measures reading and analysing large captures: in the page's
// worker, by the native command, and by tcptrace and tshark where they are
// installed. All contenders take turns on one file (A B C A B C …), so that
// whatever else the machine does falls on all of them; medians are printed as
// Markdown. The captures are generated, always the same, into build/out/bench.
package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"wirewhy/analyzer/traffic"
	"wirewhy/build/assemble"
	"wirewhy/build/e2e"
	"wirewhy/build/serve"
)

// size is a capture that can be asked for.
type size struct {
	name, title string
	write       func(io.Writer) (traffic.Written, error)
}

var sizes = []size{
	{"10MB", "10 MB mixed", mixed(10_000_000)},
	{"100MB", "100 MB mixed", mixed(100_000_000)},
	{"1GB", "1 GB mixed", mixed(1_000_000_000)},
	{"2GB", "2 GB mixed", mixed(2_000_000_000)},
	{"4GB", "4 GB mixed", mixed(4_000_000_000)},
	{"8GB", "8 GB mixed", mixed(8_000_000_000)},
	{"1M", "1 M tiny packets in 0.2 M flows", tiny(200_000)},
	{"5M", "5 M tiny packets in 1 M flows", tiny(1_000_000)},
}

func mixed(n int64) func(io.Writer) (traffic.Written, error) {
	return func(w io.Writer) (traffic.Written, error) { return traffic.Mixed(w, n, 1) }
}

func tiny(flows int) func(io.Writer) (traffic.Written, error) {
	return func(w io.Writer) (traffic.Written, error) { return traffic.Tiny(w, flows, 1) }
}

func main() {
	asked := flag.String("sizes", "100MB,1GB,5M", "captures to measure, of 10MB, 100MB, 1GB, 2GB, 4GB, 8GB, 1M, 5M")
	runs := flag.Int("runs", 3, "turns of each contender")
	slow := flag.Duration("slow", time.Minute, "a contender that took longer has no further turn on that capture")
	own := flag.Bool("own", false, "only page and command, not other people's programs")
	write := flag.String("write", "", "Markdown file whose section between the bench marks is replaced by the result")
	flag.Parse()
	if err := run(strings.Split(*asked, ","), *runs, *slow, *own, *write); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

const out = "build/out/bench"

func run(asked []string, runs int, slow time.Duration, own bool, write string) error {
	var chosen []size
	for _, name := range asked {
		i := slices.IndexFunc(sizes, func(s size) bool { return s.name == name })
		if i < 0 {
			return fmt.Errorf("no such size: %q (see -help)", name)
		}
		chosen = append(chosen, sizes[i])
	}
	ctx := context.Background()
	contenders, browser, err := prepare(ctx, own)
	if err != nil {
		return err
	}
	defer browser.Close()
	var text strings.Builder
	fmt.Fprintf(&text, "%s, version %s, %s, %s/%s, %d processors, load %s before; median of %d turns.\n",
		time.Now().UTC().Format(time.DateOnly), assemble.Version(ctx, "."), runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), load(), runs)
	if err := openings(&text, browser, max(runs, 3)); err != nil {
		return err
	}
	for _, s := range chosen {
		if err := measure(&text, s, contenders, browser, runs, slow); err != nil {
			return err
		}
	}
	fmt.Print("\n", text.String())
	if write != "" {
		return replaceSection(write, text.String())
	}
	return nil
}

// prepare builds command and site, starts the browser and returns who takes part.
func prepare(ctx context.Context, own bool) ([]contender, *e2e.Browser, error) {
	fmt.Fprintln(os.Stderr, "Building …")
	command := "build/bin/wirewhy"
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", command, "./analyzer/cmd/wirewhy")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return nil, nil, err
	}
	site := filepath.Join(out, "site")
	if _, err := assemble.Site(ctx, ".", site, assemble.Thorough); err != nil {
		return nil, nil, err
	}
	browser, err := e2e.Start(ctx, serve.New(os.DirFS(site)))
	if err != nil {
		return nil, nil, err
	}
	contenders := []contender{
		page(browser, "page: reading only", readOnly),
		page(browser, "page: analysis", analysed),
		page(browser, "page: analysis, opened at once", atOnce),
		{title: "command", take: ours(command)},
	}
	for _, other := range [][]string{{"tcptrace", "-n", "-l"}, {"tshark", "-q", "-z", "conv,tcp", "-r"}, {"tshark", "-Y", "tcp.analysis.flags", "-r"}} {
		if own {
			break
		}
		if _, err := exec.LookPath(other[0]); err != nil {
			fmt.Fprintf(os.Stderr, "%s is not installed: left out\n", other[0])
			continue
		}
		title := strings.TrimSuffix(strings.Join(other, " "), " -r")
		contenders = append(contenders, contender{title: title, take: others(other[0], other[1:]...)})
	}
	return contenders, browser, nil
}

// page is the page in a tab of its own.
func page(browser *e2e.Browser, title string, w way) contender {
	return contender{
		title:   title,
		take:    func(c capture) (turn, error) { return inPage(browser, c, w, false) },
		watched: func(c capture) (turn, error) { return inPage(browser, c, w, true) },
	}
}

// load returns the machine's load average of the last minute, as Linux tells it.
// Other work on the machine spoils seconds and, with fewer processors than the
// browser has busy threads, ratios as well: whoever reads the table must see it.
func load() string {
	text, _ := os.ReadFile("/proc/loadavg")
	first, _, _ := strings.Cut(string(text), " ")
	return cmp.Or(first, "unknown")
}

// manyFlows are enough for the list of them to be worth scrolling through.
const manyFlows = 100_000

// measure lets the contenders take turns on one capture and appends a table.
func measure(text io.Writer, s size, contenders []contender, browser *e2e.Browser, runs int, slow time.Duration) error {
	file, written, err := generate(s)
	if err != nil {
		return err
	}
	defer os.Remove(file)
	turns := make([][]turn, len(contenders))
	for n := range runs {
		for i, c := range contenders {
			if len(turns[i]) > 0 && turns[i][len(turns[i])-1].took > slow {
				continue
			}
			got, err := c.take(capture{file, written})
			if err != nil {
				return fmt.Errorf("%s on %s: %w", c.title, s.title, err)
			}
			fmt.Fprintf(os.Stderr, "%s, turn %d: %s %.2f s\n", s.title, n+1, c.title, got.took.Seconds())
			turns[i] = append(turns[i], got)
		}
	}
	for i, c := range contenders {
		if c.watched == nil {
			continue
		}
		got, err := c.watched(capture{file, written})
		if err != nil {
			return fmt.Errorf("%s on %s, traced: %w", c.title, s.title, err)
		}
		turns[i][0].work, turns[i][0].gap = got.work, got.gap
	}
	if err := table(text, s.title, written, contenders, turns); err != nil || written.Flows < manyFlows {
		return err
	}
	return scrolling(text, browser, capture{file, written}, s.title)
}

func generate(s size) (string, traffic.Written, error) {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return "", traffic.Written{}, err
	}
	path := filepath.Join(out, s.name+".pcap")
	f, err := os.Create(path)
	if err != nil {
		return "", traffic.Written{}, err
	}
	written, err := s.write(f)
	if err := errors.Join(err, f.Close()); err != nil {
		return "", written, err
	}
	path, err = filepath.Abs(path)
	return path, written, err
}

// The marks between which a document holds the last result.
const (
	beginMark = "<!-- bench: written by make bench WRITE=docs/performance.md -->\n"
	endMark   = "<!-- /bench -->\n"
)

// replaceSection puts text between the marks of a file.
func replaceSection(file, text string) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, ok := bytes.Cut(content, []byte(beginMark))
	_, after, ended := bytes.Cut(rest, []byte(endMark))
	if !ok || !ended {
		return fmt.Errorf("%s lacks the marks %q and %q", file, strings.TrimSpace(beginMark), strings.TrimSpace(endMark))
	}
	return os.WriteFile(file, slices.Concat(before, []byte(beginMark+"\n"+text+"\n"+endMark), after), 0o644)
}
