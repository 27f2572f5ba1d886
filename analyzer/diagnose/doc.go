// Package diagnose concludes: rules turn the facts that were gathered on flows
// into findings, which say what went wrong, how sure that is, what else it could
// have been, what would confirm it and what fixes it.
//
// A rule is a value. It looks at the facts of one flow (Check) or of the whole
// capture (Survey), never at packets, and says whether its fault is there. Rules
// run in the order of their stages: artefacts of the capture first, then explicit
// messages, answers from other addresses, the shape of the handshake, resets,
// data, timing. The first match that no other match explains is a flow's primary
// diagnosis. Flows with the same diagnosis, service and detail are one finding;
// its texts are filled once, from one flow and the figures of all.
//
// To add a cause, add one file with its rule and testdata/<id>.txtar with
// captures on which it fires and look-alikes on which it stays silent.
package diagnose
