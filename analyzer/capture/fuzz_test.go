package capture

import "testing"

func FuzzOpen(f *testing.F) {
	for _, file := range specimens(f) {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, data []byte) { survive(t, data) })
}
