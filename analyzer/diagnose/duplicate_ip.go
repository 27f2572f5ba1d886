package diagnose

import (
	"fmt"
	"strconv"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// claimFlips: one change of an address' owner is a failover, two are a failover and
// its end; whoever takes turns more often than that is there twice.
const claimFlips = 3

// mac writes a link-layer address.
func mac(m uint64) string {
	return fmt.Sprintf("%02x:%02x:%02x:%02x:%02x:%02x", byte(m>>40), byte(m>>32), byte(m>>24), byte(m>>16), byte(m>>8), byte(m))
}

var _ = register(&Rule{
	ID: "duplicate-ip", Stage: StageAddress, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultPath,
	Title:   say("Two hosts claim the address {addr}", "两台主机声称拥有地址 {addr}"),
	Verdict: say("address in use twice", "地址冲突"),
	Doc: say("Two link-layer addresses answer ARP for one IP address. Each neighbour believes whoever answered last, so connections work, break off with a RST from the host that knows nothing of them, and work again.",
		"两个链路层地址都为同一个 IP 地址应答 ARP。邻居相信最后应答的一方，于是连接时而正常，时而被一无所知的那台主机以 RST 打断，然后又恢复。"),
	Recognised: say("ARP messages claim one address in turn for two MAC addresses, at least three changes; or two answers to one question within a second.", "ARP 消息轮流把同一地址归于两个 MAC，至少三次变化；或一秒之内对同一询问有两个应答。"),
	Summary: say("ARP gives {addr} in turn to {mac1} and {mac2} ①. Unless one host answers on two network cards, the address was given out twice.",
		"ARP 轮流把 {addr} 归于 {mac1} 与 {mac2} ①。除非是同一台主机在两块网卡上应答，否则就是地址被重复分配。"),
	LookAlikes: []LookAlike{
		maybe("server-abort", "Resets of established connections may be the other host's.", "已建立连接被重置，可能来自另一台主机。"),
		apart("arp-unanswered", "There are two answers, not none.", "应答有两个，而不是没有。"),
	},
	Uncapped: true,
	Confirm: []analyzer.Confirmation{
		on(say("another host on that link", "同一链路上的其他主机"), "arping -D -I IFACE -c 3 {addr}; arping -I IFACE -c 3 {addr}", say("Replies from both MAC addresses.", "两个 MAC 都有应答。")),
		ask(say("switch", "交换机"), "The ports of {mac1} and {mac2} in the MAC table: two; if both lead to one host, it answers on the wrong card (arp_ignore, arp_filter).", "MAC 表中 {mac1} 与 {mac2} 的端口：两个端口；若都通向同一主机，则是它在错误的网卡上应答（arp_ignore、arp_filter）。"),
	},
	Fix: []analyzer.Text{say("Give one of them another address, and take it out of the DHCP pool. One host with two cards: net.ipv4.conf.all.arp_ignore=1, arp_announce=2. A failover pair: look why both are active.", "为其中一台更换地址，并从 DHCP 池中排除。同一主机两块网卡：net.ipv4.conf.all.arp_ignore=1、arp_announce=2。主备对：查明为何两台都处于活动状态。")},
	Survey: func(v *Survey) {
		for _, c := range v.Tracker.AddressClaims() {
			if c.Flips >= claimFlips || c.Contested > 0 {
				v.Found(Likely, map[string]string{"addr": c.Addr.String(), "mac1": mac(c.MACs[0]), "mac2": mac(c.MACs[1])},
					v.proof(say("claims of {addr}", "对 {addr} 的声明"), c.Frames[:]...)...)
				v.Scope(v.atAddress(c.Addr))
			}
		}
	},
})

// atAddress counts the connections with an address.
func (v *Survey) atAddress(a wire.Addr) analyzer.Text {
	all, reset := 0, 0
	for id := range v.primary {
		if f := v.Tracker.Flow(id); f.ClientAddr == a || f.ServerAddr == a {
			all++
			if f.ResetFrame != 0 {
				reset++
			}
		}
	}
	return say("{all} connections with {addr} in this capture, {reset} of them ended by RST.", "本次抓包中与 {addr} 的连接有 {all} 条，其中 {reset} 条以 RST 结束。").
		Fill(map[string]string{"all": strconv.Itoa(all), "reset": strconv.Itoa(reset)})
}
