//go:build !js

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The packets of a finding go into a file that can be read like any other, and
// anonymised they keep none of their addresses.
func TestPcapng(t *testing.T) {
	file := write(t, "a.pcap", refusedScript)
	out := filepath.Join(t.TempDir(), "out.pcapng")
	stdout, stderr, status := command(t, nil, "-pcapng", out, "-finding", "0", "-flow", "0", file)
	if status != 0 || stdout != "" || !strings.Contains(stderr, "2 of 2 frames of a.pcap") {
		t.Fatalf("exit %d: %q, %q", status, stdout, stderr)
	}
	if stdout, _, _ = command(t, nil, "-json", out); !strings.Contains(stdout, `"diagnosis": "refused-by-rst"`) || !strings.Contains(stdout, "192.0.2.80:80") {
		t.Errorf("what was written is read as %s", stdout)
	}
	stdout, stderr, status = command(t, nil, "-pcapng", out, "-anonymise", "-shift", "-json", file)
	data, err := os.ReadFile(out)
	if status != 0 || err != nil || !strings.Contains(stdout, "192.0.2.80:80") || strings.Contains(string(data), "\xc0\x00\x02") || !strings.Contains(stderr, "2 IPv4") {
		t.Errorf("exit %d, %v: %q", status, err, stderr)
	}
	if stdout, _, _ = command(t, nil, "-json", out); !strings.Contains(stdout, `"diagnosis": "refused-by-rst"`) || strings.Contains(stdout, "192.0.2.80:80") {
		t.Errorf("what was anonymised is read as %s", stdout)
	}
	os.Remove(out)
	for want, args := range map[string][]string{
		"no such connection": {"-pcapng", out, "-flow", "5", file}, "no such finding": {"-pcapng", out, "-finding", "5", file},
		"belong to -pcapng": {"-flow", "0", file}, "belongs to -anonymise": {"-pcapng", out, "-shift", file}, "no number": {"-pcapng", out, "-flow", "x", file},
	} {
		_, stderr, status := command(t, nil, args...)
		if status == 0 || !strings.Contains(stderr, want) {
			t.Errorf("%v: exit %d, %q", args, status, stderr)
		}
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a file was left behind")
	}
}
