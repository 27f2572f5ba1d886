package main

import (
	"fmt"
	"strings"
	"time"
)

// The hosts of the samples. The captures are taken at the client's node, but for
// the one in the pod.
func node() *host     { h := at("10.20.1.45", 64); h.here = true; return h }
func shop() *host     { return at("10.20.3.7", 63) }
func accounts() *host { return at("10.20.3.21", 63) }
func vip() *host      { return at("203.0.113.10", 64) }
func backend() *host  { return at("10.20.1.11", 64) }

const (
	sameNode = 150 * time.Microsecond
	inRack   = 310 * time.Microsecond
	inRegion = 2100 * time.Microsecond
)

func request(path string) []byte {
	return []byte("GET " + path + " HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: storefront/4.2\r\nAccept: application/json\r\n\r\n")
}

func response(size int) []byte {
	body := strings.Repeat(`{"sku":"A-1182","stock":14,"price":"29.90"},`, size/44+1)[:size]
	return fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

// web is a healthy exchange: one or more requests on a connection.
func (r *recording) web(begin time.Duration, c, s *host, port uint16, rtt time.Duration) {
	conn := r.dial(begin, c, s, port, rtt).open()
	for i := range 1 + r.random.IntN(3) {
		if i > 0 {
			conn.after(30 * time.Millisecond)
		}
		conn.ask(request(fmt.Sprintf("/v1/items?page=%d", 1+r.random.IntN(40))))
		conn.after(4 * time.Millisecond).answer(response(300 + r.random.IntN(2600)))
	}
	conn.close(r.random.IntN(2))
}

// background is healthy traffic, spread over a time.
func (r *recording) background(flows int, length time.Duration) {
	n, a, b := node(), shop(), accounts()
	for i := range flows {
		begin := time.Duration(int64(length) * int64(i) / int64(flows))
		if i%3 == 2 {
			r.web(begin+r.jitter(40*time.Millisecond), n, b, 8443, inRegion)
		} else {
			r.web(begin+r.jitter(40*time.Millisecond), n, a, 8080, inRack)
		}
	}
}

// elsewhere dials a service address whose pod answers as itself: the reverse
// translation is missing. The client's kernel resets what it does not know, and
// goes on dialling; the pod's kernel drops its half-open connection at the RST,
// so that each SYN-ACK has a new ISN.
func (r *recording) elsewhere(begin time.Duration, repetitions int) {
	n, pod := node(), backend()
	dialled := r.dial(begin, n, vip(), 80, sameNode)
	dialled.dialAgain(repetitions, func() {
		back := *dialled
		back.hosts[server] = pod
		back.next[server] = r.random.Uint32()
		back.stamp[server] = r.random.Uint32()
		back.after(sameNode).send(server, syn|ack, nil)
		back.after(15*time.Microsecond).stray(client, rst, back.next[client], 0)
	})
}

// abandoned is a request that a proxy accepts for an application that is down:
// its kernel acknowledges the request, then the proxy closes with the request
// unread, which makes the close a reset (net/ipv4/tcp.c, tcp_close).
func (r *recording) abandoned(begin time.Duration, c, s *host, port uint16, rtt time.Duration) *connection {
	conn := r.dial(begin, c, s, port, rtt).open()
	return conn.ask(request("/v1/orders/41"))
}

func (c *connection) abort(from int) *connection { return c.send(from, rst|ack, nil) }

// refused is a SYN to a port on which nobody listens.
func (r *recording) refused(begin time.Duration, c, s *host, port uint16, rtt time.Duration) {
	conn := r.dial(begin, c, s, port, rtt)
	conn.send(client, syn, nil).far(client)
	conn.stray(server, rst|ack, 0, conn.next[client])
}
