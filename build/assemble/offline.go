package assemble

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
)

// What is needed offline, by its name below ui/asset/ and in the site. A service
// worker answers for the folder that it lies in, and a browser asks for it anew
// under its name, so that these two have no hash in theirs.
const (
	serviceSource  = "service.js"
	serviceName    = "sw.js"
	manifestSource = "app.webmanifest"
	manifestName   = "manifest.webmanifest"
)

// sharedCache is the name of the browser's cache in which the service worker puts
// the files that another app shares with the page.
const sharedCache = "wirewhy: shared with the page"

// offline reports whether there is what the page needs to work without a network.
func (s Source) offline() bool {
	return s.Assets[serviceSource] != nil && s.Assets[manifestSource] != nil
}

var pageIcon = regexp.MustCompile(`<link rel="icon"[^>]* href="(data:[^"]*)"`)

// addOffline adds the manifest of the web app and the service worker, which holds
// a list of the site's files as they are by now.
func (s Source) addOffline(site Files) error {
	icon := pageIcon.FindSubmatch(s.Index)
	if icon == nil {
		return errors.New("index.html has no icon as a data: address, which the web app manifest takes over")
	}
	manifest := bytes.Replace(s.Assets[manifestSource], []byte("ICON"), icon[1], 1)
	if s.Unshared {
		var members map[string]any
		if err := json.Unmarshal(manifest, &members); err != nil {
			return fmt.Errorf("%s: %w", manifestSource, err)
		}
		delete(members, "share_target")
		var err error
		if manifest, err = json.Marshal(members); err != nil {
			return err
		}
	}
	site[manifestName] = manifest
	files := map[string]string{}
	all := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(site)) {
		sum := sha256.Sum256(site[name])
		all.Write(sum[:])
		if name == indexName {
			name = "./"
		}
		files[name] = hex.EncodeToString(sum[:8])
	}
	list, err := json.Marshal(files)
	if err != nil {
		return err
	}
	// The program's version may be that of several builds (a changed working copy);
	// the hash over all files is not.
	version := s.Version + " " + hex.EncodeToString(all.Sum(nil)[:8])
	site[serviceName] = fmt.Appendf(nil, "const version = %q;\nconst files = %s;\nconst shared = %q;\n%s", version, list, sharedCache, s.Assets[serviceSource])
	return nil
}
