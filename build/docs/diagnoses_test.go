package docs

import (
	"bytes"
	"os"
	"testing"
)

// The document in the tree is the one that the rules give.
func TestDiagnosesAreUpToDate(t *testing.T) {
	var b bytes.Buffer
	if err := Diagnoses(&b); err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile("../../docs/diagnoses.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), have) {
		t.Error("docs/diagnoses.md does not follow from the rules: run make docs")
	}
}
