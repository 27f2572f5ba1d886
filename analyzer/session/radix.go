package session

// keyed is a flow and one key to sort it by.
type keyed struct {
	key  uint64
	flow uint32
}

// radixSort sorts by key, stably: least significant byte first, and without a
// pass for a byte that is the same in all keys. A million flows take a tenth of
// what comparing takes, and nothing if they stand in order already, as they mostly
// do by their start. It returns the sorted list and what is scratch then.
func radixSort(list, scratch []keyed) (sorted, rest []keyed) {
	ones, some, last := ^uint64(0), uint64(0), uint64(0)
	ordered := true
	for _, k := range list {
		ones &= k.key
		some |= k.key
		ordered = ordered && k.key >= last
		last = k.key
	}
	if ordered {
		return list, scratch
	}
	differ := ones ^ some
	for shift := 0; shift < 64; shift += 8 {
		if differ>>shift&0xff == 0 {
			continue
		}
		var count [256]int
		for _, k := range list {
			count[k.key>>shift&0xff]++
		}
		at := 0
		for i, n := range count {
			count[i] = at
			at += n
		}
		for _, k := range list {
			b := k.key >> shift & 0xff
			scratch[count[b]] = k
			count[b]++
		}
		list, scratch = scratch, list
	}
	return list, scratch
}
