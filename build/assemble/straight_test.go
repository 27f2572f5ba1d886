package assemble

import (
	"testing"

	"wirewhy/build/straighten"
)

// What this Go's compiler makes is known to straighten: nearly all functions that jump.
func TestStraight(t *testing.T) {
	program := compile(t)
	straight, report, err := straighten.Program(program, isHot)
	if err != nil || report.Straightened < report.Functions/2 || report.Direct < 20*report.Around || report.Loops == 0 {
		t.Errorf("%v, %+v", err, report)
	}
	if len(straight) > len(program)*99/100 {
		t.Errorf("%d bytes became %d", len(program), len(straight))
	}
}

func TestIsHot(t *testing.T) {
	for name, want := range map[string]bool{
		"wirewhy_analyzer_flow.__Tracker_.segment": true,
		"wirewhy_analyzer_session.New":             true,
		"wirewhy_analyzer_diagnose.Run":            false,
		"runtime.mallocgc":                         false,
	} {
		if isHot(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}
