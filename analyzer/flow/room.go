package flow

import "unsafe"

// room is memory for records of one kind that are handed out in chunks. It comes
// in ever larger pieces: however little WebAssembly's memory grows by, growing it
// takes a millisecond or more.
type room[T any] struct{ spare []T }

const (
	// roomLen bounds a piece, in bytes.
	roomLen = 32 << 20
	// roomShare bounds it too, as a share of what there is already: what the
	// capture holds at its beginning may not be what goes on.
	roomShare = 2
)

// chunk returns n records where have chunks were handed out before; nil if there is
// no room for them. Pieces of an unknown whole are an eighth of what there is.
func (r *room[T]) chunk(n, have int, t *Tracker) []T {
	if len(r.spare) == 0 {
		var one T
		size := n * int(unsafe.Sizeof(one))
		more := have / 8
		if t.whole > 0 {
			more = int(float64(have)*(t.whole-1)*1.02) + 1
		}
		more = max(1, min(more, have/roomShare, roomLen/size))
		for ; more > 0 && !t.afford(uintptr(more*size)); more /= 2 {
		}
		if more == 0 {
			return nil
		}
		r.spare = make([]T, more*n)
	}
	c := r.spare[:n:n]
	r.spare = r.spare[n:]
	return c
}

// Expect tells how much of the capture has been read, and how much there is, in
// bytes: so that memory can be taken in pieces that fit.
func (t *Tracker) Expect(part, whole int64) {
	if t.whole = 0; part > 0 && whole > part {
		t.whole = float64(whole) / float64(part)
	} else if whole > 0 && part >= whole {
		t.whole = 1
	}
}
