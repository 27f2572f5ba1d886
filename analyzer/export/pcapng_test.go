package export

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/google/gopacket/pcapgo"

	"wirewhy/analyzer"
	"wirewhy/analyzer/capture"
)

// A resolution that is no power of ten is written as a finer one that is.
func TestResolutions(t *testing.T) {
	for resolution, want := range map[time.Duration]time.Duration{
		0: 1, 1: 1, 953: 1, time.Microsecond: time.Microsecond, time.Second >> 10: 1, time.Millisecond: time.Millisecond, time.Second: time.Second, time.Minute: time.Second,
	} {
		if _, tick := describe(nil, analyzer.LinkEthernet, &analyzer.Interface{Resolution: resolution}); tick != want {
			t.Errorf("%v is written in units of %v", resolution, tick)
		}
	}
}

// What is written is read again by our reader, and by gopacket's.
func TestPcapng(t *testing.T) {
	var w Writer
	ethernet := analyzer.Interface{Name: "eth0", Resolution: time.Microsecond, SnapLen: 100}
	raw := analyzer.Interface{Name: "tun0", Resolution: time.Nanosecond}
	at := analyzer.Timestamp(1_700_000_000_123_456_789)
	frames := []analyzer.Frame{
		{Number: 1, Link: analyzer.LinkEthernet, Time: at, WireLen: 53, Direction: analyzer.DirectionOutbound, FCSLen: 4, Data: bytes.Repeat([]byte{7}, 53)},
		{Number: 2, Interface: 5, Link: analyzer.LinkRaw, Time: at + 1, WireLen: 21, Direction: analyzer.DirectionOtherHost, Data: bytes.Repeat([]byte{0x45}, 21)},
		{Number: 3, Link: analyzer.LinkEthernet, Time: at + 2000, WireLen: 14, Data: bytes.Repeat([]byte{9}, 14)},
	}
	b := w.Section(nil, "wirewhy", "what this is\n- and that")
	b = w.Frame(b, &frames[0], &ethernet, "", "first", "second: 证据")
	b = w.Frame(b, &frames[1], &raw)
	b = w.Frame(b, &frames[2], &ethernet)

	r, err := capture.Open(capture.BytesSource("x.pcapng", b), capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got analyzer.Frame
	for i := range frames {
		if err := r.Next(&got); err != nil {
			t.Fatal(i, err)
		}
		want := frames[i]
		if want.Link == analyzer.LinkEthernet {
			want.Time -= want.Time % 1000
		}
		if got.Time != want.Time || got.WireLen != want.WireLen || got.Link != want.Link || got.Direction != want.Direction || got.FCSLen != want.FCSLen || !bytes.Equal(got.Data, want.Data) {
			t.Errorf("frame %d: %+v, want %+v", i+1, got, want)
		}
		if i == 0 && got.Comment != "first\nsecond: 证据" {
			t.Errorf("comment %q", got.Comment)
		}
	}
	if err := r.Next(&got); !errors.Is(err, io.EOF) {
		t.Error("after the last frame:", err)
	}
	c := r.Capture()
	if len(c.Warnings) > 0 || len(c.Comments) != 1 || c.Interfaces[0].Name != "eth0" || c.Interfaces[1].Name != "tun0" || c.Interfaces[1].Resolution != 1 {
		t.Errorf("%+v", c)
	}

	other, err := pcapgo.NewNgReader(bytes.NewReader(b), pcapgo.NgReaderOptions{WantMixedLinkType: true})
	if err != nil {
		t.Fatal(err)
	}
	for i := range frames {
		data, info, err := other.ReadPacketData()
		if err != nil || !bytes.Equal(data, frames[i].Data) || info.Length != int(frames[i].WireLen) {
			t.Errorf("gopacket: frame %d: %d of %d bytes, %v", i+1, len(data), info.Length, err)
		}
	}
}
