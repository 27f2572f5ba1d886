package capture

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
)

// helloBzip2 is "hello world\n", written by bzip2: Go has no compressor.
const helloBzip2 = "425a68393141592653594eece83600000251800010400006449080200031064c4101a7a9a580bb9431f8bb9229c28482776741b0"

func compress(t testing.TB, name string, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	var err error
	switch name {
	case "gzip":
		w = gzip.NewWriter(&b)
	case "zstd":
		w, err = zstd.NewWriter(&b)
	case "lz4":
		z := lz4.NewWriter(&b)
		err = z.Apply(lz4.BlockSizeOption(lz4.Block64Kb))
		w = z
	case "xz":
		w, err = xz.NewWriter(&b)
	case "zip":
		return zipOf(t, "a.pcap", string(data))
	}
	if err == nil {
		_, err = w.Write(data)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// zipOf returns an archive of names and contents. As Go writes it, lengths
// follow the data, except for names that end in ".stored".
func zipOf(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		var w io.Writer
		var err error
		if strings.HasSuffix(files[i], ".stored") {
			h := &zip.FileHeader{Name: files[i], CompressedSize64: uint64(len(files[i+1])), UncompressedSize64: uint64(len(files[i+1])), CRC32: crc32.ChecksumIEEE([]byte(files[i+1]))}
			w, err = z.CreateRaw(h)
		} else {
			w, err = z.Create(files[i])
		}
		if err == nil {
			_, err = io.WriteString(w, files[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var compressors = []string{"gzip", "zstd", "lz4", "xz", "zip"}

func TestContainers(t *testing.T) {
	list := packets(3000)
	for _, name := range compressors {
		t.Run(name, func(t *testing.T) {
			for _, file := range [][]byte{pcapShape{}.file(list...), ngBig.file(list...)} {
				r := mustRead(t, compress(t, name, file))
				r.equal(t, list)
				r.warns(t)
				if r.capture.Container != name {
					t.Errorf("container %q", r.capture.Container)
				}
			}
		})
	}
}

func TestBzip2(t *testing.T) {
	data, err := hex.DecodeString(helloBzip2)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Unwrap(BytesSource("hello", data), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if p.Kind() != KindText || p.Container() != "bzip2" || string(p.Head()) != "hello world\n" {
		t.Errorf("%d %q %q", p.Kind(), p.Container(), p.Head())
	}
	if rest, err := io.ReadAll(p); string(rest) != "hello world\n" || err != nil {
		t.Errorf("%q, %v", rest, err)
	}
}

func TestNested(t *testing.T) {
	list := packets(50)
	inner := compress(t, "gzip", pcapShape{}.file(list...))
	r := mustRead(t, compress(t, "zip", inner))
	r.equal(t, list)
	if r.capture.Container != "zip, gzip" {
		t.Errorf("container %q", r.capture.Container)
	}
	f := formatError(t, compress(t, "zstd", compress(t, "gzip", inner)))
	if !strings.Contains(f.Text.En, "zstd, gzip") {
		t.Error(f.Text.En)
	}
}

func TestMembers(t *testing.T) {
	list := packets(3000)
	file := pcapShape{}.file(list...)
	for _, name := range []string{"gzip", "zstd", "lz4", "xz"} {
		t.Run(name, func(t *testing.T) {
			r := mustRead(t, join(compress(t, name, file[:1234]), compress(t, name, file[1234:])))
			r.equal(t, list)
			r.warns(t)
		})
	}
}

func TestContainerDamage(t *testing.T) {
	list := packets(3000)
	for i, r := 0, rand.New(rand.NewPCG(3, 4)); i < len(list); i++ {
		for j := range list[i].data { // what does not compress comes in many blocks
			list[i].data[j] = byte(r.Uint32())
		}
	}
	file := pcapShape{}.file(list...)
	for _, name := range compressors {
		t.Run(name, func(t *testing.T) {
			data := compress(t, name, file)
			r := mustRead(t, data[:len(data)*3/4])
			if len(r.frames) >= len(list) || !r.capture.Truncated || len(r.capture.Warnings) == 0 {
				t.Errorf("cut: %d frames, truncated %v, %q", len(r.frames), r.capture.Truncated, texts(r.capture.Warnings))
			}
			for _, w := range r.capture.Warnings {
				checkText(t, w.Text)
			}
		})
	}
	data := compress(t, "gzip", file)
	badSum := bytes.Clone(data)
	badSum[len(badSum)-8] ^= 1
	r := mustRead(t, badSum)
	r.equal(t, list)
	r.warns(t, "checksum")
	if r.capture.Truncated {
		t.Error("a wrong checksum is told as truncation")
	}
	r = mustRead(t, join(data, make([]byte, 512)))
	r.equal(t, list)
	r.warns(t, "Behind the gzip data")
}

func TestZip(t *testing.T) {
	list := packets(300)
	file := string(pcapShape{}.file(list...))
	r := mustRead(t, zipOf(t, "dir/", "", "readme.txt", "see the capture", "notes.stored", strings.Repeat("x", 5000), "dir/c.pcap", file))
	r.equal(t, list)
	r.warns(t)
	r = mustRead(t, zipOf(t, "c.stored", file, "other.txt", "x"))
	r.equal(t, list)
	r.warns(t, `more files than "c.stored"`)
	if f := formatError(t, zipOf(t, "a.txt", "x", "b.txt", "y")); !strings.Contains(f.Text.En, "none of its 2 files") {
		t.Error(f.Text.En)
	}
	encrypted := zipOf(t, "c.pcap", file)
	encrypted[6] |= zipEncrypted
	if f := formatError(t, encrypted); !strings.Contains(f.Text.En, "encrypted") {
		t.Error(f.Text.En)
	}
}

// A block of a few bytes may claim a dictionary of 4 GiB.
func TestXZDictionary(t *testing.T) {
	data := compress(t, "xz", pcapShape{}.file(packets(3)...))
	header := data[12 : 12+int(data[12])*4+4]
	at := bytes.Index(header, []byte{xzLZMA2, 1})
	header[at+2] = 40
	binary.LittleEndian.PutUint32(header[len(header)-4:], crc32.ChecksumIEEE(header[:len(header)-4]))
	if f := formatError(t, data); !strings.Contains(f.Text.En, "dictionary of 4095 MiB") {
		t.Error(f.Text.En)
	}
}

// endless is a compressed file that never ends.
type endless struct{ frame []byte }

func (e endless) Read(b []byte) (int, error) {
	n := 0
	for n+len(e.frame) <= len(b) {
		n += copy(b[n:], e.frame)
	}
	return n, nil
}

func TestLimit(t *testing.T) {
	h := pcapShape{}
	record := h.record(packets(1)[0])
	src := PipeSource("bomb", io.MultiReader(bytes.NewReader(compress(t, "gzip", h.header())), endless{compress(t, "gzip", bytes.Repeat(record, 500))}))
	r, err := Open(src, Options{MaxUnpackedLen: 8 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	frames := drain(t, r)
	if c := r.Capture(); !c.Truncated || len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0].Text.En, "Unpacking stopped") || frames < 8<<20/len(record)-1 || frames > 10<<20/len(record) {
		t.Errorf("%d frames, %q", frames, texts(c.Warnings))
	}
}
