package capture

import (
	"io"

	"github.com/ulikunitz/xz"
)

// xzMaxDict is the dictionary of `xz -9`.
const xzMaxDict = 64 << 20

func newXZ(in io.Reader) (io.Reader, error) {
	return xz.ReaderConfig{DictCap: xzMaxDict}.NewReader(in)
}
