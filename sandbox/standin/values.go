package standin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// plain turns a property value into the value JSON would decode to. Unknowns turn
// into nil.
func plain(v property.Value) any {
	switch {
	case v.IsBool():
		return v.AsBool()
	case v.IsNumber():
		return v.AsNumber()
	case v.IsString():
		return v.AsString()
	case v.IsArray():
		array := v.AsArray()
		out := make([]any, 0, array.Len())
		for _, item := range array.AsSlice() {
			out = append(out, plain(item))
		}
		return out
	case v.IsMap():
		return plainMap(v.AsMap())
	default:
		return nil
	}
}

func plainMap(m property.Map) map[string]any {
	out := make(map[string]any, m.Len())
	for key, value := range m.AsMap() {
		if p := plain(value); p != nil {
			out[key] = p
		}
	}
	return out
}

// decode reads properties into a struct whose JSON names are the property names.
func decode[T any](m property.Map) (T, error) {
	var into T
	text, err := json.Marshal(plainMap(m))
	if err != nil {
		return into, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&into); err != nil {
		return into, fmt.Errorf("reading properties: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return into, nil
}

// encode is decode's inverse. Properties in secrets are marked as secret.
func encode(v any, secrets ...string) (property.Map, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return property.Map{}, err
	}
	var object map[string]any
	if err := json.Unmarshal(text, &object); err != nil {
		return property.Map{}, err
	}
	m := valueOf(object).AsMap()
	for _, name := range secrets {
		if secret, ok := m.GetOk(name); ok {
			m = m.Set(name, secret.WithSecret(true))
		}
	}
	return m, nil
}

// valueOf is plain's inverse.
func valueOf(v any) property.Value {
	switch v := v.(type) {
	case bool:
		return property.New(v)
	case float64:
		return property.New(v)
	case string:
		return property.New(v)
	case []any:
		items := make([]property.Value, len(v))
		for i, item := range v {
			items[i] = valueOf(item)
		}
		return property.New(property.NewArray(items))
	case map[string]any:
		object := make(map[string]property.Value, len(v))
		for key, item := range v {
			object[key] = valueOf(item)
		}
		return property.New(property.NewMap(object))
	default:
		return property.New(property.Null)
	}
}

// field is one property of a resource, as its struct declares it:
//
//	Name string `json:"name" pulumi:"required,replace"`
type field struct {
	name                      string
	kind                      reflect.Type
	required, replace, output bool
	// set compares an array without regard to order, object compares only what the
	// program gave, because the cloud adds to it.
	set, object bool
	// computed is a list or map that the cloud fills where the program leaves it out.
	computed bool
	// cleared goes back to its default, or to nothing, where the program leaves it
	// out. Any other value is then the cloud's to choose.
	cleared bool
}

// fields lists the properties of a struct type.
func fields(t reflect.Type) []field {
	var all []field
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		options := strings.Split(f.Tag.Get("pulumi"), ",")
		all = append(all, field{
			name: name, kind: f.Type,
			required: slices.Contains(options, "required"), replace: slices.Contains(options, "replace"),
			output: slices.Contains(options, "output"), set: slices.Contains(options, "set"),
			object: slices.Contains(options, "object"), computed: slices.Contains(options, "computed"),
			cleared: slices.Contains(options, "cleared"),
		})
	}
	return all
}
