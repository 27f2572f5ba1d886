package protocol

// DecodeRequest returns the request that EncodeRequest wrote. It returns
// ErrMalformed for anything else.
func DecodeRequest(data []byte) (Request, error) {
	c := codec{buf: data, decoding: true}
	var m Request
	m.fields(&c)
	if c.err == nil && len(c.buf) != 0 {
		c.fail()
	}
	if c.err != nil {
		return Request{}, c.err
	}
	return m, nil
}

// DecodeReply returns a reply and the number of the request that it answers (0:
// none in particular). The reply is a value of one of the types that EncodeReply
// takes; its byte slices share data's memory. It returns ErrMalformed for bytes
// that EncodeReply did not write.
func DecodeReply(data []byte) (id uint32, reply any, err error) {
	c := codec{buf: data, decoding: true}
	var kind uint8
	uintField(&c, &id)
	uintField(&c, &kind)
	if c.err != nil || int(kind) >= len(kinds) || kinds[kind] == nil {
		return 0, nil, ErrMalformed
	}
	m := kinds[kind]()
	m.fields(&c)
	if c.err != nil || len(c.buf) != 0 {
		return 0, nil, ErrMalformed
	}
	return id, value(m), nil
}

func value(m message) any {
	switch m := m.(type) {
	case *Progress:
		return *m
	case *Overview:
		return *m
	case *FlowRows:
		return *m
	case *LadderView:
		return *m
	case *PacketRows:
		return *m
	case *PacketView:
		return *m
	case *Document:
		return *m
	case *Failure:
		return *m
	case *SwimView:
		return *m
	case *GraphView:
		return *m
	case *StreamView:
		return *m
	case *EvidenceView:
		return *m
	case *CompareView:
		return *m
	case *Lines:
		return *m
	}
	return nil
}
