package host

import "strings"

var formatUname = format{
	command: "uname",
	starts: func(line string) bool {
		_, ok := release(line)
		return ok
	},
	open: func(*parser) reader { return unameReader{} },
}

type unameReader struct{}

func (unameReader) read(p *parser, line string) bool {
	r, ok := release(line)
	if ok {
		p.fact(Fact{Kind: KindRelease, Name: r})
		p.end() // one line each
	}
	return ok
}

// release finds the kernel's release in the output of uname -r, uname -a, or
// /proc/version.
func release(line string) (string, bool) {
	w := strings.Fields(line)
	switch {
	case len(w) == 1:
		return w[0], isRelease(w[0])
	case len(w) > 2 && w[0] == "Linux" && isRelease(w[2]):
		return w[2], true
	case len(w) == 2 && (w[0] == "Kernel" || w[0] == "kernel:" || w[0] == "Kernel:" || w[0] == "Linux") && isRelease(w[1]):
		return w[1], true
	}
	return "", false
}

// isRelease reports a release like 5.10.0-8-amd64: three numbers, perhaps more.
func isRelease(s string) bool {
	major, minor, ok := Version(s)
	return ok && major >= 2 && major < 20 && minor < 100 && strings.Count(s, ".") >= 2 && len(s) < 80
}

// Version returns the first two numbers of a kernel's release.
func Version(release string) (major, minor int, ok bool) {
	a, rest, ok := strings.Cut(release, ".")
	if !ok {
		return 0, 0, false
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		end = len(rest)
	}
	x, ok1 := number(a)
	y, ok2 := number(rest[:end])
	if !ok1 || !ok2 || len(a) > 2 || end > 3 || end < len(rest) && rest[end] != '.' && rest[end] != '-' {
		return 0, 0, false
	}
	// An address is no release.
	tail := strings.TrimLeft(rest[end:], ".0123456789")
	if tail == "" && strings.Count(release, ".") > 2 {
		return 0, 0, false
	}
	return int(x), int(y), true
}
