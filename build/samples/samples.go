package main

import "time"

var samples = []sample{
	{
		File:  "answer-from-another-address.pcap",
		Title: words{"The answer comes from another address", "应答来自另一个地址"},
		Text: words{"A Kubernetes service address is dialled, and a pod answers as itself. The client resets it and dials on.",
			"客户端访问 Kubernetes 服务地址，Pod 却以自己的地址应答；客户端发出 RST 并继续重试。"},
		record: func(r *recording) {
			r.elsewhere(1200*time.Millisecond, 6)
			r.elsewhere(4700*time.Millisecond, 4)
			r.background(6, 10*time.Second)
		},
	},
	{
		File:  "reset-behind-a-proxy.pcap",
		Title: words{"Connected, asked, reset", "已连接、已请求、被重置"},
		Text: words{"The handshake succeeds, the request is acknowledged, and a moment later the connection is reset. Seen by the client.",
			"握手成功，请求也已确认，随即连接被重置。客户端视角。"},
		record: func(r *recording) {
			n, s := node(), at("10.20.7.3", 62)
			for i := range 6 {
				begin := 800*time.Millisecond + time.Duration(i)*1500*time.Millisecond
				r.abandoned(begin, n, s, 8080, inRack).after(213 * time.Microsecond).abort(server)
			}
			r.background(4, 9*time.Second)
		},
	},
	{
		File:  "reset-behind-a-proxy-in-the-pod.pcap",
		Title: words{"The same reset, seen inside the pod", "同一次重置，从 Pod 内部看"},
		Text: words{"tcpdump -i any in the pod: the sidecar accepts, dials the application on lo, and is refused.",
			"在 Pod 中执行 tcpdump -i any：Sidecar 接受连接，经 lo 连接应用时被拒绝。"},
		record: insideThePod,
	},
	{
		File:  "silent-server.pcap",
		Title: words{"No answer at all", "毫无应答"},
		Text: words{"Three connections repeat their SYN and hear nothing, while others work.",
			"三条连接反复重传 SYN 却毫无回应，其余连接正常。"},
		record: func(r *recording) {
			n, s := node(), at("198.51.100.9", 57)
			for i := range 3 {
				r.dial(time.Duration(700+i*2300)*time.Millisecond, n, s, 443, inRegion).dialAgain(6, nil)
			}
			r.background(5, 16*time.Second)
		},
	},
	{
		File:  "healthy.pcap",
		Title: words{"All is well", "一切正常"},
		Text: words{"Healthy web traffic. Nothing should be found, and nothing is.",
			"健康的 Web 流量：本不该有问题，也确实没有。"},
		record: func(r *recording) { r.background(8, 12*time.Second) },
	},
	{
		File:  "an-incident.pcap",
		Title: words{"An incident with several causes", "多种原因交织的故障"},
		Text: words{"Some forty connections of one node in half a minute: many work, the others fail in four ways.",
			"同一节点半分钟内约四十条连接：许多正常，其余以四种方式失败。"},
		record: incident,
	},
}

// insideThePod is recorded with -i any in the pod of a sidecar. The proxy dials
// the application from 127.0.0.6, as Istio's does, over lo.
func insideThePod(r *recording) {
	r.any = true
	caller, pod := at("10.20.6.2", 62), at("10.20.7.3", 64)
	pod.here = true
	proxy, app := at("127.0.0.6", 64), at("10.20.7.3", 64)
	proxy.ifindex, app.ifindex, proxy.here, app.here = 1, 1, true, true
	for i := range 4 {
		begin := 300*time.Millisecond + time.Duration(i)*1900*time.Millisecond
		in := r.abandoned(begin, caller, pod, 8080, inRack)
		r.refused(in.now+70*time.Microsecond, proxy, app, 8080, 24*time.Microsecond)
		in.after(260 * time.Microsecond).abort(server)
	}
	for i := range 4 { // the sidecar's health check, which the proxy answers itself
		r.web(900*time.Millisecond+time.Duration(i)*2*time.Second, at("10.20.6.1", 64), pod, 15021, inRack)
	}
}

// incident mixes causes in a healthy crowd.
func incident(r *recording) {
	const length = 30 * time.Second
	r.background(16, length)
	n := node()
	for i := range 7 {
		r.elsewhere(9*time.Second+time.Duration(i)*1700*time.Millisecond, 3)
	}
	for i := range 8 {
		r.refused(3*time.Second+time.Duration(i)*2900*time.Millisecond, n, accounts(), 9443, inRegion)
	}
	silent := at("198.51.100.9", 57)
	for i := range 3 {
		r.dial(5*time.Second+time.Duration(i)*4*time.Second, n, silent, 443, inRegion).dialAgain(5, nil)
	}
	proxied := at("10.20.7.3", 62)
	for i := range 5 {
		r.abandoned(11*time.Second+time.Duration(i)*2600*time.Millisecond, n, proxied, 8080, inRack).after(230 * time.Microsecond).abort(server)
	}
}
