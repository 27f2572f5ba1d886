// Package chromium finds a Chromium for the browser tests and the
// measurements, installs one where that is possible, and starts it the same way
// everywhere.
package chromium

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// names are looked up on the PATH, in this order.
var names = []string{
	"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "headless-shell", "microsoft-edge",
}

// apps are where macOS keeps its applications, below / and the home folder.
var apps = []string{
	"Applications/Chromium.app/Contents/MacOS/Chromium",
	"Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
	"Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
}

// Variable names the environment variable that overrides the search.
const Variable = "WIREWHY_CHROMIUM"

// ErrMissing says that there is no Chromium and that none could be installed.
var ErrMissing = errors.New("no Chromium found: install Chromium, Google Chrome or Microsoft Edge " +
	"(Debian: apt-get install chromium; macOS: brew install --cask chromium), or name its program in " + Variable)

// Find returns the path of a Chromium-like browser: the one that Variable names,
// else the first of the usual names on the PATH or among macOS's applications.
// The error is ErrMissing, or says that Variable names no program.
func Find() (string, error) {
	if path := os.Getenv(Variable); path != "" {
		if _, err := exec.LookPath(path); err != nil {
			return "", fmt.Errorf("%s: %w", Variable, err)
		}
		return path, nil
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	if runtime.GOOS == "darwin" {
		home, _ := os.UserHomeDir()
		for _, app := range apps {
			for _, top := range []string{"/", home} {
				path := filepath.Join(top, app)
				if info, err := os.Stat(path); err == nil && !info.IsDir() {
					return path, nil
				}
			}
		}
	}
	return "", ErrMissing
}

// Ensure is Find, and where that finds nothing an attempt to install Debian's
// package with apt-get, whose output goes to log.
func Ensure(log io.Writer) (string, error) {
	path, err := Find()
	if !errors.Is(err, ErrMissing) {
		return path, err
	}
	apt, lookErr := exec.LookPath("apt-get")
	if lookErr != nil {
		return "", err
	}
	prefix := []string{apt}
	if os.Geteuid() != 0 {
		sudo, lookErr := exec.LookPath("sudo")
		if lookErr != nil {
			return "", err
		}
		// -n: fail rather than ask for a password that nobody can type in a test.
		prefix = []string{sudo, "-n", apt}
	}
	fmt.Fprintln(log, "No Chromium found; installing Debian's package with apt-get …")
	for _, args := range [][]string{{"update", "-q"}, {"install", "-y", "-q", "--no-install-recommends", "chromium"}} {
		cmd := exec.Command(prefix[0], append(prefix[1:len(prefix):len(prefix)], args...)...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		cmd.Stdout, cmd.Stderr = log, log
		if runErr := cmd.Run(); runErr != nil {
			return "", fmt.Errorf("%w (apt-get %s: %w)", ErrMissing, args[0], runErr)
		}
	}
	return Find()
}
