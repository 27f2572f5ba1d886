package diagnose

import "time"

// Numbers that rules decide by. Each has its reason; none is taken from a capture.
const (
	// unknownRTT stands in for the round trip time of a flow whose handshake was
	// not seen: Wireshark's own fallback for out-of-order segments is 3 ms.
	unknownRTT = 3 * time.Millisecond

	// rtoMin is the shortest retransmission timeout in use, Linux' TCP_RTO_MIN (RFC 6298
	// §2.4 asks for a second): what happens within it may still be under way.
	rtoMin = 200 * time.Millisecond

	// oneBurst bounds the time in which the parts of one request follow each other: a
	// lost one comes again within the initial timeout of RFC 6298 §2.1.
	oneBurst = time.Second

	// synPatience is how long a SYN must have gone without an answer before
	// silence is a fact: three seconds cover the second retransmission of every
	// stack (RFC 6298 §2.1: initial timeout one second).
	synPatience = 3 * time.Second

	// retryPatience is the shortest first retransmission timeout of a SYN.
	retryPatience = time.Second

	// promptReset bounds the time between the final ACK and a reset that answers
	// it. A queue overflow answers at once, a proxy after its own connect was
	// refused: both take a round trip and little more.
	promptReset = time.Second

	// upstreamPatience bounds the time that a proxy tries to reach its upstream
	// before it resets: Envoy's connect_timeout is 5 s by default, 10 s in Istio,
	// haproxy and nginx are usually set to 5 s and 60 s. Longer waits are told as
	// a server that gave up, not as a refused upstream.
	upstreamPatience = 15 * time.Second

	// probeLife is the longest life of a connection without data that is taken
	// for a health check or a scan.
	probeLife = 2 * time.Second

	// silence is how long an acknowledged request must wait before "no answer" is
	// said: as long as Linux waits for a SYN's third try, and longer than people do.
	silence = 3 * time.Second

	// slowFloor is the shortest think time that is called slow: one second is
	// where people lose their flow of thought (Nielsen, Usability Engineering,
	// 1993, §5.5). It must also be slowRTTs round trips long, so that a long path
	// is not blamed on the server.
	slowFloor = time.Second
	slowRTTs  = 10

	// highRTT is a round trip that leaves a continent: light in fibre makes 100 km
	// of path a millisecond there and back, and from coast to coast of North America,
	// as across Europe, networks need 60 to 70 ms. Setting up TLS takes three.
	highRTT = 75 * time.Millisecond

	// lossShare and lossCount: below one lost segment in a hundred, and below
	// three in all, TCP repairs loss without anyone noticing (throughput falls with
	// the square root of the share: Mathis et al., CCR 27(3), 1997).
	lossShare = 0.01
	lossCount = 3

	// lossShareFast takes the place of lossShare where each loss was repaired before
	// any timer ran out. Radio links lose as much on a good day: IEEE 802.11 measures
	// a receiver's sensitivity where one frame in ten is lost, and repeats most of these.
	lossShareFast = 0.015

	// zeroWindowHarm is how long a sender must have been held up by closed
	// windows before it is a fault: short closings are flow control at work.
	zeroWindowHarm = time.Second

	// idleFloor is the shortest idle time after which a middlebox may be
	// suspected: the shortest timeouts in use are a few seconds (conntrack
	// tcp_timeout_close 10 s; tuned firewalls go lower).
	idleFloor = 5 * time.Second

	// deadRun is how often a segment must have been repeated in vain before the
	// peer is called gone: two are a tail loss, three are RFC 1122 §4.2.3.5's R1.
	deadRun = 3

	// timeWait bounds the age of a TIME_WAIT state: 60 s on Linux
	// (TCP_TIMEWAIT_LEN), up to 240 s elsewhere (RFC 9293 §3.4.2).
	timeWait = 240 * time.Second

	// ttlNoise is how far the TTL of one host's packets may vary by routing.
	ttlNoise = 2

	// corroboration is how many flows must fail alike to raise a signature.
	corroboration = 3

	// unseenShare of ACKs for data that was never captured makes a capture
	// incomplete. Zeek's capture-loss notice fires at 10 %; one percent is enough
	// to make claims about loss worthless.
	unseenShare = 0.01

	// maxEvidenceFrames is how many frames one line of evidence names.
	maxEvidenceFrames = 40
)
