package session

import (
	"strings"
	"unicode/utf8"

	"wirewhy/analyzer"
	"wirewhy/wasm/protocol"
)

// maxFilterDepth bounds how deep parentheses and negations nest.
const maxFilterDepth = 50

// filterFault says what is wrong with a filter and at which byte.
type filterFault struct {
	at   int
	text analyzer.Text
}

// filterParser reads a filter:
//
//	either = all { ("or" | "||") all }
//	all    = one { [ "and" | "&&" ] one }
//	one    = ("not" | "!") one | "(" either ")" | term
//	term   = word | name ":" value | name value | name compare value
type filterParser struct {
	text  string
	token filterToken
	next  int // byte after the token
	depth int
	terms int
	began analyzer.Timestamp // of the captures, to which times of day belong
	ended analyzer.Timestamp
}

// filterToken is a word, a sign or, with neither, the end.
type filterToken struct {
	text   string
	at     int
	sign   bool // ( ) : or a comparison
	quoted bool
}

// is reports whether the token is a keyword or sign.
func (t *filterToken) is(names ...string) bool {
	for _, name := range names {
		if !t.quoted && strings.EqualFold(t.text, name) {
			return true
		}
	}
	return false
}

func (t *filterToken) ended() bool { return t.text == "" && !t.quoted }

// parseFilter reads a filter for captures of the time from began to ended; nil
// for one that lets everything through.
func parseFilter(text string, began, ended analyzer.Timestamp) (*filter, *filterFault) {
	p := &filterParser{text: text, began: began, ended: ended}
	p.advance()
	if p.token.ended() {
		return nil, nil
	}
	f, fault := p.either()
	if fault == nil && !p.token.ended() { // only a closing parenthesis ends an expression early
		fault = p.fault("this closes nothing", "此处的括号没有对应的左括号")
	}
	return f, fault
}

func (p *filterParser) fault(en, zh string) *filterFault {
	return &filterFault{p.token.at, analyzer.Text{En: en, Zh: zh}}
}

// wide are the signs that a Chinese keyboard writes, as their plain forms.
var wide = strings.NewReplacer("（", "(", "）", ")", "：", ":", "＞", ">", "＜", "<", "＝", "=", "！", "!", "≥", ">=", "≤", "<=", "≠", "!=")

// advance reads the next token.
func (p *filterParser) advance() {
	at := p.next
	for at < len(p.text) {
		r, n := utf8.DecodeRuneInString(p.text[at:])
		if r != ' ' && r != '\t' && r != '\n' && r != '\u3000' {
			break
		}
		at += n
	}
	p.token, p.next = filterToken{at: at}, at
	rest := p.text[at:]
	if rest == "" {
		return
	}
	if rest[0] == '"' {
		p.quoted(rest)
		return
	}
	if n := signLen(rest); n > 0 {
		p.token.text, p.token.sign, p.next = wide.Replace(rest[:n]), true, at+n
		return
	}
	for end, r := range rest {
		if strings.ContainsRune(" \t\n\u3000\"", r) || r != ':' && r != '：' && signLen(rest[end:]) > 0 {
			p.token.text, p.next = rest[:end], at+end
			return
		}
	}
	p.token.text, p.next = rest, len(p.text)
}

// quoted reads a token between quotation marks, or from one to the end.
func (p *filterParser) quoted(rest string) {
	inside, _, closed := strings.Cut(rest[1:], `"`)
	p.token.text, p.token.quoted = inside, true
	p.next = p.token.at + 1 + len(inside)
	if closed {
		p.next++
	}
}

// signLen returns the number of bytes of the sign that a text begins with; 0: none.
func signLen(s string) int {
	for _, sign := range []string{"&&", "||", ">=", "<=", "!=", "==", "≥", "≤", "≠", "(", ")", ">", "<", "=", "!", "（", "）", "＞", "＜", "＝", "！"} {
		if strings.HasPrefix(s, sign) {
			return len(sign)
		}
	}
	return 0
}

func (p *filterParser) either() (*filter, *filterFault) {
	return p.joined(opOr, p.all, func() bool {
		if !p.token.is("or", "||") {
			return false
		}
		p.advance()
		return true
	})
}

func (p *filterParser) all() (*filter, *filterFault) {
	return p.joined(opAnd, p.one, func() bool {
		if p.token.is("and", "&&") {
			p.advance()
			return true
		}
		return !p.token.ended() && !p.token.is("or", "||", ")")
	})
}

// joined reads parts for as long as there are more.
func (p *filterParser) joined(op operator, part func() (*filter, *filterFault), more func() bool) (*filter, *filterFault) {
	f, fault := part()
	if fault != nil || !more() {
		return f, fault
	}
	f = &filter{op: op, parts: []*filter{f}}
	for {
		next, fault := part()
		if fault != nil {
			return nil, fault
		}
		f.parts = append(f.parts, next)
		if !more() {
			return f, nil
		}
	}
}

func (p *filterParser) one() (*filter, *filterFault) {
	p.depth++
	defer func() { p.depth-- }()
	switch {
	case p.depth > maxFilterDepth:
		return nil, p.fault("this nests too deep", "嵌套过深")
	case p.token.ended():
		return nil, p.fault("something must follow here", "此处缺少内容")
	case p.token.is("not", "!"):
		p.advance()
		f, fault := p.one()
		return &filter{op: opNot, parts: []*filter{f}}, fault
	case p.token.is("("):
		open := p.token
		p.advance()
		f, fault := p.either()
		if fault == nil && !p.token.is(")") {
			return nil, &filterFault{open.at, analyzer.Text{En: "this is not closed", Zh: "括号没有闭合"}}
		}
		p.advance()
		return f, fault
	case p.token.is("and", "or", "&&", "||"), p.token.sign:
		return nil, p.fault("“"+p.token.text+"” cannot stand here", "“"+p.token.text+"” 不能出现在此处")
	}
	return p.term()
}

func (p *filterParser) term() (*filter, *filterFault) {
	word := p.token
	f := &filter{term: term{index: p.terms, word: strings.ToLower(word.text)}}
	p.terms++
	p.advance()
	if word.quoted {
		return f, nil
	}
	name, value, joined := strings.Cut(strings.Replace(word.text, "：", ":", 1), ":")
	about := known(name)
	switch {
	case about == nil && p.token.sign && strings.ContainsAny(p.token.text, "<>="):
		return nil, &filterFault{word.at, analyzer.Text{En: "“" + word.text + "” cannot be compared", Zh: "“" + word.text + "” 不能用于比较"}}
	case about == nil || joined && value == "" && p.token.ended():
		if about != nil {
			return nil, p.missing(about)
		}
		return f, nil
	}
	f.term.name, f.term.cmp = about.Name, equal
	not := false
	if joined && value != "" {
		at := word.at + len(word.text) - len(value)
		return f, f.term.set(p, about, filterToken{text: value, at: at})
	}
	if p.token.sign && !p.token.is(")") {
		if not = !f.term.compare(about, p.token.text, &f.term.cmp); not && p.token.text != "!=" {
			return nil, p.fault("“"+p.token.text+"” cannot follow “"+name+"”", "“"+name+"” 后面不能是 “"+p.token.text+"”")
		}
		p.advance()
	}
	if p.token.ended() || p.token.sign {
		return nil, p.missing(about)
	}
	fault := f.term.set(p, about, p.token)
	p.advance()
	if not {
		f = &filter{op: opNot, parts: []*filter{f}}
	}
	return f, fault
}

// missing says that a value must follow, and gives an example.
func (p *filterParser) missing(about *protocol.FilterTerm) *filterFault {
	return p.fault("something must follow “"+about.Name+"”, such as "+about.Like, "“"+about.Name+"” 后面缺少内容，例如 "+about.Like)
}

// compare sets how a sign compares; false for one that turns the term around or
// that the term does not know.
func (t *term) compare(about *protocol.FilterTerm, sign string, how *comparison) bool {
	switch {
	case sign == "=" || sign == "==":
		*how = equal
	case !about.Compares():
		return false
	case sign == ">":
		*how = greater
	case sign == ">=":
		*how = greater | equal
	case sign == "<":
		*how = less
	case sign == "<=":
		*how = less | equal
	default:
		return false
	}
	return true
}
