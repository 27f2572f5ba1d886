package diagnose

import "wirewhy/analyzer/flow"

// app returns what the flow's payload told about the protocol above TCP.
func (s *Subject) app() flow.AppFacts { return s.run.Tracker.App(s.Flow) }
