package state

// pageLen is how many rows are asked for at once.
const pageLen = 128

// maxPages bounds how many pages of rows are kept; those farthest from sight go first.
const maxPages = 24

// pages keeps the rows of a long list that have been in sight lately.
type pages[T any] struct {
	rows  map[int][]T    // by page
	asked map[int]uint32 // requests under way, by page
	fresh map[int]bool   // pages that need not be asked for again
}

func newPages[T any]() pages[T] {
	return pages[T]{rows: map[int][]T{}, asked: map[int]uint32{}, fresh: map[int]bool{}}
}

// stale keeps showing what is there but asks for it again.
func (p *pages[T]) stale() { clear(p.fresh) }

// again keeps showing what is there, asks for it again and ignores the answers
// under way: they are in another language.
func (p *pages[T]) again() {
	clear(p.fresh)
	clear(p.asked)
}

// clear forgets the rows, and ignores the answers under way.
func (p *pages[T]) clear() { *p = newPages[T]() }

// missing calls ask for each page of rows [first, end) that is not fresh and not
// under way, and notes the number that ask returns.
func (p *pages[T]) missing(first, end int, ask func(from, to int) uint32) {
	for page := first / pageLen; page*pageLen < end; page++ {
		if _, under := p.asked[page]; under || p.fresh[page] {
			continue
		}
		p.asked[page] = ask(page*pageLen, (page+1)*pageLen)
	}
	p.evict(first / pageLen)
}

func (p *pages[T]) evict(near int) {
	for page := range p.rows {
		if len(p.rows) <= maxPages {
			return
		}
		if page < near-maxPages/3 || page > near+maxPages/3 {
			delete(p.rows, page)
			delete(p.fresh, page)
		}
	}
}

// awaits reports whether request id asked for a page.
func (p *pages[T]) awaits(id uint32) bool {
	for _, asked := range p.asked {
		if asked == id {
			return true
		}
	}
	return false
}

// answered ends waiting for request id and returns its page.
func (p *pages[T]) answered(id uint32) (page int, ok bool) {
	for page, asked := range p.asked {
		if asked == id {
			delete(p.asked, page)
			return page, true
		}
	}
	return 0, false
}

func (p *pages[T]) set(page int, rows []T) {
	p.rows[page] = rows
	p.fresh[page] = true
}

// at returns row i, if it is here.
func (p *pages[T]) at(i int) (row T, ok bool) {
	if i < 0 {
		return row, false
	}
	if rows := p.rows[i/pageLen]; i%pageLen < len(rows) {
		return rows[i%pageLen], true
	}
	return row, false
}
