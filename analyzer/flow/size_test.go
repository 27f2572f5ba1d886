package flow

import (
	"testing"
	"unsafe"
)

// The bounds that docs/performance.md states.
func TestRecordSizes(t *testing.T) {
	if n := unsafe.Sizeof(entry{}); n != 16 {
		t.Errorf("an index entry takes %d bytes, want 16", n)
	}
	// With the three slots of eight bytes that a flow takes of a table that has just
	// grown, no more than 400.
	if n := unsafe.Sizeof(Flow{}); n+3*unsafe.Sizeof(slot{}) > 400 {
		t.Errorf("a flow record takes %d bytes and up to three slots of %d, want at most 400 together", n, unsafe.Sizeof(slot{}))
	}
	t.Logf("flow %d, trouble %d", unsafe.Sizeof(Flow{}), unsafe.Sizeof(Trouble{}))
}
