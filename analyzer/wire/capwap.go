package wire

// capwap reads the header of CAPWAP's data channel (RFC 5415 §4.3) and goes on
// with the frame in it, unless that is encrypted or only a part.
func (c *cursor) capwap() layer {
	b := c.b
	word, n := be32(b), int(b[1]>>3)*4
	const native, fragmented, keepAlive = 1 << 8, 1 << 7, 1 << 3
	if b[0] != 0 || n < 8 || n+2 > len(b) || word&(fragmented|keepAlive) != 0 {
		return layerDone
	}
	if word&native == 0 {
		if !plausibleEthernet(b[n:], c.wire-n) {
			return layerDone
		}
		return c.identified(tunnelCAPWAP, 0, n, layerEthernet)
	}
	if word>>9&0x1f != 1 { // bound to something else than 802.11
		return layerDone
	}
	if !c.enter(tunnelCAPWAP, 0) {
		return layerDone
	}
	c.skip(n)
	if c.b[0]&0x03 != 0 || c.b[0]&0x0c == 0x0c { // some controllers swap the frame control's bytes
		return c.wlanFrame(c.b[1], c.b[0])
	}
	return layerWLAN
}
