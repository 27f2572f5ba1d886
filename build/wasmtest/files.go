package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// openFlags are the values of node's fs.constants that Go's syscall package
// asks for; the page passes them back unchanged.
var openFlags = map[string]int{
	"O_WRONLY": os.O_WRONLY, "O_RDWR": os.O_RDWR, "O_CREAT": os.O_CREATE, "O_TRUNC": os.O_TRUNC,
	"O_APPEND": os.O_APPEND, "O_EXCL": os.O_EXCL, "O_DIRECTORY": syscall.O_DIRECTORY,
}

// files carries out the program's file calls. Descriptors are its own, 0 to 2
// are this program's.
type files struct {
	mu   sync.Mutex
	open map[int]*os.File
	next int
}

func newFiles() *files {
	return &files{open: map[int]*os.File{0: os.Stdin, 1: os.Stdout, 2: os.Stderr}, next: 3}
}

// call is one file call of the page, by node's name for it.
type call struct {
	url.Values
	body  io.Reader
	files *files
}

func (c call) number(name string) int {
	n, _ := strconv.Atoi(c.Get(name)) // the page sends numbers; a wrong one names no file
	return n
}

func (c call) file() (*os.File, error) {
	c.files.mu.Lock()
	defer c.files.mu.Unlock()
	if f := c.files.open[c.number("fd")]; f != nil {
		return f, nil
	}
	return nil, syscall.EBADF
}

// calls holds what Go's syscall package for js asks of node's fs, as far as
// tests have a use for it. The result is sent as JSON, []byte as it is.
var calls = map[string]func(call) (any, error){
	"open":   func(c call) (any, error) { return c.open() },
	"close":  func(c call) (any, error) { return nil, c.close() },
	"read":   func(c call) (any, error) { return c.read() },
	"write":  func(c call) (any, error) { return c.write() },
	"stat":   func(c call) (any, error) { return status(os.Stat(c.Get("path"))) },
	"lstat":  func(c call) (any, error) { return status(os.Lstat(c.Get("path"))) },
	"mkdir":  func(c call) (any, error) { return nil, os.Mkdir(c.Get("path"), fs.FileMode(c.number("mode"))) },
	"unlink": func(c call) (any, error) { return nil, syscall.Unlink(c.Get("path")) },
	"rmdir":  func(c call) (any, error) { return nil, syscall.Rmdir(c.Get("path")) },
	"rename": func(c call) (any, error) { return nil, os.Rename(c.Get("path"), c.Get("to")) },
	"chmod":  func(c call) (any, error) { return nil, os.Chmod(c.Get("path"), fs.FileMode(c.number("mode"))) },
	"utimes": func(c call) (any, error) {
		at := func(name string) time.Time { return time.Unix(int64(c.number(name)), 0) }
		return nil, os.Chtimes(c.Get("path"), at("atime"), at("mtime"))
	},
	"fstat": func(c call) (any, error) {
		f, err := c.file()
		if err != nil {
			return nil, err
		}
		return status(f.Stat())
	},
	"ftruncate": func(c call) (any, error) {
		f, err := c.file()
		if err != nil {
			return nil, err
		}
		return nil, f.Truncate(int64(c.number("length")))
	},
	"readdir": func(c call) (any, error) {
		names := []string{}
		entries, err := os.ReadDir(c.Get("path"))
		for _, entry := range entries {
			names = append(names, entry.Name())
		}
		return names, err
	},
}

func (c call) open() (any, error) {
	f, err := os.OpenFile(c.Get("path"), c.number("flags"), fs.FileMode(c.number("mode")))
	if err != nil {
		return nil, err
	}
	c.files.mu.Lock()
	defer c.files.mu.Unlock()
	fd := c.files.next
	c.files.next++
	c.files.open[fd] = f
	return fd, nil
}

func (c call) close() error {
	f, err := c.file()
	if err != nil {
		return err
	}
	c.files.mu.Lock()
	delete(c.files.open, c.number("fd"))
	c.files.mu.Unlock()
	return f.Close()
}

// read returns up to "length" bytes, none at the end of the file.
func (c call) read() (any, error) {
	f, err := c.file()
	if err != nil {
		return nil, err
	}
	b := make([]byte, min(max(c.number("length"), 0), 1<<24))
	var n int
	if c.Has("position") {
		n, err = f.ReadAt(b, int64(c.number("position")))
	} else {
		n, err = f.Read(b)
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return b[:n], err
}

func (c call) write() (any, error) {
	f, err := c.file()
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(c.body)
	if err != nil {
		return nil, err
	}
	if c.Has("position") {
		return f.WriteAt(b, int64(c.number("position")))
	}
	return f.Write(b)
}

// status returns what node's fs.Stats holds and Go reads.
func status(info fs.FileInfo, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	mode := uint32(info.Mode().Perm())
	switch {
	case info.IsDir():
		mode |= syscall.S_IFDIR
	case info.Mode().IsRegular():
		mode |= syscall.S_IFREG
	case info.Mode()&fs.ModeSymlink != 0:
		mode |= syscall.S_IFLNK
	default:
		mode |= syscall.S_IFCHR
	}
	at := info.ModTime().UnixMilli()
	return map[string]any{
		"mode": mode, "size": info.Size(), "mtimeMs": at, "atimeMs": at, "ctimeMs": at, "directory": info.IsDir(),
		"dev": 0, "ino": 0, "nlink": 1, "uid": 0, "gid": 0, "rdev": 0, "blksize": 4096, "blocks": 0,
	}, nil
}

// serve answers POST /fs/{call}: the result with status 200, or node's code of
// the error with status 422.
func (s *files) serve(w http.ResponseWriter, r *http.Request) {
	run, ok := calls[r.PathValue("call")]
	var value any
	var err error = syscall.ENOSYS
	if ok {
		value, err = run(call{r.URL.Query(), r.Body, s})
	}
	if err != nil {
		w.WriteHeader(http.StatusUnprocessableEntity)
		fmt.Fprint(w, code(err))
		return
	}
	if b, ok := value.([]byte); ok {
		w.Write(b)
		return
	}
	json.NewEncoder(w).Encode(value)
}

// codes are the errors that programs tell apart, by node's names for them.
var codes = map[syscall.Errno]string{
	syscall.ENOENT: "ENOENT", syscall.EEXIST: "EEXIST", syscall.EACCES: "EACCES", syscall.EPERM: "EPERM",
	syscall.ENOTDIR: "ENOTDIR", syscall.EISDIR: "EISDIR", syscall.ENOTEMPTY: "ENOTEMPTY", syscall.EBADF: "EBADF",
	syscall.EINVAL: "EINVAL", syscall.ENOSYS: "ENOSYS", syscall.ENOSPC: "ENOSPC", syscall.EROFS: "EROFS",
}

func code(err error) string {
	var number syscall.Errno
	if errors.As(err, &number) && codes[number] != "" {
		return codes[number]
	}
	return "EIO"
}
