package protocol

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"testing"

	"wirewhy/analyzer"
)

// fill sets every field of a message to something, so that a field that a walk
// forgets shows up as a difference.
func fill(r *rand.Rand, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(r, v.Field(i))
		}
	case reflect.Slice:
		n := 1 + r.IntN(3)
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(r, v.Index(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(r, v.Index(i))
		}
	case reflect.String:
		v.SetString([]string{"a", "10.0.0.1:80", "①② 中文", "<b>", "\xff\x00"}[r.IntN(5)])
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int32, reflect.Int64:
		n := r.Int64() >> r.IntN(63)
		if r.IntN(2) == 0 {
			n = -n - 1
		}
		v.SetInt(n | 1)
	default:
		v.SetUint((r.Uint64()|1)>>(64-v.Type().Bits()) | 1)
	}
}

func filled[T any](r *rand.Rand) T {
	var m T
	fill(r, reflect.ValueOf(&m).Elem())
	return m
}

func replies(r *rand.Rand) []any {
	return []any{
		filled[Progress](r), filled[Overview](r), filled[FlowRows](r), filled[LadderView](r),
		filled[PacketRows](r), filled[PacketView](r), filled[Document](r), filled[Failure](r), filled[GraphView](r), GraphView{}, filled[StreamView](r), StreamView{},
		filled[EvidenceView](r), filled[CompareView](r), filled[Lines](r), EvidenceView{}, CompareView{}, Lines{},
		filled[PacketRows](r), filled[PacketView](r), filled[Document](r), filled[Failure](r), filled[GraphView](r), GraphView{}, filled[SwimView](r), SwimView{},
		Progress{}, Overview{}, FlowRows{}, LadderView{}, PacketRows{}, PacketView{}, Document{}, Failure{},
	}
}

func TestReplyRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for round := range 50 {
		for _, want := range replies(r) {
			data := EncodeReply(uint32(round), want)
			id, got, err := DecodeReply(data)
			if err != nil {
				t.Fatalf("%T: %v", want, err)
			}
			if id != uint32(round) || !reflect.DeepEqual(got, want) {
				t.Fatalf("%T came back as\n%+v, not\n%+v", want, got, want)
			}
		}
	}
}

func TestRequestRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		want := filled[Request](r)
		got, err := DecodeRequest(EncodeRequest(want))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v came back as %+v, %v", want, got, err)
		}
	}
}

// Every message cut short, or with a byte too many, is refused.
func TestDecodeRefusesCutMessages(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, m := range replies(r) {
		data := EncodeReply(7, m)
		for n := range data {
			if _, got, err := DecodeReply(data[:n]); err == nil {
				t.Fatalf("%T cut to %d of %d bytes was taken for %+v", m, n, len(data), got)
			}
		}
		if _, _, err := DecodeReply(append(bytes.Clone(data), 0)); err == nil {
			t.Fatalf("%T with a byte too many was taken", m)
		}
	}
}

// A count that the message cannot hold costs no memory.
func TestDecodeBoundsCounts(t *testing.T) {
	huge := []byte{0xff, 0xff, 0xff, 0xff, 0x7f} // a varint of 2³⁵-1
	data := append([]byte{1, 3, 0, 0, 0, 0}, huge...)
	if allocated := testing.AllocsPerRun(10, func() {
		if _, _, err := DecodeReply(data); err == nil {
			t.Fatal("a list longer than its message was taken")
		}
	}); allocated > 10 {
		t.Errorf("refusing took %v allocations", allocated)
	}
}

func TestEncodeReplyNamesAForeignType(t *testing.T) {
	_, got, err := DecodeReply(EncodeReply(3, 42))
	if f, ok := got.(Failure); err != nil || !ok || f.Text != "no message of the protocol: int" {
		t.Errorf("got %#v, %v", got, err)
	}
}

func FuzzDecodeReply(f *testing.F) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, m := range replies(r) {
		f.Add(EncodeReply(1, m))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		id, m, err := DecodeReply(data)
		if err != nil {
			return
		}
		// Varints have longer forms too, so the bytes may differ; the message may not.
		_, again, err := DecodeReply(EncodeReply(id, m))
		if err != nil || !reflect.DeepEqual(again, m) {
			t.Fatalf("%+v came back as %+v, %v", m, again, err)
		}
	})
}

func FuzzDecodeRequest(f *testing.F) {
	f.Add(EncodeRequest(Request{ID: 1, Lang: analyzer.Chinese, Kind: Flows, From: 200, To: 260, Filter: "port 80", Flow: -1}))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := DecodeRequest(data)
		if err != nil {
			return
		}
		again, err := DecodeRequest(EncodeRequest(m))
		if err != nil || !reflect.DeepEqual(again, m) {
			t.Fatalf("%+v came back as %+v, %v", m, again, err)
		}
	})
}

func BenchmarkFlowRows(b *testing.B) {
	rows := FlowRows{Total: 20_000}
	for i := range 20_000 {
		rows.Rows = append(rows.Rows, FlowRow{ID: i, Client: "10.4.26.45:35582", Server: "10.4.26.234:80", State: "SYN-SENT", Diagnosis: "synack-wrong-source", Verdict: "wrong source", Start: 1577703400353352000})
	}
	for b.Loop() {
		if _, _, err := DecodeReply(EncodeReply(1, rows)); err != nil {
			b.Fatal(err)
		}
	}
}

// Runs of cells come back as they went, whatever their length.
func TestRuns(t *testing.T) {
	v := SwimView{Lines: 2, Columns: 100}
	want := []struct {
		line, column int
		kind         Swim
		length       int
	}{{0, 0, SwimNothing, 69}, {0, 69, SwimError, 31}, {1, 0, SwimHealthy, 1}, {1, 1, SwimWarning, 99}}
	for _, w := range want {
		v.Cells = AppendRun(v.Cells, w.kind, w.length)
	}
	cells := [2][100]Swim{}
	v.Runs(func(line, column, length int, kind Swim) {
		for i := range length {
			cells[line][column+i] = kind
		}
	})
	for _, w := range want {
		for i := range w.length {
			if got := cells[w.line][w.column+i]; got != w.kind {
				t.Fatalf("line %d, cell %d is %d, not %d", w.line, w.column+i, got, w.kind)
			}
		}
	}
	v.Columns = 10 // runs that leave their line are left out
	v.Runs(func(line, column, length int, kind Swim) {
		if column+length > 10 {
			t.Errorf("a run of %d at %d", length, column)
		}
	})
}
