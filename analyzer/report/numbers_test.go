package report

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestNth(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		list := make([]time.Duration, 1+r.IntN(40))
		for i := range list {
			list[i] = time.Duration(r.IntN(12))
		}
		sorted := slices.Sorted(slices.Values(list))
		for at := range list {
			if got := nth(slices.Clone(list), at); got != sorted[at] {
				t.Fatalf("place %d of %v: %d, want %d", at, list, got, sorted[at])
			}
		}
	}
}
