package chromium

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func program(t *testing.T, name string) (dir, path string) {
	t.Helper()
	dir = t.TempDir()
	path = filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir, path
}

func TestFindOnPath(t *testing.T) {
	dir, path := program(t, "google-chrome-stable")
	t.Setenv("PATH", dir)
	t.Setenv(Variable, "")
	if got, err := Find(); err != nil || got != path {
		t.Errorf("Find() = %q, %v; want %q", got, err, path)
	}
}

func TestFindPrefersVariable(t *testing.T) {
	dir, _ := program(t, "chromium")
	_, other := program(t, "my-browser")
	t.Setenv("PATH", dir)
	t.Setenv(Variable, other)
	if got, err := Find(); err != nil || got != other {
		t.Errorf("Find() = %q, %v; want %q", got, err, other)
	}
	t.Setenv(Variable, filepath.Join(dir, "missing"))
	if got, err := Find(); err == nil || !strings.Contains(err.Error(), Variable) {
		t.Errorf("Find() = %q, %v; want an error that names %s", got, err, Variable)
	}
}

// Without a browser and without apt-get there is nothing to try: the message
// must say what to install.
func TestEnsureSaysWhatToInstall(t *testing.T) {
	if len(installed()) > 0 {
		t.Skip("a browser is installed as a macOS application")
	}
	t.Setenv("PATH", t.TempDir())
	t.Setenv(Variable, "")
	var log strings.Builder
	_, err := Ensure(&log)
	if !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "apt-get install chromium") {
		t.Errorf("Ensure() = %v; want what to install", err)
	}
	if log.Len() > 0 {
		t.Errorf("Ensure tried to install something: %s", log.String())
	}
}

func installed() []string {
	found, _ := filepath.Glob("/Applications/*Chrom*.app")
	return found
}

// sudo must not be able to ask for a password, and apt-get's failure must be told.
func TestEnsureTellsAptFailure(t *testing.T) {
	if len(installed()) > 0 {
		t.Skip("a browser is installed as a macOS application")
	}
	dir := t.TempDir()
	script := "#!/bin/sh\necho \"$0 $*\"\nexit 3\n"
	for _, name := range []string{"apt-get", "sudo"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
	t.Setenv(Variable, "")
	var log strings.Builder
	_, err := Ensure(&log)
	if !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("Ensure() = %v; want apt-get's failure", err)
	}
	if !strings.Contains(log.String(), "update -q") {
		t.Errorf("the log does not show the attempt: %q", log.String())
	}
}
