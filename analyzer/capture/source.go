package capture

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"sync"
)

type fileSource struct {
	path string
	size int64
}

// FileSource returns the file at a path. Its size is -1 if it is no regular
// file; reading it again then gives an error or other bytes, so that a pipe
// belongs into PipeSource. Errors are those of package os.
func FileSource(path string) (Source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	size := int64(-1)
	if info.Mode().IsRegular() {
		size = info.Size()
	}
	return &fileSource{path, size}, nil
}

func (s *fileSource) Name() string { return filepath.Base(s.path) }
func (s *fileSource) Size() int64  { return s.size }

func (s *fileSource) Open(offset int64) (io.ReadCloser, error) {
	f, err := os.Open(s.path)
	if err != nil {
		return nil, err
	}
	if offset != 0 {
		if _, err := f.Seek(offset, io.SeekStart); err != nil {
			f.Close()
			return nil, err
		}
	}
	return f, nil
}

type bytesSource struct {
	name string
	data []byte
}

// BytesSource returns a file that lies in memory. data must not change.
func BytesSource(name string, data []byte) Source { return &bytesSource{name, data} }

func (s *bytesSource) Name() string { return s.name }
func (s *bytesSource) Size() int64  { return int64(len(s.data)) }

func (s *bytesSource) Open(offset int64) (io.ReadCloser, error) {
	if offset < 0 {
		return nil, os.ErrInvalid
	}
	return io.NopCloser(bytes.NewReader(s.data[min(offset, int64(len(s.data))):])), nil
}

type pipeSource struct {
	name string
	once sync.Mutex
	r    io.Reader
}

// PipeSource returns what comes from r, which can be opened once.
func PipeSource(name string, r io.Reader) Source { return &pipeSource{name: name, r: r} }

func (s *pipeSource) Name() string { return s.name }
func (s *pipeSource) Size() int64  { return -1 }

func (s *pipeSource) Open(offset int64) (io.ReadCloser, error) {
	s.once.Lock()
	defer s.once.Unlock()
	if s.r == nil || offset != 0 {
		return nil, ErrOnce
	}
	r := s.r
	s.r = nil
	if c, ok := r.(io.ReadCloser); ok {
		return c, nil
	}
	return io.NopCloser(r), nil
}
