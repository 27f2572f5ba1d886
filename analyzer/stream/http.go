package stream

import (
	"bytes"
	"strconv"
	"strings"
)

var headEnd = []byte("\r\n\r\n")

// httpHead collects start line and fields (RFC 9112 §2).
func (p *Parser) httpHead(d Dir, data []byte) int {
	w := &p.ways[d]
	had := len(w.head)
	w.head = append(w.head, data[:min(len(data), maxHead)]...)
	end := bytes.Index(w.head[max(had-3, 0):], headEnd)
	m := &p.Messages[w.open-1]
	if end < 0 {
		if len(w.head) >= maxHead { // no end in sight
			p.fields(m, w.head)
			w.head, w.step = nil, (*Parser).body
		}
		return min(len(data), maxHead)
	}
	end += max(had-3, 0)
	head := w.head[:end]
	w.head = nil
	p.fields(m, head)
	p.bodyFollows(d, w, m)
	return end + len(headEnd) - had
}

// fields notes a message's start line and fields.
func (p *Parser) fields(m *Message, head []byte) {
	text := p.keep(head)
	m.Title, text, _ = strings.Cut(text, "\r\n")
	if strings.HasPrefix(m.Title, "HTTP/1.") {
		m.Kind = Response
	}
	if text != "" {
		m.Lines = strings.Split(text, "\r\n")
	}
}

// bodyFollows reads how long the body is (RFC 9112 §6.3).
func (p *Parser) bodyFollows(d Dir, w *way, m *Message) {
	w.step, w.left = (*Parser).body, 0
	length, chunked := int64(-1), false
	for _, line := range m.Lines {
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		switch strings.ToLower(name) {
		case "content-length":
			if n, err := strconv.ParseInt(value, 10, 62); err == nil && n >= 0 {
				length = n
			}
		case "transfer-encoding":
			chunked = strings.HasSuffix(strings.ToLower(value), "chunked")
		}
	}
	bare := false
	if m.Kind == Request {
		p.requests = append(p.requests, w.open-1)
	} else if bare = p.answer(w.open - 1); length < 0 && !bare {
		w.left = -1 // until the connection ends
	}
	switch {
	case bare:
	case chunked:
		m.Chunked, w.left, w.step = true, 0, (*Parser).chunkSize
		return
	case length >= 0:
		w.left = length
	}
	if w.left == 0 {
		w.close(m, true)
	}
}

// answer joins a response with its request, and reports whether it has no body
// whatever its fields say.
func (p *Parser) answer(i int) bool {
	m := &p.Messages[i]
	status := 0
	if _, rest, ok := strings.Cut(m.Title, " "); ok && len(rest) >= 3 {
		status, _ = strconv.Atoi(rest[:3])
	}
	method := ""
	if len(p.requests) > 0 {
		q := &p.Messages[p.requests[0]]
		method, _, _ = strings.Cut(q.Title, " ")
		m.Pair = p.requests[0] + 1
		if status == 101 || status >= 200 {
			q.Pair = i + 1
			p.requests = p.requests[1:]
		}
	}
	return status < 200 || status == 204 || status == 304 || method == "HEAD" || method == "CONNECT" && status < 300
}

// chunkSize reads the line in front of a chunk, or a trailer line after the last
// (RFC 9112 §7.1).
func (p *Parser) chunkSize(d Dir, data []byte) int {
	w := &p.ways[d]
	m := &p.Messages[w.open-1]
	end := bytes.IndexByte(data, '\n')
	if end < 0 {
		if w.head = append(w.head, data...); len(w.head) > maxHead {
			w.close(m, false)
		}
		return len(data)
	}
	line := strings.TrimSpace(string(append(w.head, data[:end]...)))
	w.head = nil
	if w.left < 0 { // behind the last chunk
		if line == "" {
			w.close(m, true)
		}
		return end + 1
	}
	if line == "" { // behind a chunk
		return end + 1
	}
	size, _, _ := strings.Cut(line, ";")
	n, err := strconv.ParseInt(strings.TrimSpace(size), 16, 62)
	switch {
	case err != nil || n < 0:
		w.close(m, false)
	case n == 0:
		w.left = -1
	default:
		w.left, w.step = n, (*Parser).chunk
	}
	return end + 1
}

// chunk takes in a chunk's bytes.
func (p *Parser) chunk(d Dir, data []byte) int {
	w := &p.ways[d]
	n := int(min(int64(len(data)), w.left))
	w.left -= int64(n)
	p.Messages[w.open-1].Len += int64(n)
	if w.left == 0 {
		w.step = (*Parser).chunkSize
	}
	return n
}
