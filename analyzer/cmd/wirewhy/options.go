package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"wirewhy/analyzer"
	"wirewhy/analyzer/session"
)

const usage = `wirewhy reads packet captures and says why TCP connections failed.

Usage:
  wirewhy [options] FILE...
  wirewhy explain [DIAGNOSIS]

FILE is a capture (pcap, pcapng or snoop, also compressed), text that tcpdump printed, or
text of a host (netstat -s, nstat -az, ss, sysctl, iptables, nft, conntrack …; twice, before
and after, for differences), in any order. - reads standard input.

Options:
  -text        a summary for a terminal (the default)
  -json        the report as JSON
  -markdown    the report for a ticket
  -html        the report as one self-contained page
  -csv         the flows, one a line
  -out FILE    write to FILE instead of standard output
  -pcapng FILE write packets to FILE as a capture, with the findings as comments; no report
               is printed unless one is asked for. All packets, or those of
               -flow ID[,ID…]     flows, by their ids in the report
               -finding N[,N…]    the evidence of findings, from 0 in the report's order
  -anonymise   with -pcapng: replace addresses (subnets stay together), cut payload and names
  -shift       with -anonymise: move all times by one random amount
  -role ROLE   where the captures were taken: client, server, or auto (the default)
  -fail-on SEVERITY  exit with status 3 if a problem is as severe, or worse: error, warning, info
  -lang LANG   language of texts: en (the default) or zh
  -color WHEN  colours of -text: auto (the default), always, never
  -help        this text

explain prints what a diagnosis means, how it is recognised, what looks like it and
how to confirm it; without an argument, the list of diagnoses.

Exit status: 0 read and analysed, whether problems were found or not; 1 a file could
not be read at all (nothing is printed on standard output); 2 wrong usage; 3 problems as
severe as -fail-on says.

Examples:
  wirewhy trace.pcapng
  tcpdump -i any -w - 'tcp or icmp' | wirewhy -
  wirewhy -json -out report.json client.pcap
  wirewhy -fail-on error nightly-test.pcap
  wirewhy -pcapng ticket.pcapng -finding 0 -anonymise client.pcap
`

// face is a form of the report.
type face string

var faces = []face{"text", "json", "markdown", "html", "csv"}

// options are what the command was asked to do.
type options struct {
	face  face
	out   string
	role  string
	lang  analyzer.Lang
	color string
	// failOn is the severity from which on a problem makes the command fail; empty: none.
	failOn string
	files  []string

	pcapng  string // where an extract goes
	extract session.Selection
}

// severities are those of problems, worst first.
var severities = []string{string(analyzer.SeverityError), string(analyzer.SeverityWarning), string(analyzer.SeverityInfo)}

var errHelp = errors.New("help was asked for")

// parseOptions reads the arguments. Options may stand between and after files;
// -- ends them.
func parseOptions(args []string) (*options, error) {
	o := &options{role: "auto", color: "auto"}
	set := flag.NewFlagSet("wirewhy", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	chosen := map[face]*bool{}
	for _, f := range faces {
		chosen[f] = set.Bool(string(f), false, "")
	}
	set.StringVar(&o.out, "out", "", "")
	set.StringVar(&o.role, "role", "auto", "")
	set.StringVar(&o.color, "color", "auto", "")
	set.StringVar(&o.failOn, "fail-on", "", "")
	lang := set.String("lang", "en", "")
	set.StringVar(&o.pcapng, "pcapng", "", "")
	set.BoolVar(&o.extract.Anonymise, "anonymise", false, "")
	set.BoolVar(&o.extract.Shift, "shift", false, "")
	set.Func("flow", "", numbers(&o.extract.Flows))
	set.Func("finding", "", numbers(&o.extract.Findings))
	for rest := args; len(rest) > 0; {
		if err := set.Parse(rest); errors.Is(err, flag.ErrHelp) {
			return nil, errHelp
		} else if err != nil {
			return nil, err
		}
		parsed := rest[:len(rest)-set.NArg()]
		rest = set.Args()
		if len(parsed) > 0 && parsed[len(parsed)-1] == "--" {
			o.files = append(o.files, rest...)
			break
		}
		if len(rest) > 0 {
			o.files, rest = append(o.files, rest[0]), rest[1:]
		}
	}
	for _, f := range faces {
		if !*chosen[f] {
			continue
		}
		if o.face != "" {
			return nil, fmt.Errorf("-%s and -%s exclude each other", o.face, f)
		}
		o.face = f
	}
	if o.face == "" && o.pcapng == "" {
		o.face = "text"
	}
	o.lang = analyzer.Lang(*lang)
	o.extract.Lang = o.lang
	o.extract.All = len(o.extract.Flows)+len(o.extract.Findings) == 0
	return o, o.check()
}

// numbers reads a list of them, with commas.
func numbers(list *[]int) func(string) error {
	return func(s string) error {
		for n := range strings.SplitSeq(s, ",") {
			v, err := strconv.Atoi(n)
			if err != nil || v < 0 {
				return fmt.Errorf("%q is no number from 0 on", n)
			}
			*list = append(*list, v)
		}
		return nil
	}
}

func (o *options) check() error {
	for _, c := range []struct {
		name, value string
		allowed     []string
	}{
		{"role", o.role, []string{"client", "server", "auto"}},
		{"lang", string(o.lang), []string{"en", "zh"}},
		{"fail-on", o.failOn, append([]string{""}, severities...)},
		{"color", o.color, []string{"auto", "always", "never"}},
	} {
		if !slices.Contains(c.allowed, c.value) {
			return fmt.Errorf("-%s is %q; it must be one of %s", c.name, c.value, strings.Join(c.allowed, ", "))
		}
	}
	if x := &o.extract; o.pcapng == "" && (!x.All || x.Anonymise || x.Shift) {
		return errors.New("-flow, -finding, -anonymise and -shift belong to -pcapng")
	} else if x.Shift && !x.Anonymise {
		return errors.New("-shift belongs to -anonymise")
	}
	if len(o.files) == 0 {
		return errors.New("no file was named")
	}
	if n := slices.Index(o.files, "-"); n >= 0 && slices.Contains(o.files[n+1:], "-") {
		return errors.New("standard input can be read only once")
	}
	return nil
}
