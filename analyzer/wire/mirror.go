package wire

// tzsp reads TaZmen Sniffer Protocol, which access points and routers send copies
// of frames with: version, type, encapsulated protocol, then tags up to an end tag.
func (c *cursor) tzsp() layer {
	b := c.b
	if b[0] != 1 || b[1] > 1 {
		return layerDone
	}
	next := layerDone
	switch be16(b[2:]) {
	case 1:
		next = layerEthernet
	case 18:
		next = layerWLAN
	case 119:
		next = layerPrism
	case 127:
		next = layerRadiotap
	}
	n := 4
	for n < len(b) && b[n] != 1 {
		if b[n] == 0 { // padding
			n++
			continue
		}
		if n+1 >= len(b) {
			return layerDone
		}
		n += 2 + int(b[n+1])
	}
	if next == layerDone || n >= len(b) {
		return layerDone
	}
	return c.identified(tunnelMirror, 0, n+1, next)
}
