package capture

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestNoCapture(t *testing.T) {
	random := make([]byte, 5000)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range random {
		random[i] = byte(r.Uint32())
	}
	tar := make([]byte, 1024)
	copy(tar, "capture.pcap")
	copy(tar[257:], "ustar\x0000")
	etl := make([]byte, 4096)
	binary.LittleEndian.PutUint32(etl, 4096)
	copy(etl[72:], "\x02\x00\x02\xc0")
	erf := make([]byte, 64)
	for _, at := range []int{0, 32} {
		binary.LittleEndian.PutUint32(erf[at+4:], 1700000000)
		erf[at+8], erf[at+11] = 2, 32
	}
	for _, c := range []struct {
		name, head string
		kind       Kind
		want       string
	}{
		{"empty", "", KindEmpty, "empty"},
		{"text", "Dear all,\nplease find the capture attached.\n", KindText, "plain text"},
		{"tcpdump text", "12:00:00.000000 IP 10.0.0.1.80 > 10.0.0.2.4242: Flags [S], seq 1\n", KindText, "plain text"},
		{"Chinese text", "抓包见附件，请看一下连接为什么失败。", KindText, "plain text"},
		{"text in GBK", strings.Repeat("\xd7\xa5\xb0\xfc file\n", 20), KindText, "plain text"},
		{"text in UTF-16", "\xff\xfe1\x002\x00:\x00", KindText, "plain text"},
		{"JSON", `[{"_source": {"layers": {}}}]`, KindText, "JSON"},
		{"HTML", "\n <!DOCTYPE html><title>Sign in</title>", KindForeign, "login"},
		{"XML", "<?xml version=\"1.0\"?><pdml>", KindForeign, "XML"},
		{"LFS", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", KindForeign, "git lfs pull"},
		{"base64", base64.StdEncoding.EncodeToString(pcapShape{}.file(packets(9)...)), KindForeign, "base64"},
		{"PNG", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", KindForeign, "PNG"},
		{"JPEG", "\xff\xd8\xff\xe0\x00\x10JFIF", KindForeign, "JPEG"},
		{"PDF", "%PDF-1.7\n%\xe2\xe3\xcf\xd3", KindForeign, "PDF"},
		{"ELF", "\x7fELF\x02\x01\x01\x00", KindForeign, "ELF"},
		{"tar", string(tar), KindForeign, "tar xf"},
		{"7z", "7z\xbc\xaf\x27\x1c\x00\x04", KindForeign, "7z"},
		{"RAR", "Rar!\x1a\x07\x01\x00", KindForeign, "RAR"},
		{"EVTX", "ElfFile\x00\x00\x00\x00\x00", KindForeign, "EVTX"},
		{"ETL", string(etl), KindForeign, "etl2pcapng"},
		{"ERF", string(erf), KindForeign, "editcap"},
		{"NetMon", "GMBU\x00\x02\x01\x00", KindForeign, "editcap"},
		{"NetXRay", "XCP\x00002.00", KindForeign, "NetXRay"},
		{"Sniffer", "TRSNIFF data    \x1a", KindForeign, "Sniffer"},
		{"K12 text", "+---------+---------------+----------+\n", KindForeign, "K12"},
		{"zeros", string(make([]byte, 5000)), KindForeign, "zeros"},
		{"random", string(random), KindUnknown, "no packet capture"},
		{"short", "\x00", KindForeign, "zeros"},
		{"half a pcap header", string(pcapShape{}.header()[:16]), KindCapture, "16 of 24"},
		{"half a gzip header", "\x1f\x8b\x08", KindContainer, "cut short"},
		{"zstd and junk", "\x28\xb5\x2f\xfd\xff\xff\xff\xffjunkjunkjunk", KindContainer, "zstd"},
		{"bzip2 and junk", "BZh9 and so on and so on", KindContainer, "bzip2"},
		{"lz4 and junk", "\x04\x22\x4d\x18\xff\xff\xff\xffjunkjunkjunk", KindContainer, "lz4"},
		{"xz and junk", "\xfd7zXZ\x00junkjunkjunk", KindContainer, "xz"},
		{"empty zip", "PK\x05\x06" + strings.Repeat("\x00", 18), KindForeign, "empty zip"},
		{"half a zip header", "PK\x03\x04\x14\x00", KindContainer, "zip"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if kind := Sniff([]byte(c.head)); kind != c.kind {
				t.Errorf("Sniff = %d, want %d", kind, c.kind)
			}
			f := formatError(t, []byte(c.head))
			if !strings.Contains(f.Text.En, c.want) || f.Kind != c.kind {
				t.Errorf("kind %d, %q; want %d, %q", f.Kind, f.Text.En, c.kind, c.want)
			}
		})
	}
}

type failing struct {
	io.Reader
	err error
}

func (f failing) Read(b []byte) (int, error) {
	n, err := f.Reader.Read(b)
	if err == io.EOF {
		err = f.err
	}
	return n, err
}

func TestSourceError(t *testing.T) {
	broken := errors.New("the disk is on fire")
	if _, err := readSource(PipeSource("p", failing{strings.NewReader(""), broken})); !errors.Is(err, broken) {
		t.Errorf("error %v, want the source's", err)
	}
	list := packets(5)
	file := pcapShape{}.file(list...)
	r, err := readSource(PipeSource("p", failing{bytes.NewReader(file[:len(file)-3]), broken}))
	if err != nil {
		t.Fatal(err)
	}
	r.equal(t, list[:4])
	r.warns(t, "could not be read any further after frame 4: the disk is on fire")
	if !r.capture.Truncated {
		t.Error("not told as truncated")
	}
}

func TestPipeOnce(t *testing.T) {
	list := packets(5)
	src := PipeSource("pipe", oneByte{bytes.NewReader(pcapShape{}.file(list...))})
	r, err := readSource(src)
	if err != nil {
		t.Fatal(err)
	}
	r.equal(t, list)
	if _, err := src.Open(0); !errors.Is(err, ErrOnce) {
		t.Errorf("second Open: %v", err)
	}
}

type oneByte struct{ io.Reader }

func (o oneByte) Read(b []byte) (int, error) { return o.Reader.Read(b[:min(1, len(b))]) }

// gunzipper is a source like a browser's File: its gunzip ends with an error
// behind the first member, as DecompressionStream does.
type gunzipper struct {
	Source
	after int64 // bytes until it fails
	calls int
}

func (g *gunzipper) Gunzip() (io.ReadCloser, error) {
	g.calls++
	rc, err := g.Open(0)
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(rc)
	if err != nil {
		return nil, err
	}
	return io.NopCloser(failing{io.LimitReader(z, g.after), errors.New("TypeError: junk found after end of compressed data")}), nil
}

func TestGunzipper(t *testing.T) {
	list := packets(50)
	file := pcapShape{}.file(list...)
	data := join(compress(t, "gzip", file[:700]), compress(t, "gzip", file[700:]))
	for _, after := range []int64{0, 10, 700, 1 << 20} {
		g := &gunzipper{Source: BytesSource("f", data), after: after}
		r, err := readSource(g)
		if err != nil {
			t.Fatal(err)
		}
		r.equal(t, list)
		r.warns(t)
		if g.calls != 1 || r.capture.Container != "gzip" {
			t.Errorf("%d calls, container %q", g.calls, r.capture.Container)
		}
	}
}
