package straighten

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/tetratelabs/wazero"
)

// run is what a module did.
type run struct {
	told   []uint64
	result string
}

// stepLimit bounds a run: what goes round for ever is compared as far as that.
const stepLimit = 300

// execute runs a module's function as Go's scheduler does: whenever it unwinds the
// stack, it is called again with the number that it left as its return address. All
// conditions come from the seed.
func execute(t *testing.T, program []byte, seed uint64) (done run) {
	t.Helper()
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
	defer r.Close(ctx)
	random := rand.New(rand.NewPCG(seed, 0))
	count := 0
	step := func() {
		if count++; count > stepLimit {
			panic("enough")
		}
	}
	_, err := r.NewHostModuleBuilder("env").
		NewFunctionBuilder().WithFunc(func(region, sum uint32) {
		step()
		done.told = append(done.told, uint64(region)<<32|uint64(sum))
	}).Export("traced").
		NewFunctionBuilder().WithFunc(func() uint32 { step(); return random.Uint32() & 1 }).Export("decided").
		Instantiate(ctx)
	if err != nil {
		t.Fatal(err)
	}
	m, err := r.Instantiate(ctx, program)
	if err != nil {
		t.Fatal(err)
	}
	for next := uint64(0); ; {
		results, err := m.ExportedFunction("f").Call(ctx, next)
		if err != nil {
			done.result = firstLine(err.Error())
			return done
		}
		sp := m.ExportedGlobal("sp").Get()
		done.result += fmt.Sprint(results, sp, ";")
		if results[0] == 0 {
			return done
		}
		address, _ := m.ExportedMemory("mem").ReadUint64Le(uint32(sp) - 8)
		next = address & 0xffff
	}
}

func firstLine(s string) string {
	line, _, _ := bytes.Cut([]byte(s), []byte("\n"))
	return string(line)
}

// Functions of every shape do the same after they were straightened, also if they
// are resumed in the middle.
func TestModels(t *testing.T) {
	var report Report
	for seed := range uint64(600) {
		random := rand.New(rand.NewPCG(seed, 1))
		program := newModel(random, seed%2 == 1).module()
		straight, found, err := Program(program, func(string) bool { return true })
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		report.Straightened += found.Straightened
		report.Loops += found.Loops
		report.Around += found.Around
		report.Direct += found.Direct
		for conditions := range uint64(4) {
			want, got := execute(t, program, conditions), execute(t, straight, conditions)
			if fmt.Sprint(want) != fmt.Sprint(got) {
				t.Fatalf("seed %d, conditions %d:\n%v\n%v", seed, conditions, want, got)
			}
		}
	}
	if report.Straightened < 400 || report.Loops < 100 || report.Around < 100 || report.Direct < 1000 {
		t.Errorf("too little was tried: %+v", report)
	}
}

// handmade is a function of regions given as code; jumps stand in it as numbers from 0x80 on.
func handmade(regions ...[]byte) []byte {
	m := &model{regions: len(regions)}
	m.body = []byte{2, 1, 0x7f, 1, 0x7e, opGlobalGet, 0, opLocalSet, 1, opBlock, typeNone, opLoop, typeNone}
	for range regions {
		m.emit(opBlock, typeNone)
	}
	m.emit(opLocalGet, 0, opBrTable, byte(len(regions)-1))
	for r := range regions {
		m.emit(byte(r))
		m.first = append(m.first, int64(r))
	}
	for r, code := range regions {
		m.emit(opEnd, opI32Const, byte(r), opLocalGet, 2, 0xa7, opCall, traced)
		for _, b := range code {
			switch {
			case b == 0xff:
				m.call(r + 1)
			case b >= 0xc0: // under a condition
				m.emit(opCall, decided, opIf, typeNone, opI32Const, b-0xc0, opLocalSet, 0, opBr, byte(1+len(regions)-1-r), opEnd)
			case b >= 0x80:
				m.emit(opI32Const, b-0x80, opLocalSet, 0, opBr, byte(len(regions)-1-r))
			default:
				m.emit(b)
			}
		}
	}
	m.emit(opEnd, opUnreachable, opEnd, opI32Const, 1, opEnd)
	return m.module()
}

const (
	to    = 0x80 // a jump to the region so many further
	maybe = 0xc0 // one under a condition
	call  = 0xff
)

var done = []byte{opI32Const, 0, opReturn}

// What is made of typical functions.
func TestShapes(t *testing.T) {
	for name, c := range map[string]struct {
		regions [][]byte
		want    Report
	}{
		"a loop whose condition stands behind its body": {
			[][]byte{{to + 2}, {}, {maybe + 1}, {call}, done}, Report{Loops: 1},
		},
		"a detour at the end": {
			[][]byte{{maybe + 4}, {}, {call}, done, {to + 1}}, Report{},
		},
		"a loop in a loop": {
			[][]byte{{}, {}, {maybe + 2}, {maybe + 1}, {call}, done}, Report{Loops: 2},
		},
		"a loop that calls": {
			[][]byte{{}, {call}, {maybe + 1}, done}, Report{Around: 1},
		},
		"two ways into a loop": {
			[][]byte{{maybe + 2}, {}, {maybe + 1}, {call}, done}, Report{Around: 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			program := handmade(c.regions...)
			straight, got, err := Program(program, func(string) bool { return true })
			if err != nil || got.Straightened != 1 || got.Loops != c.want.Loops || got.Around != c.want.Around {
				t.Errorf("%+v %v, want %d loops and %d jumps around", got, err, c.want.Loops, c.want.Around)
			}
			for seed := range uint64(20) {
				if want, got := execute(t, program, seed), execute(t, straight, seed); fmt.Sprint(want) != fmt.Sprint(got) {
					t.Errorf("seed %d: %v, want %v", seed, got, want)
				}
			}
		})
	}
}

// Branches that unwind the stack, and those to traps, are told to the browser where
// that is wanted.
func TestHints(t *testing.T) {
	program := handmade([]byte{maybe + 3}, []byte{call}, done, []byte{opUnreachable})
	for _, hot := range []bool{true, false} {
		straight, report, err := Program(program, func(string) bool { return hot })
		if err != nil {
			t.Fatal(err)
		}
		want := 0
		if hot {
			want = 2
		}
		if report.Hints != want || bytes.Contains(straight, []byte(hintName)) != hot {
			t.Errorf("hot %v: %d hints, want %d", hot, report.Hints, want)
		}
	}
}

// The names of functions are read, and left out.
func TestNames(t *testing.T) {
	names := binary.AppendUvarint([]byte("\x04name\x01"), 9)
	names = append(names, 1, tested, 6)
	names = append(names, "tested"...)
	program := appendSection(handmade([]byte{call}, done), section{sectionCustom, names})
	var asked []string
	straight, _, err := Program(program, func(name string) bool { asked = append(asked, name); return true })
	if err != nil || bytes.Contains(straight, []byte("tested")) || len(asked) != 1 || asked[0] != "tested" {
		t.Errorf("%v: asked for %q", err, asked)
	}
}

// What is no module is refused, and damage does no harm.
func FuzzProgram(f *testing.F) {
	for seed := range uint64(4) {
		f.Add(newModel(rand.New(rand.NewPCG(seed, 1)), true).module())
	}
	f.Add([]byte("\x7fELF"))
	f.Add([]byte(nil))
	f.Fuzz(func(t *testing.T, program []byte) {
		if len(program) > 4096 {
			return
		}
		straight, _, err := Program(program, func(string) bool { return true })
		if err == nil && !bytes.HasPrefix(straight, []byte("\x00asm")) {
			t.Error("no module came of it")
		}
	})
}

func TestDamage(t *testing.T) {
	program := newModel(rand.New(rand.NewPCG(3, 1)), true).module()
	for n := range program {
		if _, _, err := Program(program[:n], nil); err == nil && n < headerLen {
			t.Errorf("%d bytes are no module", n)
		}
		damaged := bytes.Clone(program)
		damaged[n] ^= 0x55
		Program(damaged, func(string) bool { return true })
	}
}
