package dissect

import (
	"fmt"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

func tellRadiotap(b *block) {
	b.decimal("Version", 0, 1)
	b.add("Length", 2, 2, fmt.Sprint(b.le16(2)))
	b.dump("Present", 4, 4)
	b.dump("Fields", 8, int(b.le16(2))-8)
}

// wlanTypes names the types of 802.11 frames (IEEE 802.11 §9.2.4.1.3).
var wlanTypes = [...]string{"management", "control", "data", "extension"}

func tellWLAN(b *block) {
	control, flags := b.u8(0), b.u8(1)
	if control&3 != 0 { // no 802.11 frame as it should be
		return
	}
	kind := wlanTypes[control>>2&3]
	f := b.add("Frame control", 0, 2, fmt.Sprintf("%s, subtype %d", kind, control>>4))
	for i, name := range []string{"To DS", "From DS", "More fragments", "Retry", "Power management", "More data", "Protected", "Order"} {
		b.child(f, name, 1, 1, yes(flags>>i&1 != 0))
	}
	b.layer.Summary = kind
	b.add("Duration", 2, 2, fmt.Sprint(b.le16(2)))
	b.mac("Address 1", 4)
	if control>>2&3 != 1 {
		b.mac("Address 2", 10)
		b.mac("Address 3", 16)
		b.add("Sequence", 22, 2, fmt.Sprint(b.le16(22)>>4))
	}
	if control>>2&3 == 2 && flags&3 == 3 {
		b.mac("Address 4", 24)
	}
	if !b.last {
		b.used = b.end - b.at
		return
	}
	if control>>2&3 == 0 {
		b.next = managementBody(control)
	}
}

// managementBody returns gopacket's name of a management frame's body.
func managementBody(control uint8) gopacket.LayerType {
	switch control >> 4 {
	case 0:
		return layers.LayerTypeDot11MgmtAssociationReq
	case 1:
		return layers.LayerTypeDot11MgmtAssociationResp
	case 4:
		return layers.LayerTypeDot11MgmtProbeReq
	case 5:
		return layers.LayerTypeDot11MgmtProbeResp
	case 8:
		return layers.LayerTypeDot11MgmtBeacon
	case 11:
		return layers.LayerTypeDot11MgmtAuthentication
	case 12:
		return layers.LayerTypeDot11MgmtDeauthentication
	}
	return 0
}
