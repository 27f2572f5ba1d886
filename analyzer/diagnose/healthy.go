package diagnose

import "wirewhy/analyzer"

// healthy is the diagnosis of a flow that no other rule has anything to say about.
var healthy = register(&Rule{
	ID: "healthy", Stage: StageHealthy, Class: analyzer.Healthy, Severity: analyzer.SeverityInfo, Fault: analyzer.FaultUnknown,
	Title:   say("Nothing wrong", "一切正常"),
	Verdict: say("healthy", "正常"),
	Doc: say("The connection was set up, served and ended, or still goes on, as its two ends wanted. Single repaired losses, resets after a complete exchange, health checks without data and keep-alives are part of a healthy life.",
		"连接按两端的意愿建立、服务并结束（或仍在继续）。个别被修复的丢包、完整交换之后的 RST、不带数据的健康检查以及 keep-alive 都属于正常现象。"),
	Recognised: say("No other rule has anything to say about the flow.", "没有任何其他规则对这条连接有话要说。"),
	Summary:    say("Nothing wrong.", "一切正常。"),
})
