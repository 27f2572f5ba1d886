package flow

import "testing"

// Interfaces and processors write their packets one after the other: the order in
// the file is not the order in time.
func TestWrittenLate(t *testing.T) {
	play(t, []scene{
		{"an ACK before its data", "unsorted\n" + opening + `
+0.01 s > c . ack @101
+-0.009 c > s P. seq @1 ack @1 len 100
+0.02 s > c P. len 10`, ""},
		{"two segments in the wrong order", "unsorted\n" + opening + `
+0.001 c > s P. seq @101 len 100
+-0.0005 c > s P. seq @1 len 100
+0.02 s > c . ack @201`, ""},
		{"a hole filled in two pieces", "unsorted\n" + opening + `
+0.001 c > s P. seq @201 len 100
+-0.0005 c > s P. seq @1 len 100
+0.0001 c > s P. seq @101 len 100`, ""},
		{"half a hole", "unsorted\n" + opening + `
+0.001 c > s P. seq @201 len 100
+-0.0005 c > s P. seq @1 len 100`, "4 lost_segment"},
		{"sent again stays so", "unsorted\n" + opening + `
+0.001 c > s P. seq @1 len 100
+0.1 c > s P. seq @101 len 100
+-0.05 c > s P. seq @1 len 100`, "6 retransmission"},
		{"a clock that steps back is no queue", "unsorted\n" + opening + `
+10 c > s P. seq @101 len 100 <>
+-9 c > s P. seq @1 len 100 <>`, "4 lost_segment; 5 out_of_order"},
	})
	tr := track(t, "unsorted\n"+opening+`
+0.01 s > c . ack @101
+-0.009 c > s P. seq @1 ack @1 len 100`)
	x := tr.Trouble(tr.Flow(0))
	if tr.Flow(0).Sides[Originator].Payload != 100 || x.Sent[Responder].AckedUnseen != 0 || tr.Quality().AckedUnseen != 0 {
		t.Errorf("%+v", x.Sent)
	}
}
