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
	// 384 and the two slots of eight bytes that a flow takes of the half-full table.
	if n := unsafe.Sizeof(Flow{}); n > 384 {
		t.Errorf("a flow record takes %d bytes, want at most 384", n)
	}
	t.Logf("flow %d, trouble %d", unsafe.Sizeof(Flow{}), unsafe.Sizeof(Trouble{}))
}
