package dissect

import (
	"fmt"
	"reflect"
	"unicode/utf8"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"wirewhy/analyzer"
)

// linkTypes are gopacket's names of link layers that carry no network packets.
var linkTypes = map[analyzer.LinkType]gopacket.LayerType{
	analyzer.LinkUSBLinux: layers.LayerTypeUSB, analyzer.LinkUSBLinuxMmapped: layers.LayerTypeUSB,
}

// beyond are the protocols that gopacket tells: those that wire does not read. What
// wire reads and refused is shown as bytes, not read once more with less care.
//
// Not all of what gopacket knows is in it. Its panics are caught, but running out
// of memory or stack ends the program. So a protocol is listed only if its decoder
// allocates in proportion to the bytes that are there, and never goes on into one
// that does not: sFlow allocates by counts in the packet (a 146-byte frame can ask
// for 16 GiB), and PPPoE leads to it through PPP, IP and UDP.
var beyond = map[gopacket.LayerType]bool{
	layers.LayerTypeDNS: true, layers.LayerTypeDHCPv4: true, layers.LayerTypeDHCPv6: true, layers.LayerTypeNTP: true, layers.LayerTypeSIP: true,
	layers.LayerTypeBFD: true, layers.LayerTypeRADIUS: true, layers.LayerTypeRMCP: true,
	layers.LayerTypeSCTP: true, layers.LayerTypeOSPF: true, layers.LayerTypeVRRP: true, layers.LayerTypeIGMP: true, layers.LayerTypeIPSecESP: true, layers.LayerTypeUDPLite: true,
	layers.LayerTypeLinkLayerDiscovery: true, layers.LayerTypeCiscoDiscovery: true, layers.LayerTypeSTP: true, layers.LayerTypeEAPOL: true,
	layers.LayerTypeEthernetCTP: true, layers.LayerTypeUSB: true,
	layers.LayerTypeDot11MgmtAssociationReq: true, layers.LayerTypeDot11MgmtAssociationResp: true, layers.LayerTypeDot11MgmtProbeReq: true,
	layers.LayerTypeDot11MgmtProbeResp: true, layers.LayerTypeDot11MgmtBeacon: true, layers.LayerTypeDot11MgmtAuthentication: true, layers.LayerTypeDot11MgmtDeauthentication: true,
}

const (
	// maxGeneric is how many bytes gopacket gets to see: it recurses for each part
	// of a message, such as SCTP's chunks, which may be as short as 4 bytes.
	maxGeneric = 16 << 10
	// maxLayers is how many of those parts are told.
	maxLayers = 64
)

// payload tells bytes in [offset, end) that a header says are of a protocol.
func (t *tree) payload(offset, end int, kind gopacket.LayerType) {
	if offset >= end {
		return
	}
	if !beyond[kind] || !t.generic(offset, end, kind) {
		t.raw("Payload", offset, end)
	}
}

// generic tells what gopacket reads, and reports whether it read anything. Its
// decoders may panic on hostile bytes.
func (t *tree) generic(offset, end int, kind gopacket.LayerType) (ok bool) {
	before := len(t.layers)
	defer func() {
		if recover() != nil {
			t.layers, ok = t.layers[:before], false
		}
	}()
	seen := min(end, offset+maxGeneric)
	data := t.frame.Data[offset:seen:seen]
	p := gopacket.NewPacket(data, kind, gopacket.DecodeOptions{NoCopy: true})
	done := offset
	for i, l := range p.Layers() {
		if i == maxLayers || l.LayerType() == gopacket.LayerTypeDecodeFailure || l.LayerType() == gopacket.LayerTypePayload {
			break
		}
		at, n := within(data, l.LayerContents())
		if n == 0 || offset+at < done {
			break
		}
		t.layers = append(t.layers, Layer{Name: l.LayerType().String(), Summary: summary(l), Offset: offset + at, Len: n, Fields: reflected(l)})
		done = offset + at + n
	}
	if done > offset {
		t.raw("Payload", done, end)
	}
	return done > offset
}

// within returns where a part lies in data; length 0 if it is a copy.
func within(data, part []byte) (at, n int) {
	at = cap(data) - cap(part)
	if len(part) == 0 || at < 0 || at+len(part) > len(data) || &data[at] != &part[0] {
		return 0, 0
	}
	return at, len(part)
}

// summary tells a layer in one line, where there is something to tell.
func summary(l gopacket.Layer) string {
	switch l := l.(type) {
	case *layers.DNS:
		return dnsSummary(l)
	case *layers.DHCPv4:
		return l.Operation.String()
	case *layers.NTP:
		return fmt.Sprintf("version %d, mode %d, stratum %d", l.Version, l.Mode, l.Stratum)
	}
	return ""
}

func dnsSummary(l *layers.DNS) string {
	s := "query"
	if l.QR {
		s = "answer: " + l.ResponseCode.String()
	}
	for i, q := range l.Questions {
		if i == 3 {
			return s + " …"
		}
		s += fmt.Sprintf(" %s %s", q.Type, text(q.Name))
	}
	for i, a := range l.Answers {
		if i == 3 {
			return s + " …"
		}
		if a.IP != nil {
			s += " " + a.IP.String()
		} else if len(a.CNAME) > 0 {
			s += " " + text(a.CNAME)
		}
	}
	return s
}

// reflected tells the exported fields of one of gopacket's layers. Where they lie
// in the frame, gopacket does not know.
func reflected(l gopacket.Layer) []Field {
	r := reflector{left: maxFields}
	return r.fields(reflect.Indirect(reflect.ValueOf(l)), 0)
}

// reflector bounds how much of a value is told.
type reflector struct{ left int }

// maxNesting is how deep values inside values are told.
const maxNesting = 4

func (r *reflector) fields(v reflect.Value, depth int) []Field {
	var fields []Field
	if v.Kind() != reflect.Struct || depth > maxNesting {
		return nil
	}
	for i := 0; i < v.NumField() && r.left > 0; i++ {
		f := v.Type().Field(i)
		if !f.IsExported() || f.Anonymous || f.Name == "Contents" || f.Name == "Payload" {
			continue
		}
		fields = append(fields, r.field(f.Name, v.Field(i), depth))
	}
	return fields
}

func (r *reflector) field(name string, v reflect.Value, depth int) Field {
	r.left--
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			return Field{Name: name}
		}
		if _, ok := v.Interface().(fmt.Stringer); ok {
			break
		}
		v = v.Elem()
	}
	if s, ok := v.Interface().(fmt.Stringer); ok {
		return Field{Name: name, Value: short(s.String())}
	}
	switch v.Kind() {
	case reflect.Struct:
		return Field{Name: name, Children: r.fields(v, depth+1)}
	case reflect.Slice, reflect.Array:
		return r.list(name, v, depth)
	case reflect.Bool:
		return Field{Name: name, Value: yes(v.Bool())}
	}
	return Field{Name: name, Value: short(fmt.Sprint(v.Interface()))}
}

func (r *reflector) list(name string, v reflect.Value, depth int) Field {
	if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
		return Field{Name: name, Value: text(v.Bytes())}
	}
	f := Field{Name: name, Value: fmt.Sprint(v.Len())}
	for i := 0; i < v.Len() && r.left > 0 && depth < maxNesting; i++ {
		f.Children = append(f.Children, r.field(fmt.Sprint(i), v.Index(i), depth+1))
	}
	return f
}

// text tells bytes as text where they are, else as hexadecimal digits.
func text(b []byte) string {
	for len(b) > 0 && b[len(b)-1] == 0 {
		b = b[:len(b)-1]
	}
	if !utf8.Valid(b) {
		return hexString(b)
	}
	for _, x := range b {
		if x < ' ' && x != '\t' {
			return hexString(b)
		}
	}
	return short(string(b))
}

// short cuts a value that is too long to be shown in a line.
func short(s string) string {
	const most = 256
	if len(s) <= most {
		return s
	}
	n := most
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + " …"
}
