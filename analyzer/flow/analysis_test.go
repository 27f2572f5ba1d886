package flow

import "testing"

// Frames 1 to 3 are the handshake.
func TestRepeatedSegments(t *testing.T) {
	play(t, []scene{
		{"plain transfer", opening + `
+0.001 c > s P. len 100
+0.02  s > c P. len 1000
+0.001 c > s .`, ""},
		{"after its timer", opening + `
+0.001 c > s P. len 100
+0.22  c > s again`, "5 retransmission"},
		{"SYN repeated", `
c = 10.0.0.1:40000
s = 10.0.0.2:80
0 c > s S
1 c > s again
3 c > s again`, "2 retransmission; 3 retransmission"},
		{"SYN-ACK repeated", `
c = 10.0.0.1:40000
s = 10.0.0.2:80
0 c > s S
+0.01 s > c S.
+1 s > c again`, "3 retransmission"},
		{"FIN repeated", opening + `
+0.001 c > s F.
+0.22  c > s again`, "5 retransmission"},
		{"acknowledged before", opening + `
+0.001 c > s P. len 100
+0.02  s > c .
+0.2   c > s P. seq @1 len 100`, "6 retransmission spurious_retransmission"},
		{"three duplicate ACKs", opening + `
+0.001 s > c . len 1448
+0     s > c . seq @2897 len 1448
+0.0001 c > s . ack @1449
+0     s > c . seq @4345 len 1448
+0.0001 c > s . ack @1449
+0     s > c . seq @5793 len 1448
+0.0001 c > s . ack @1449
+0.001 s > c . seq @1449 len 1448
+0.0001 c > s . ack @7241`, "5 lost_segment; 8 duplicate_ack; 10 duplicate_ack; 11 retransmission fast_retransmission"},
		{"duplicate ACKs long ago", opening + `
+0.001 s > c . len 1448
+0     s > c . seq @2897 len 1448
+0.0001 c > s . ack @1449
+0     c > s . ack @1449
+0     c > s . ack @1449
+0.3   s > c . seq @1449 len 1448`, "5 lost_segment; 7 duplicate_ack; 8 duplicate_ack; 9 retransmission"},
	})
}

// A hole that fills is reordering or a repetition: the timestamps or the IP
// identification tell, else the time since.
func TestOrderOfSending(t *testing.T) {
	play(t, []scene{
		{"overtaken, by timestamps", stamped + `
+0.001 s > c . len 1448 <ts 100 5>
+0.001 s > c . seq @2897 len 1448 <ts 109 5>
+0.2   s > c . seq @1449 len 1448 <ts 108 5>`, "5 lost_segment; 6 out_of_order"},
		{"sent again in the same tick as the newest, later than those that overtook it", stamped + `
+0.001 s > c . len 1448 <ts 100 5>
+0.001 s > c . seq @2897 len 1448 <ts 101 5>
+0.03  s > c . seq @4345 len 1448 <ts 130 5>
+0.0001 s > c . seq @1449 len 1448 <ts 130 5>`, "5 lost_segment; 7 retransmission"},
		{"sent again within the round trip, by timestamps", stamped + `
+0.001 s > c . len 1448 <ts 100 5>
+0.001 s > c . seq @2897 len 1448 <ts 109 5>
+0.001 s > c . seq @1449 len 1448 <ts 110 5>`, "5 lost_segment; 6 retransmission"},
		{"overtaken, by identification", opening + `
+0.001 s > c . len 1000 id 50 <>
+0.001 s > c . len 1000 id 51 <>
+0.001 s > c . len 1000 id 52 <>
+0.001 s > c . len 1000 id 53 <>
+0.001 s > c . seq @5001 len 1000 id 55 <>
+0.2   s > c . seq @4001 len 1000 id 54 <>`, "8 lost_segment; 9 out_of_order"},
		{"sent again, by identification", opening + `
+0.001 s > c . len 1000 id 50 <>
+0.001 s > c . len 1000 id 51 <>
+0.001 s > c . len 1000 id 52 <>
+0.001 s > c . len 1000 id 53 <>
+0.001 s > c . seq @5001 len 1000 id 55 <>
+0.001 s > c . seq @4001 len 1000 id 56 <>`, "8 lost_segment; 9 retransmission"},
		{"random identifications tell nothing", opening + `
+0.001 s > c . len 1000 id 50 <>
+0.001 s > c . len 1000 id 9051 <>
+0.001 s > c . len 1000 id 352 <>
+0.001 s > c . len 1000 id 20053 <>
+0.001 s > c . seq @5001 len 1000 id 55 <>
+0.2   s > c . seq @4001 len 1000 id 54 <>`, "8 lost_segment; 9 retransmission"},
		{"unknown, within the round trip", unnumbered + `
+0.001 s > c . len 1440
+0     s > c . seq @2881 len 1440
+0.01  s > c . seq @1441 len 1440`, "5 lost_segment; 6 out_of_order"},
		{"unknown, later", unnumbered + `
+0.001 s > c . len 1440
+0     s > c . seq @2881 len 1440
+0.03  s > c . seq @1441 len 1440`, "5 lost_segment; 6 retransmission"},
		{"unknown, seen before", unnumbered + `
+0.001 s > c . len 1440
+0     s > c . len 1440
+0.005 s > c . seq @1 len 1440`, "6 retransmission"},
		{"timestamps rise where the rest came in order", stamped + `
+0.001 s > c . len 1448 <ts 100 5>
+0.001 s > c . len 1448 <ts 101 5>`, ""},
	})
}

func TestWindows(t *testing.T) {
	const closed = `
+0.001 c > s . len 1448 win 100
+0.001 s > c . win 0
`
	play(t, []scene{
		{"closed and opened", opening + closed + `
+0.5 s > c . win 500`, "5 zero_window; 6 window_update"},
		{"window 0 in a reset is none", opening + `
+0.001 s > c R. win 0`, ""},
		{"probe with a byte", opening + closed + `
+0.2 c > s . len 1
+0.01 s > c . win 0 ack @1449`, "5 zero_window; 6 zero_window_probe; 7 zero_window zero_window_probe_ack"},
		{"probe with a byte that is taken", opening + closed + `
+0.2 c > s . len 1
+0.01 s > c . win 0 ack @1450
+0.2 s > c . win 500 ack @1450
+0.01 c > s P. len 10 seq @1450`, "5 zero_window; 6 zero_window_probe; 7 zero_window zero_window_probe_ack; 8 window_update"},
		{"Linux' probe without data", opening + closed + `
+0.2 c > s . seq @1448
+0.01 s > c . win 0`, "5 zero_window; 6 zero_window_probe; 7 zero_window zero_window_probe_ack"},
		{"keep-alive and its answer", opening + `
+0.001 c > s P. len 10
+0.02 s > c .
+30 c > s . seq @10
+0.02 s > c .`, "6 keep_alive; 7 keep_alive_ack"},
		{"keep-alive with a byte", opening + `
+0.001 c > s P. len 10
+0.02 s > c .
+30 c > s . seq @10 len 1`, "6 keep_alive"},
		{"one byte of data is no keep-alive", opening + `
+0.001 c > s P. len 1
+0.02 s > c P. len 1`, ""},
		{"window full", opening + `
+0.001 s > c . win 10
+0.001 c > s . len 1280`, "4 window_update; 5 window_full"},
		{"one byte less", opening + `
+0.001 s > c . win 10
+0.001 c > s . len 1279`, "4 window_update"},
		{"scale unknown: nothing is full", `
c = 10.0.0.1:40000
s = 10.0.0.2:80
0 s > c . seq 1000 ack 500 win 10
+0.001 c > s . seq 500 ack 1000 len 9`, ""},
	})
}

func TestAcknowledgments(t *testing.T) {
	play(t, []scene{
		{"same ACK with another window is no duplicate", opening + `
+0.001 s > c P. len 100
+0.001 c > s .
+0.001 c > s . win 600`, "6 window_update"},
		{"same ACK with data is no duplicate", opening + `
+0.001 c > s P. len 100
+0.001 c > s P. len 100`, ""},
		{"acknowledges what was not seen", opening + `
+0.001 c > s P. len 10
+0.02  s > c . ack @111`, "5 ack_lost_segment"},
		{"once for each gap", opening + `
+0.001 c > s P. len 10
+0.02  s > c . ack @111
+0.02  s > c . ack @211
+0.02  s > c . ack @311
+0.01  c > s P. seq @311 len 10
+0.02  s > c .
+0.02  s > c . ack @411`, "5 ack_lost_segment; 8 lost_segment; 10 ack_lost_segment"},
		{"a gap crossed in steps", opening + `
+0.001 c > s P. len 10
+0.001 c > s P. seq @1011 len 10
+0.02  s > c . ack @511
+0.02  s > c . ack @1021`, "5 lost_segment; 6 ack_lost_segment"},
		{"one direction only", `
c = 10.0.0.1:40000
s = 10.0.0.2:80
0 c > s P. seq 1 ack 1 len 10
+0.1 c > s . ack 5000
+0.1 c > s P. ack 9000 len 10`, ""},
		{"D-SACK", opening + `
+0.001 c > s P. len 100
+0.02 s > c . <sack 5:6>`, "5 dsack"},
	})
}

func TestSequenceWrap(t *testing.T) {
	play(t, []scene{
		{"in order across zero", `
c = 10.0.0.1:40000
s = 10.0.0.2:80
0 c > s S seq 4294966295
+0.02 s > c S.
+0.001 c > s .
+0.001 c > s . len 1000
+0.001 c > s . len 1000
+0.02 s > c .
+0.5 c > s . seq @1 len 1000
+0.5 c > s . seq @1001 len 1000`, "7 retransmission spurious_retransmission; 8 retransmission spurious_retransmission"},
		{"a hole at zero", `
c = 10.0.0.1:40000
s = 10.0.0.2:80
0 c > s S seq 4294966295
+0.02 s > c S.
+0.001 c > s .
+0.001 c > s . seq @1001 len 1000
+0.3 c > s . seq @1 len 1000`, "4 lost_segment; 5 retransmission"},
	})
}

// A repetition of what had arrived shows in the acknowledgments after it.
func TestNeedlessRepetitions(t *testing.T) {
	const sent = `
c = 10.0.0.1:40000
s = 10.0.0.2:80
0     c > s S seq 1000 <mss 1440,sackOK,ts 1 0>
+0.02 s > c S. <mss 1440,sackOK,ts 90 1>
+0.0001 c > s . <ts 2 90>
+0.001 c > s P. len 100 <ts 100 50>
+0.3   c > s P. seq @1 len 100 <ts 400 50>
`
	play(t, []scene{
		{"the original is acknowledged", sent + `
+0.01 s > c . ack @101 <ts 60 100>`, "5 retransmission needless_retransmission"},
		{"the repetition is acknowledged", sent + `
+0.01 s > c . ack @101 <ts 60 400>`, "5 retransmission"},
		{"the first acknowledgment decides", sent + `
+0.01 s > c . ack @101 <ts 60 400>
+0.01 s > c P. ack @101 len 5 <ts 61 100>`, "5 retransmission"},
		{"received twice", sent + `
+0.01 s > c . ack @101 <ts 60 400,sack 1001:1101>`, "5 retransmission needless_retransmission; 6 dsack"},
		{"other bytes received twice", sent + `
+0.01 s > c . ack @101 <ts 60 400,sack 1001:1051>`, "5 retransmission; 6 dsack"},
		{"behind a delayed acknowledgment", stamped + `
+0.001 c > s P. len 100 <ts 100 50>
+0.001 c > s P. len 100 <ts 101 50>
+0.3   c > s P. seq @101 len 100 <ts 400 50>
+0.01  s > c . ack @201 <ts 60 100>`, "6 retransmission"},
	})
}
