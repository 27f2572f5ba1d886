package capture

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"unicode/utf8"

	"wirewhy/analyzer"
)

// Kind is what a file is, as far as it matters to whoever opens it.
type Kind uint8

// The kinds.
const (
	KindUnknown   Kind = iota // nothing that is known here
	KindEmpty                 // no bytes at all
	KindCapture               // a capture that this package reads
	KindContainer             // compressed or archived; Unwrap tells what is inside
	KindText                  // text, perhaps tcpdump's or a host's
	KindForeign               // something known that is of no use here (an image, an unsupported capture)
)

const (
	// minSniffLen tells a capture from the rest; it is not longer than the
	// shortest file header, lest a live pipe be waited for.
	minSniffLen = 16
	sniffLen    = 4096
)

// signature recognises a file by bytes at a fixed place.
type signature struct {
	at    int
	magic string
	kind  Kind
	name  string // of a container: the name under which it is unwrapped
	text  analyzer.Text
}

func unsupported(name, zh, howEn, howZh string) analyzer.Text {
	return text("This is "+name+", which is not supported. "+howEn, "这是"+zh+"，不受支持。"+howZh)
}

func foreign(name, zh string) analyzer.Text {
	return text("This is no packet capture but "+name+".", "这不是抓包文件，而是"+zh+"。")
}

const (
	editcapEn = "Convert it with Wireshark's `editcap -F pcapng IN OUT`."
	editcapZh = "请用 Wireshark 的 `editcap -F pcapng 输入 输出` 转换。"
	unpackEn  = "Unpack it and open the capture inside."
	unpackZh  = "请先解压，再打开其中的抓包文件。"
)

// signatures in the order in which they are tried.
var signatures = []signature{
	{0, "\x1f\x8b", KindContainer, "gzip", analyzer.Text{}},
	{0, "\x28\xb5\x2f\xfd", KindContainer, "zstd", analyzer.Text{}},
	{0, "BZh", KindContainer, "bzip2", analyzer.Text{}},
	{0, "\x04\x22\x4d\x18", KindContainer, "lz4", analyzer.Text{}},
	{0, "\x02\x21\x4c\x18", KindContainer, "lz4", analyzer.Text{}},
	{0, "\xfd7zXZ\x00", KindContainer, "xz", analyzer.Text{}},
	{0, "PK\x03\x04", KindContainer, "zip", analyzer.Text{}},
	{0, "PK\x05\x06", KindForeign, "", text("This is an empty zip archive.", "这是一个空的 zip 压缩包。")},
	{0, "7z\xbc\xaf\x27\x1c", KindForeign, "", unsupported("a 7z archive", " 7z 压缩包", unpackEn, unpackZh)},
	{0, "Rar!\x1a\x07", KindForeign, "", unsupported("a RAR archive", " RAR 压缩包", unpackEn, unpackZh)},
	{0, "MSCF", KindForeign, "", unsupported("a Windows cabinet archive", " Windows CAB 压缩包", unpackEn, unpackZh)},
	{0, "\x1f\x9d", KindForeign, "", unsupported("compressed with `compress` (.Z)", " compress 压缩（.Z）的文件", "Unpack it with `uncompress`.", "请用 `uncompress` 解压。")},
	{0, "LZIP", KindForeign, "", unsupported("compressed with lzip", " lzip 压缩的文件", "Unpack it with `lzip -d`.", "请用 `lzip -d` 解压。")},
	{0, "\x89LZO\x00", KindForeign, "", unsupported("compressed with lzop", " lzop 压缩的文件", "Unpack it with `lzop -d`.", "请用 `lzop -d` 解压。")},
	{257, "ustar", KindForeign, "", unsupported("a tar archive", " tar 归档", "Unpack it with `tar xf` and open the capture inside.", "请用 `tar xf` 解开，再打开其中的抓包文件。")},

	{0, "ElfFile\x00", KindForeign, "", unsupported("a Windows event log (EVTX)", " Windows 事件日志（EVTX）", "It holds events, not packets.", "其中是事件，不是分组。")},
	{0, "GMBU", KindForeign, "", unsupported("a Microsoft Network Monitor 2 capture", " Microsoft 网络监视器 2 的抓包", editcapEn, editcapZh)},
	{0, "RTSS", KindForeign, "", unsupported("a Microsoft Network Monitor 1 capture", " Microsoft 网络监视器 1 的抓包", editcapEn, editcapZh)},
	{0, "XCP\x00", KindForeign, "", unsupported("a NetXRay or Windows Sniffer capture", " NetXRay 或 Windows Sniffer 的抓包", editcapEn, editcapZh)},
	{0, "TRSNIFF data    \x1a", KindForeign, "", unsupported("a DOS Sniffer capture", " DOS 版 Sniffer 的抓包", editcapEn, editcapZh)},
	{0, "\x00\x00\x02\x00\x12\x05\x00\x10", KindForeign, "", unsupported("a Tektronix K12 capture", " Tektronix K12 的抓包", editcapEn, editcapZh)},
	{0, "+---------+---------------+----------+", KindForeign, "", unsupported("a Tektronix K12 text file", " Tektronix K12 文本文件", editcapEn, editcapZh)},
	{0, "iptrace 1.0", KindForeign, "", unsupported("an AIX iptrace capture", " AIX iptrace 的抓包", editcapEn, editcapZh)},
	{0, "iptrace 2.0", KindForeign, "", unsupported("an AIX iptrace capture", " AIX iptrace 的抓包", editcapEn, editcapZh)},
	{0, "btsnoop\x00", KindForeign, "", unsupported("a Bluetooth capture (btsnoop); it holds no network packets", "蓝牙抓包（btsnoop），其中没有网络分组", "", "")},
	{0, "\x7fver", KindForeign, "", unsupported("an OmniPeek capture", " OmniPeek 的抓包", editcapEn, editcapZh)},
	{0, "\xaa\xaa\xaa\xaa", KindForeign, "", unsupported("an InfoVista 5View capture", " InfoVista 5View 的抓包", editcapEn, editcapZh)},
	{0, "\x05VNF", KindForeign, "", unsupported("a Visual Networks capture", " Visual Networks 的抓包", editcapEn, editcapZh)},
	{0, "\x54\x52\x00\x64\x00", KindForeign, "", unsupported("an HP-UX nettl capture", " HP-UX nettl 的抓包", editcapEn, editcapZh)},

	{0, "\x89PNG\r\n\x1a\n", KindForeign, "", foreign("a PNG image", " PNG 图片")},
	{0, "\xff\xd8\xff", KindForeign, "", foreign("a JPEG image", " JPEG 图片")},
	{0, "GIF8", KindForeign, "", foreign("a GIF image", " GIF 图片")},
	{8, "WEBP", KindForeign, "", foreign("a WebP image", " WebP 图片")},
	{0, "%PDF-", KindForeign, "", foreign("a PDF document", " PDF 文档")},
	{0, "\x7fELF", KindForeign, "", foreign("a Linux program (ELF)", " Linux 程序（ELF）")},
	{0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", KindForeign, "", foreign("an Office document", " Office 文档")},
	{0, "SQLite format 3\x00", KindForeign, "", foreign("an SQLite database", " SQLite 数据库")},
	{0, "\x00asm", KindForeign, "", foreign("a WebAssembly program", " WebAssembly 程序")},
	{0, "version https://git-lfs.github.com/", KindForeign, "", text(
		"This is a Git LFS pointer, not the capture itself. Fetch the file with `git lfs pull`.",
		"这是 Git LFS 指针，不是抓包文件本身。请用 `git lfs pull` 取回文件。")},
}

// Sniff tells what a file is from its first bytes; 4 KiB are enough, 16 for a
// capture.
func Sniff(head []byte) Kind {
	kind, _, _ := identify(head)
	return kind
}

// identify returns a file's kind, a container's name, and for what cannot be
// read the sentence that says so.
func identify(head []byte) (kind Kind, name string, why analyzer.Text) {
	if len(head) == 0 {
		return KindEmpty, "", text("The file is empty (0 bytes).", "文件是空的（0 字节）。")
	}
	if magic, _ := pcapMagic(head); magic != 0 || isSectionStart(head) || isSnoop(head) {
		return KindCapture, "", analyzer.Text{}
	}
	for _, s := range signatures {
		if len(head) > s.at && bytes.HasPrefix(head[s.at:], []byte(s.magic)) {
			return s.kind, s.name, s.text
		}
	}
	switch {
	case LooksLikeText(head):
		return identifyText(head)
	case looksLikeETL(head):
		return KindForeign, "", unsupported("a Windows trace (ETL)", " Windows 跟踪文件（ETL）",
			"Convert it: `pktmon etl2pcap FILE.etl --out FILE.pcapng` for pktmon, Microsoft's `etl2pcapng FILE.etl FILE.pcapng` for netsh trace.",
			"请转换：pktmon 的用 `pktmon etl2pcap 文件.etl --out 文件.pcapng`，netsh trace 的用微软的 `etl2pcapng 文件.etl 文件.pcapng`。")
	case looksLikeERF(head):
		return KindForeign, "", unsupported("an Endace ERF capture", " Endace ERF 的抓包", editcapEn, editcapZh)
	case bytes.HasPrefix(head, []byte("MZ")):
		return KindForeign, "", foreign("a Windows program", " Windows 程序")
	case len(bytes.Trim(head, "\x00")) == 0:
		return KindForeign, "", text(
			"The file holds nothing but zeros, as far as was looked: the disk was full, or the download did not finish.",
			"已检查的部分全是零：可能磁盘已满，或下载未完成。")
	}
	return KindUnknown, "", text(
		"This is no packet capture in a format that is known here (pcap, pcapng and snoop are, also compressed).",
		"这不是已知格式的抓包文件（支持 pcap、pcapng 和 snoop，也可以是压缩的）。")
}

// identifyText tells texts that a person would want to read or paste from files
// that merely came as text.
func identifyText(head []byte) (kind Kind, name string, why analyzer.Text) {
	start := strings.ToLower(string(bytes.TrimSpace(head[:min(len(head), 512)])))
	switch {
	case strings.HasPrefix(start, "<!doctype html"), strings.HasPrefix(start, "<html"), strings.Contains(start, "<html"):
		return KindForeign, "", text(
			"This is a web page (HTML), not a capture: the download probably gave a login or error page.",
			"这是网页（HTML），不是抓包文件：下载到的可能是登录页或错误页。")
	case strings.HasPrefix(start, "<?xml"), strings.HasPrefix(start, "<pdml"), strings.HasPrefix(start, "<psml"):
		return KindForeign, "", foreign("an XML text", " XML 文本")
	case isEncodedCapture(head):
		return KindForeign, "", text(
			"This is the base64 text of a capture or an archive. Decode it with `base64 -d FILE > capture.pcap` and open the result.",
			"这是抓包文件或压缩包的 base64 文本。请用 `base64 -d 文件 > capture.pcap` 解码后再打开。")
	case strings.HasPrefix(start, "{"), strings.HasPrefix(start, "["):
		return KindText, "", foreign("a JSON text", " JSON 文本")
	}
	return KindText, "", foreign("a plain text", "纯文本")
}

// isEncodedCapture reports whether base64 text decodes to something that Open
// would take.
func isEncodedCapture(head []byte) bool {
	var compact []byte
	for _, c := range head[:min(len(head), 256)] {
		if c != '\n' && c != '\r' {
			compact = append(compact, c)
		}
	}
	compact = compact[:len(compact)&^3]
	decoded, err := base64.StdEncoding.DecodeString(string(compact))
	if err != nil || len(decoded) < minSniffLen {
		return false
	}
	kind, _, _ := identify(decoded)
	return kind == KindCapture || kind == KindContainer
}

// LooksLikeText reports whether a file that begins with head is text: UTF-8,
// UTF-16 with a byte-order mark (PowerShell's redirection), or an 8-bit encoding.
func LooksLikeText(head []byte) bool {
	if len(head) == 0 {
		return false
	}
	if len(head) >= 4 && (head[0] == 0xff && head[1] == 0xfe || head[0] == 0xfe && head[1] == 0xff) {
		return true
	}
	high := 0
	for _, c := range head {
		switch {
		case c >= 0x80:
			high++
		case c < ' ' && !strings.ContainsRune("\t\n\r\f\b\x1b", rune(c)), c == 0x7f:
			return false
		}
	}
	return high == 0 || high <= len(head)/2 && len(head) >= 64 || mostlyUTF8(head)
}

// mostlyUTF8 forgives a rune that is cut off at the end.
func mostlyUTF8(head []byte) bool {
	for cut := 0; cut < utf8.UTFMax && cut < len(head); cut++ {
		if utf8.Valid(head[:len(head)-cut]) {
			return true
		}
	}
	return false
}

// looksLikeETL knows the first buffer of an event trace: a WMI_BUFFER_HEADER of
// 72 bytes that begins with the buffer's size, then a SYSTEM_TRACE_HEADER whose
// marker says 0xc0 and 32 or 64 bit (evntrace.h).
func looksLikeETL(b []byte) bool {
	const headerLen = 72
	if len(b) < headerLen+4 {
		return false
	}
	size, used := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])
	marker := b[headerLen : headerLen+4]
	return size >= 1024 && size <= 16<<20 && size%1024 == 0 && used <= size && marker[3] == 0xc0 && (marker[2] == 1 || marker[2] == 2)
}

// looksLikeERF follows two records: ERF has no magic number (Endace's ERF types
// reference). Time in seconds and fraction (little endian), type, flags, record length,
// loss counter and wire length (big endian).
func looksLikeERF(b []byte) bool {
	const headerLen, maxType = 16, 48
	for range 2 {
		if len(b) < headerLen {
			return false
		}
		second := binary.LittleEndian.Uint32(b[4:])
		n := int(binary.BigEndian.Uint16(b[10:]))
		kind := b[8] & 0x7f
		if second < 631152000 /* 1990 */ || kind == 0 || kind > maxType || n < headerLen || n > len(b) {
			return false
		}
		b = b[n:]
	}
	return true
}
