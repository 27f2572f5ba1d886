package protocol

import "fmt"

// message is what can answer a request.
type message interface{ fields(*codec) }

// kinds makes an empty message for each number that stands for its type on the
// wire, from 1.
var kinds = [...]func() message{
	1:  func() message { return new(Progress) },
	2:  func() message { return new(Overview) },
	3:  func() message { return new(FlowRows) },
	4:  func() message { return new(LadderView) },
	5:  func() message { return new(PacketRows) },
	6:  func() message { return new(PacketView) },
	7:  func() message { return new(Document) },
	8:  func() message { return new(Failure) },
	9:  func() message { return new(GraphView) },
	10: func() message { return new(SwimView) },

	20: func() message { return new(StreamView) },

	30: func() message { return new(EvidenceView) },
	31: func() message { return new(CompareView) },
	32: func() message { return new(Lines) },
}

// EncodeRequest returns the bytes of a request.
func EncodeRequest(m Request) []byte {
	var c codec
	m.fields(&c)
	return c.buf
}

// EncodeReply returns the bytes of the answer to request id, one of the messages
// in kinds.
// Another value is an error of the program and becomes a Failure that says so.
func EncodeReply(id uint32, reply any) []byte {
	kind, m := identify(reply)
	if m == nil {
		return EncodeReply(id, Failure{Text: fmt.Sprintf("no message of the protocol: %T", reply)})
	}
	var c codec
	uintField(&c, &id)
	uintField(&c, &kind)
	m.fields(&c)
	return c.buf
}

func identify(reply any) (uint8, message) {
	switch m := reply.(type) {
	case Progress:
		return 1, &m
	case Overview:
		return 2, &m
	case FlowRows:
		return 3, &m
	case LadderView:
		return 4, &m
	case PacketRows:
		return 5, &m
	case PacketView:
		return 6, &m
	case Document:
		return 7, &m
	case Failure:
		return 8, &m
	case SwimView:
		return 10, &m
	case GraphView:
		return 9, &m
	case StreamView:
		return 20, &m
	case EvidenceView:
		return 30, &m
	case CompareView:
		return 31, &m
	case Lines:
		return 32, &m
	}
	return 0, nil
}
