// Package npm installs the few tools from npm that tests use, in the versions
// that a lock file names, once.
package npm

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Install puts what the package.json and package-lock.json of the folder lock name
// into the folder out, unless the last call did, and returns the path of the file
// wanted below its node_modules. An error says that npm or its registry is not in
// reach.
func Install(lock, out, wanted string) (string, error) {
	file, err := filepath.Abs(filepath.Join(out, "node_modules", wanted))
	if err != nil {
		return "", err
	}
	fresh := true // what the last run installed is what is wanted
	for _, name := range []string{"package.json", "package-lock.json"} {
		want, err := os.ReadFile(filepath.Join(lock, name))
		if err != nil {
			return "", err
		}
		if got, err := os.ReadFile(filepath.Join(out, name)); err == nil && bytes.Equal(got, want) {
			continue
		}
		fresh = false
		if err := errors.Join(os.MkdirAll(out, 0o755), os.WriteFile(filepath.Join(out, name), want, 0o644)); err != nil {
			return "", err
		}
	}
	if _, err := os.Stat(file); err == nil && fresh {
		return file, nil
	}
	cmd := exec.Command("npm", "ci", "--no-audit", "--no-fund")
	cmd.Dir = out
	if said, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm could not install %s (is it on the PATH, its registry in reach?): %w\n%s", wanted, err, said)
	}
	return file, nil
}
