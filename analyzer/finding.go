package analyzer

// Class says what kind of statement a diagnosis is.
type Class string

// The classes (captures/VOCABULARY: sick, info, artefact, healthy).
const (
	Sick     Class = "sick"     // a failure to report
	Info     Class = "info"     // worth a remark, not a failure
	Artefact Class = "artefact" // a property of the capture, not of the network
	Healthy  Class = "healthy"  // nothing to report
)

// Severity says how much a diagnosis hurts whoever used the connection.
type Severity string

// The severities, worst first.
const (
	SeverityError   Severity = "error"   // the connection failed
	SeverityWarning Severity = "warning" // it worked, badly
	SeverityInfo    Severity = "info"
)

// Confidence says how sure a finding is.
type Confidence string

// The confidences, surest first.
const (
	Certain  Confidence = "certain"  // the packets alone imply it
	Likely   Confidence = "likely"   // signature and corroboration
	Possible Confidence = "possible" // signature only; the look-alikes are named
)

// Fault names the place where the cause lies.
type Fault string

// The places.
const (
	FaultClient     Fault = "client"
	FaultPath       Fault = "path"
	FaultServerHost Fault = "server-host"
	FaultServerApp  Fault = "server-app"
	FaultDNS        Fault = "dns"
	FaultCapture    Fault = "capture"
	FaultUnknown    Fault = "unknown"
)

// Evidence is one sentence and the frames that show it.
type Evidence struct {
	Text    Text
	Capture int      // index of the capture that holds the frames
	Frames  []uint32 // numbers from 1
	Said    Said     // the words of a host that the sentence rests on
}

// Bearing says how a host's words bear on a diagnosis.
type Bearing string

// The bearings.
const (
	Remarks  Bearing = "" // worth a line, decides nothing
	Confirms Bearing = "confirms"
	Refutes  Bearing = "refutes"
)

// Said names a line of a text that a host gave of itself.
type Said struct {
	Source  string // the text's name; empty: no text is meant
	Line    int    // from 1; 0: the text as a whole
	Bearing Bearing
}

// Exclusion names another diagnosis that looks alike, and what tells the two
// apart: what speaks against it, or would.
type Exclusion struct {
	Diagnosis string
	Because   Text
	Said      Said // the words of a host that speak against it
}

// Confirmation is a command that settles the matter, where to run it, and what
// it prints if the finding is right; or, without a command, where to look and for
// what.
type Confirmation struct {
	Where   Text
	Command string
	Expect  Text
}

// Finding is one diagnosis of one fault, for all flows that it hit.
type Finding struct {
	Diagnosis  string // words with dashes, as in docs/diagnoses.md
	Class      Class
	Severity   Severity
	Confidence Confidence
	Fault      Fault
	Title      Text
	Summary    Text // what happened, for a colleague on call
	Scope      Text // one line: how many flows, to whom, since when
	Flows      []int
	FlowCount  int // as len(Flows), unless Flows was cut for size
	Evidence   []Evidence
	Possible   []Exclusion // what it could be as well: these packets cannot rule it out
	Excluded   []Exclusion
	Confirm    []Confirmation
	Fix        []Text
}
