package analyzer

// Seq is a TCP sequence number. Sequence numbers wrap around at 2³² and are
// compared only within half of that distance (RFC 9293 §3.4).
type Seq uint32

// Before reports whether s comes before t.
func (s Seq) Before(t Seq) bool { return int32(s-t) < 0 }

// After reports whether s comes after t.
func (s Seq) After(t Seq) bool { return int32(s-t) > 0 }

// Add returns the sequence number n bytes after s.
func (s Seq) Add(n uint32) Seq { return s + Seq(n) }

// Sub returns the number of bytes from t to s; negative if s comes before t.
func (s Seq) Sub(t Seq) int32 { return int32(s - t) }
