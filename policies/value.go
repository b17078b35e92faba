package policies

// Unknown stands, in Resource.Properties, for a value that is not known before the
// resource exists.
var Unknown any = unknown{}

type unknown struct{}

// Secret stands for a secret value. Rules can look inside for the shape, but no text,
// number or boolean of a secret can be read, so that no message ever shows one.
type Secret struct{ Value any }

// Value is a property or a part of one. Every method can be called on every value: what
// is missing, of another type, secret or unknown answers with the zero value. A rule
// that demands something asks Unknown or Absent, one of the Not… methods, or Text.
type Value struct {
	raw    any
	secret bool
}

// NewValue wraps what a decoder of JSON or YAML makes: nil, booleans, numbers, strings,
// []any and map[string]any, with Unknown and Secret among them.
func NewValue(raw any) Value { return Value{}.of(raw) }

func (v Value) of(raw any) Value {
	child := Value{raw: raw, secret: v.secret}
	for {
		s, ok := child.raw.(Secret)
		if !ok {
			return child
		}
		child.raw, child.secret = s.Value, true
	}
}

// Get returns the value at a path of keys. Below an unknown value everything is unknown.
func (v Value) Get(path ...string) Value {
	for _, key := range path {
		if v.raw == Unknown {
			return v
		}
		m, _ := v.raw.(map[string]any)
		v = v.of(m[key])
	}
	return v
}

// Unknown reports whether the value cannot be read: not known yet, or a secret.
func (v Value) Unknown() bool { return v.raw == Unknown || v.secret && !v.container() }

func (v Value) container() bool {
	switch v.raw.(type) {
	case []any, map[string]any, nil:
		return true
	}
	return false
}

// Secret reports whether the value is marked as a secret.
func (v Value) Secret() bool { return v.secret }

// Absent reports whether it is certain that there is no such value.
func (v Value) Absent() bool { return v.raw == nil }

// Text returns a known text, else "".
func (v Value) Text() string {
	text, _ := v.raw.(string)
	if v.secret {
		return ""
	}
	return text
}

// NotText reports whether it is certain that the value is none of the texts.
func (v Value) NotText(allowed ...string) bool {
	if v.Unknown() {
		return false
	}
	for _, a := range allowed {
		if v.raw == a {
			return false
		}
	}
	return true
}

// True reports whether the value is known to be true.
func (v Value) True() bool { return !v.secret && v.raw == true }

// NotTrue reports whether it is certain that the value is not true: false, or absent.
func (v Value) NotTrue() bool { return !v.Unknown() && v.raw != true }

// NotFalse reports whether it is certain that the value is not false: true, or absent.
func (v Value) NotFalse() bool { return !v.Unknown() && v.raw != false }

// Number returns a known number, and whether there is one.
func (v Value) Number() (float64, bool) {
	if v.secret {
		return 0, false
	}
	switch n := v.raw.(type) {
	case float64:
		return n, true
	case int:
		return float64(n), true
	}
	return 0, false
}

// Items returns the items of a list; none if it is unknown.
func (v Value) Items() []Value {
	list, _ := v.raw.([]any)
	items := make([]Value, len(list))
	for i, item := range list {
		items[i] = v.of(item)
	}
	return items
}

// Texts returns the known texts of a list, and whether all of it is known.
func (v Value) Texts() (texts []string, complete bool) {
	complete = !v.Unknown()
	for _, item := range v.Items() {
		if item.Unknown() {
			complete = false
			continue
		}
		texts = append(texts, item.Text())
	}
	return texts, complete
}

// Fields returns the fields of an object; none if it is unknown.
func (v Value) Fields() map[string]Value {
	m, _ := v.raw.(map[string]any)
	fields := make(map[string]Value, len(m))
	for key, field := range m {
		fields[key] = v.of(field)
	}
	return fields
}
