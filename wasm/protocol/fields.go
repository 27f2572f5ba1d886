package protocol

// The walks over the fields of each message. Their order is the encoding; page
// and worker are one binary, so it needs no versions.

func (m *Request) fields(c *codec) {
	uintField(c, &m.ID)
	stringField(c, &m.Lang)
	uintField(c, &m.Kind)
	listField(c, &m.Files, func(c *codec, f *File) {
		stringField(c, &f.Name)
		intField(c, &f.Size)
	})
	boolField(c, &m.ReadAll)
	intField(c, &m.From)
	intField(c, &m.To)
	uintField(c, &m.Sort)
	boolField(c, &m.Down)
	stringField(c, &m.Filter)
	intField(c, &m.Since)
	intField(c, &m.Until)
	intField(c, &m.Flow)
	intField(c, &m.Finding)
	uintField(c, &m.Frame)
	uintField(c, &m.Last)
	uintField(c, &m.Face)
	uintField(c, &m.Side)
	intField(c, &m.Columns)
	boolField(c, &m.Keep)
	uintField(c, &m.Change)
	intField(c, &m.Item)
	uintField(c, &m.List)
	intField(c, &m.Lines)
	intField(c, &m.Begin)
	intField(c, &m.End)
	intField(c, &m.Capture)
	uintField(c, &m.What)
	listField(c, &m.Flows, intField)
	boolField(c, &m.Messages)
	uintField(c, &m.Way)
	boolField(c, &m.Anonymise)
	boolField(c, &m.Shift)
}

func (m *Progress) fields(c *codec) {
	stringField(c, &m.File)
	intField(c, &m.BytesRead)
	intField(c, &m.BytesTotal)
	uintField(c, &m.Packets)
	intField(c, &m.Flows)
	intField(c, &m.Elapsed)
}

func (m *Overview) fields(c *codec) {
	boolField(c, &m.Done)
	boolField(c, &m.Canceled)
	boolField(c, &m.ReadOnly)
	intField(c, &m.Elapsed)
	listField(c, &m.Captures, captureFields)
	listField(c, &m.Problems, problemFields)
	m.Numbers.fields(c)
	intField(c, &m.FlowCount)
	intField(c, &m.MemoryLen)
	m.Activity.fields(c)
	listField(c, &m.Chips, func(c *codec, m *Chip) {
		stringField(c, &m.Name)
		stringField(c, &m.Content)
	})
	intField(c, &m.TextCount)
	intField(c, &m.PairCount)
	listField(c, &m.Refused, stringField)
}

func captureFields(c *codec, m *Capture) {
	stringField(c, &m.Name)
	stringField(c, &m.Format)
	listField(c, &m.Interfaces, stringField)
	uintField(c, &m.Packets)
	uintField(c, &m.Bytes)
	intField(c, &m.Start)
	intField(c, &m.End)
	stringField(c, &m.Vantage)
	stringField(c, &m.Place)
	listField(c, &m.Warnings, stringField)
	listField(c, &m.Comments, stringField)
}

func (m *Numbers) fields(c *codec) {
	intField(c, &m.Complete)
	intField(c, &m.HandshakeP50)
	intField(c, &m.HandshakeP95)
	intField(c, &m.HandshakeCount)
	uintField(c, &m.DataSegments)
	uintField(c, &m.Retransmissions)
}

func (m *Activity) fields(c *codec) {
	intField(c, &m.Start)
	intField(c, &m.Step)
	listField(c, &m.Packets, uintField)
	listField(c, &m.Errors, uintField)
}

func problemFields(c *codec, m *Problem) {
	intField(c, &m.Finding)
	stringField(c, &m.Diagnosis)
	stringField(c, &m.Class)
	stringField(c, &m.Severity)
	stringField(c, &m.Confidence)
	stringField(c, &m.Fault)
	stringField(c, &m.Title)
	stringField(c, &m.Scope)
	stringField(c, &m.Summary)
	intField(c, &m.FlowCount)
	intField(c, &m.FirstFlow)
	intField(c, &m.Onset)
	listField(c, &m.Evidence, func(c *codec, e *EvidenceLine) {
		stringField(c, &e.Text)
		intField(c, &e.Capture)
		listField(c, &e.Frames, uintField)
		intField(c, &e.Fact)
	})
	for _, list := range []*[]ExcludedLine{&m.Possible, &m.Excluded} {
		listField(c, list, func(c *codec, e *ExcludedLine) {
			stringField(c, &e.Diagnosis)
			stringField(c, &e.Title)
			stringField(c, &e.Because)
		})
	}
	listField(c, &m.Confirm, func(c *codec, e *ConfirmLine) {
		stringField(c, &e.Where)
		stringField(c, &e.Command)
		stringField(c, &e.Expect)
	})
	listField(c, &m.Fix, stringField)
}

func (m *FlowRows) fields(c *codec) {
	intField(c, &m.From)
	intField(c, &m.Total)
	stringField(c, &m.Error)
	intField(c, &m.At)
	listField(c, &m.Rows, flowRowFields)
}

func flowRowFields(c *codec, m *FlowRow) {
	intField(c, &m.ID)
	stringField(c, &m.Client)
	stringField(c, &m.Server)
	stringField(c, &m.AnsweredFrom)
	stringField(c, &m.ClientName)
	stringField(c, &m.ServerName)
	intField(c, &m.Start)
	intField(c, &m.Behind)
	intField(c, &m.Duration)
	stringField(c, &m.State)
	uintField(c, &m.Packets)
	uintField(c, &m.Bytes)
	intField(c, &m.RTT)
	intField(c, &m.LossPermille)
	stringField(c, &m.Diagnosis)
	stringField(c, &m.Verdict)
	stringField(c, &m.Class)
	stringField(c, &m.Severity)
	intField(c, &m.Finding)
}

func (m *LadderView) fields(c *codec) {
	intField(c, &m.Flow)
	flowRowFields(c, &m.Row)
	listField(c, &m.Lanes, func(c *codec, l *Lane) {
		stringField(c, &l.Role)
		stringField(c, &l.Address)
		stringField(c, &l.Place)
	})
	listField(c, &m.Steps, stepFields)
	stringField(c, &m.Excerpt)
	stringField(c, &m.Error)
}

func stepFields(c *codec, m *Step) {
	uintField(c, &m.Kind)
	uintField(c, &m.Frame)
	uintField(c, &m.Last)
	intField(c, &m.Time)
	intField(c, &m.From)
	intField(c, &m.To)
	stringField(c, &m.Flags)
	uintField(c, &m.Seq)
	uintField(c, &m.Ack)
	uintField(c, &m.SeqBase)
	uintField(c, &m.AckBase)
	boolField(c, &m.HasAck)
	uintField(c, &m.Len)
	uintField(c, &m.Window)
	stringField(c, &m.Options)
	listField(c, &m.SACK, uintField)
	uintField(c, &m.Events)
	stringField(c, &m.Note)
	uintField(c, &m.Evidence)
	boolField(c, &m.Bad)
	intField(c, &m.Duration)
	uintField(c, &m.Fate)
	intField(c, &m.Capture)
	uintField(c, &m.Count)
	uintField(c, &m.Bytes)
}

func (m *PacketRows) fields(c *codec) {
	intField(c, &m.From)
	intField(c, &m.Total)
	intField(c, &m.At)
	listField(c, &m.Rows, func(c *codec, r *PacketRow) {
		uintField(c, &r.Frame)
		intField(c, &r.Capture)
		intField(c, &r.Time)
		stringField(c, &r.Source)
		stringField(c, &r.Target)
		stringField(c, &r.Protocol)
		uintField(c, &r.Len)
		stringField(c, &r.Info)
		uintField(c, &r.Events)
	})
	stringField(c, &m.Error)
}

func (m *PacketView) fields(c *codec) {
	uintField(c, &m.Frame)
	listField(c, &m.Layers, func(c *codec, l *Layer) {
		stringField(c, &l.Name)
		stringField(c, &l.Summary)
		intField(c, &l.Offset)
		intField(c, &l.Len)
		listField(c, &l.Fields, func(c *codec, f *Field) {
			stringField(c, &f.Name)
			stringField(c, &f.Value)
			intField(c, &f.Offset)
			intField(c, &f.Len)
			intField(c, &f.Depth)
		})
	})
	bytesField(c, &m.Data)
	stringField(c, &m.Error)
}

func (m *Document) fields(c *codec) {
	stringField(c, &m.Name)
	stringField(c, &m.Type)
	bytesField(c, &m.Data)
	boolField(c, &m.More)
	stringField(c, &m.Note)
	intField(c, &m.Done)
	intField(c, &m.Total)
}

func (m *Failure) fields(c *codec) {
	stringField(c, &m.Text)
}
