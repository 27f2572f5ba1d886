package diagnose

import (
	"regexp"
	"strings"
	"testing"
)

// What stands as a command can be pasted into a shell: it begins with a program's
// name. What is to be looked up elsewhere is said in words, in both languages.
func TestCommandsAreCommands(t *testing.T) {
	programs := strings.Fields(`arping capinfos cat cilium conntrack curl date dig dmesg editcap ethtool firewall-cmd grep head ip iptables iptables-save
		ipvsadm journalctl kubectl last ls mtr nft nsenter nstat openssl ping ps reordercap sort ss strace sysctl systemctl tail tc tcpdump
		tracepath traceroute uname uptime wc`)
	known := map[string]bool{}
	for _, p := range programs {
		known[p] = true
	}
	quoted := regexp.MustCompile(`'[^']*'|\$\([^)]*\)|#[^;]*`)
	for _, r := range Rules() {
		for _, c := range r.Confirm {
			if c.Command == "" {
				if c.Expect.En == "" || c.Expect.Zh == "" {
					t.Errorf("%s: neither a command nor words for %q", r.ID, c.Where.En)
				}
				continue
			}
			for _, part := range regexp.MustCompile(`[;|]`).Split(quoted.ReplaceAllString(c.Command, "_"), -1) {
				if word := strings.Fields(part + " _")[0]; word != "_" && !known[word] {
					t.Errorf("%s: %q is no program: %s", r.ID, word, c.Command)
				}
			}
		}
	}
}
