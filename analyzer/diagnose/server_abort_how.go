package diagnose

import (
	"strconv"

	"wirewhy/analyzer/flow"
)

// tellAbort adds what the RST's shape says of how the server ended, and what it cost.
func (t *Telling) tellAbort() {
	if n := t.app().BodyMissing; n > 0 {
		t.Set("missing", strconv.FormatInt(n, 10))
		t.Note(say("The answer's Content-Length promised {missing} bytes more.", "应答的 Content-Length 还承诺了 {missing} 字节。"))
	}
	if a := t.app(); a.Status >= 400 && t.Match.Detail == abortReset {
		t.Set("status", strconv.Itoa(int(a.Status)))
		t.Note(say("It had answered with HTTP status {status} before it had read the whole request: the RST may take that answer away before the client has read it.",
			"它在读完整个请求之前就已返回 HTTP 状态 {status}：客户端可能还没读到该应答，就被 RST 丢弃了。"))
	}
	if t.app().ChunksOpen {
		t.Note(say("The answer came in chunks (Transfer-Encoding: chunked), and the last one, of size 0, never did.", "应答采用分块传输（Transfer-Encoding: chunked），而长度为 0 的最后一块始终没有到来。"))
	}
	if t.Match.Detail == abortIncomplete {
		return
	}
	if n := t.Unread(flow.Responder); n > 0 {
		t.Set("cut", number(int(n)))
		t.Note(say("The RST cut {cut} bytes of the answer off that were under way: the client throws away what it has not read yet.", "RST 截断了应答中尚在途中的 {cut} 字节：客户端会丢弃尚未读取的内容。"))
	}
	switch {
	case t.ResetClass == flow.ResetNoSocket:
		t.Note(say("The RST is bare (no ACK, window 0): the server's kernel has no socket for this connection any more. It was closed or lost before, and the RST answers what still came.",
			"这个 RST 不带 ACK、窗口为 0：服务端内核已没有这条连接的套接字。它在此之前就已关闭或丢失，RST 回应的是后来到达的报文。"))
	case t.ResetClass == flow.ResetAbort && t.Server.LastData < t.Client.LastData:
		t.Note(say("The RST carries ACK and comes after the client's data: the owner of a live socket closed it, most likely with that data unread (TcpExtTCPAbortOnClose), or on purpose (SO_LINGER 0, TcpExtTCPAbortOnData).",
			"这个 RST 带 ACK，且在客户端数据之后到来：活动套接字的拥有者将其关闭，多半是数据尚未读取（TcpExtTCPAbortOnClose），或是有意为之（SO_LINGER 0，TcpExtTCPAbortOnData）。"))
	case t.ResetClass == flow.ResetAbort:
		t.Note(say("The RST carries ACK: the owner of a live socket aborted it (SO_LINGER 0, a killed process with unread data, a load balancer that drains).",
			"这个 RST 带 ACK：活动套接字的拥有者将其中止（SO_LINGER 0、有未读数据的进程被杀、负载均衡排空）。"))
	}
}
