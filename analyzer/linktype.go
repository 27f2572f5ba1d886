package analyzer

import "strconv"

// LinkType is a link-layer header type as registered by tcpdump.org
// (LINKTYPE_ values; https://www.tcpdump.org/linktypes.html).
type LinkType uint32

// Link types that wirewhy reads, and some that it only names.
const (
	LinkNull             LinkType = 0
	LinkEthernet         LinkType = 1
	LinkPPP              LinkType = 9
	LinkFDDI             LinkType = 10
	LinkRawDLT           LinkType = 12 // DLT_RAW on most systems, written by mistake
	LinkRawOpenBSD       LinkType = 14 // DLT_RAW on OpenBSD
	LinkPPPHDLC          LinkType = 50
	LinkPPPEthernet      LinkType = 51
	LinkRaw              LinkType = 101
	LinkCiscoHDLC        LinkType = 104
	LinkIEEE80211        LinkType = 105
	LinkFrameRelay       LinkType = 107
	LinkLoop             LinkType = 108
	LinkLinuxSLL         LinkType = 113
	LinkPrism            LinkType = 119
	LinkRadiotap         LinkType = 127
	LinkAVS              LinkType = 163
	LinkBluetoothHCI     LinkType = 187
	LinkUSBLinux         LinkType = 189
	LinkPPI              LinkType = 192
	LinkBluetoothHCIPHDR LinkType = 201
	LinkUSBLinuxMmapped  LinkType = 220
	LinkIPv4             LinkType = 228
	LinkIPv6             LinkType = 229
	LinkDBus             LinkType = 231
	LinkNFLOG            LinkType = 239
	LinkIPOIB            LinkType = 242
	LinkUSBPcap          LinkType = 249
	LinkBluetoothMonitor LinkType = 254
	LinkNetlink          LinkType = 253
	LinkLinuxSLL2        LinkType = 276
	LinkDSABroadcom      LinkType = 281 // DSA_TAG_BRCM
	LinkDSABroadcomFirst LinkType = 282 // DSA_TAG_BRCM_PREPEND
)

var linkNames = map[LinkType]string{
	LinkNull: "NULL", LinkEthernet: "EN10MB", LinkPPP: "PPP", LinkRawDLT: "RAW", LinkRawOpenBSD: "RAW",
	LinkPPPHDLC: "PPP_SERIAL", LinkPPPEthernet: "PPP_ETHER", LinkRaw: "RAW", LinkCiscoHDLC: "C_HDLC",
	LinkIEEE80211: "IEEE802_11", LinkFrameRelay: "FRELAY", LinkLoop: "LOOP", LinkLinuxSLL: "LINUX_SLL",
	LinkPrism: "PRISM_HEADER", LinkRadiotap: "IEEE802_11_RADIO", LinkAVS: "IEEE802_11_RADIO_AVS",
	LinkBluetoothHCI: "BLUETOOTH_HCI_H4", LinkUSBLinux: "USB_LINUX", LinkPPI: "PPI",
	LinkBluetoothHCIPHDR: "BLUETOOTH_HCI_H4_WITH_PHDR", LinkUSBLinuxMmapped: "USB_LINUX_MMAPPED",
	LinkIPv4: "IPV4", LinkIPv6: "IPV6", LinkDBus: "DBUS", LinkNFLOG: "NFLOG", LinkIPOIB: "IPOIB",
	LinkUSBPcap: "USBPCAP", LinkBluetoothMonitor: "BLUETOOTH_LINUX_MONITOR", LinkNetlink: "NETLINK",
	LinkLinuxSLL2: "LINUX_SLL2", LinkFDDI: "FDDI", LinkDSABroadcom: "DSA_TAG_BRCM", LinkDSABroadcomFirst: "DSA_TAG_BRCM_PREPEND",
}

// String returns libpcap's name for the type (without "DLT_"), or its number.
func (l LinkType) String() string {
	if name, ok := linkNames[l]; ok {
		return name
	}
	return strconv.FormatUint(uint64(l), 10)
}
