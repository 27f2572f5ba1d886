package assemble

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"regexp"
)

var (
	commentLine = regexp.MustCompile(`(?m)^[ \t]*//[^\n]*\n`)
	cssComment  = regexp.MustCompile(`(?s)/\*.*?\*/`)
	indentation = regexp.MustCompile(`(?m)^[ \t]+`)
	emptyLines  = regexp.MustCompile(`\n{2,}`)
)

// stripped returns assets without what is for people: comments on lines of their
// own, indentation, empty lines. Nothing else changes, so that what a browser shows
// of a script can be read. Go's own script stays as Go made it. It is an error if a
// script has a text over several lines, which this would change.
func stripped(assets Files) (Files, error) {
	assets = maps.Clone(assets)
	for name, content := range assets {
		switch {
		case path.Ext(name) == ".css":
			content = cssComment.ReplaceAll(content, nil)
		case path.Ext(name) == ".js" && name != ExecName:
			content = commentLine.ReplaceAll(content, nil)
			for line := range bytes.Lines(content) {
				if bytes.Count(line, []byte("`"))%2 != 0 {
					return nil, fmt.Errorf("%s holds a text over several lines: %s", name, bytes.TrimSpace(line))
				}
			}
		default:
			continue
		}
		content = indentation.ReplaceAll(content, nil)
		assets[name] = bytes.TrimLeft(emptyLines.ReplaceAll(content, []byte("\n")), "\n")
	}
	return assets, nil
}
