package diagnose

import "wirewhy/analyzer"

// say makes a Text of its English and Chinese forms.
func say(en, zh string) analyzer.Text { return analyzer.Text{En: en, Zh: zh} }

// on makes a Confirmation: where to run what, and what it shows if the finding is right.
func on(where analyzer.Text, command string, expect analyzer.Text) analyzer.Confirmation {
	return analyzer.Confirmation{Where: where, Command: command, Expect: expect}
}

// ask makes a Confirmation that no command gives: where to look, and for what.
func ask(where analyzer.Text, en, zh string) analyzer.Confirmation {
	return analyzer.Confirmation{Where: where, Expect: say(en, zh)}
}

// apart names a look-alike that the rule's facts rule out.
func apart(id, en, zh string) LookAlike { return LookAlike{ID: id, Because: say(en, zh)} }

// maybe names a look-alike that packets alone cannot rule out.
func maybe(id, en, zh string) LookAlike { return LookAlike{ID: id, Because: say(en, zh), Open: true} }

// Places where commands are run.
var (
	onClient     = say("client host", "客户端主机")
	onClientNode = say("client node", "客户端所在节点")
	onServer     = say("server host", "服务端主机")
	onPod        = say("node of the server pod", "服务端 Pod 所在节点")
	onRouter     = say("router or firewall on the path", "路径上的路由器或防火墙")
	onCapturing  = say("capturing host", "抓包主机")
	anywhere     = say("any host", "任意主机")
)
