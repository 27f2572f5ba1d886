// Command docs writes the documents that follow from the program.
package main

import (
	"fmt"
	"os"

	"wirewhy/build/docs"
)

func main() {
	f, err := os.Create("docs/diagnoses.md")
	if err == nil {
		err = docs.Diagnoses(f)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "docs:", err)
		os.Exit(1)
	}
}
