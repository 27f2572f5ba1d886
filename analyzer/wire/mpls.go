package wire

// mpls reads a label stack (RFC 3032 §2.1) and guesses what follows, since only
// the routers know: IP by its version, or Ethernet behind the control word of a
// pseudowire (RFC 4385 §3) or without one. Labels differ by direction and make no scope.
func (c *cursor) mpls() layer {
	for i := 0; i < maxHeaders; i++ {
		if !c.has(4) {
			return layerDone
		}
		bottom := c.b[2]&1 != 0
		c.skip(4)
		if bottom {
			return c.underLabels()
		}
	}
	c.p.Problem = ProblemDepth
	return layerDone
}

// underLabels decides what the first bytes under a label stack are.
func (c *cursor) underLabels() layer {
	if !c.has(1) {
		return layerDone
	}
	b := c.b
	switch b[0] >> 4 {
	case 4:
		if len(b) < 20 || !plausibleEthernet(b, c.wire) || plausibleIPv4(b, c.wire, false) {
			return layerIPv4
		}
	case 6:
		if len(b) < 40 || !plausibleEthernet(b, c.wire) || plausibleIPv6(b, c.wire) {
			return layerIPv6
		}
	case 0:
		if len(b) >= 4 && plausibleEthernet(b[4:], c.wire-4) || !plausibleEthernet(b, c.wire) {
			if !c.has(4) {
				return layerDone
			}
			c.skip(4)
		}
	}
	return c.inside(tunnelPlain, layerEthernet)
}
