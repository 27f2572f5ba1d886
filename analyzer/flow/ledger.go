package flow

// ledger holds records of a kind that only some flows have: four bytes for each
// flow up to the last that has one, the records in chunks so that growing never
// moves them. Flows beyond the limit have none.
type ledger[T any] struct {
	of     []uint32 // by flow id: index into the records, plus one
	chunks []*[ledgerChunk]T
	count  int
	limit  int
}

const (
	ledgerChunkShift = 6
	ledgerChunk      = 1 << ledgerChunkShift
)

func (l *ledger[T]) at(i uint32) *T {
	return &l.chunks[(i-1)>>ledgerChunkShift][(i-1)&(ledgerChunk-1)]
}

// find returns the record of a flow, nil if it has none.
func (l *ledger[T]) find(id uint32) *T {
	if int(id) >= len(l.of) || l.of[id] == 0 {
		return nil
	}
	return l.at(l.of[id])
}

// open returns the record of a flow to be written; nil beyond the limit.
func (l *ledger[T]) open(id uint32) *T {
	if x := l.find(id); x != nil {
		return x
	}
	if l.count >= l.limit {
		return nil
	}
	for int(id) >= len(l.of) {
		l.of = append(l.of, 0)
	}
	if l.count>>ledgerChunkShift == len(l.chunks) {
		l.chunks = append(l.chunks, new([ledgerChunk]T))
	}
	l.count++
	l.of[id] = uint32(l.count)
	return l.at(l.of[id])
}
