package standin

import (
	"fmt"
	"reflect"
	"slices"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// check reports unknown and missing properties and values of the wrong type.
func check(spec []field, inputs property.Map, path string) []p.CheckFailure {
	var failures []p.CheckFailure
	known := map[string]field{}
	for _, f := range spec {
		if !f.output {
			known[f.name] = f
		}
		if _, given := inputs.GetOk(f.name); f.required && !given {
			failures = append(failures, p.CheckFailure{Property: path + f.name, Reason: "is missing; it is required"})
		}
	}
	for name, value := range inputs.AllStable {
		f, ok := known[name]
		if !ok {
			failures = append(failures, p.CheckFailure{Property: path + name, Reason: "is not a property of this resource"})
			continue
		}
		if value.IsComputed() || value.IsNull() {
			continue
		}
		if f.object && value.IsMap() {
			failures = append(failures, check(fields(structOf(f.kind)), value.AsMap(), path+name+".")...)
			continue
		}
		if want := kindName(f.kind); want != "" && want != valueKind(value) {
			failures = append(failures, p.CheckFailure{
				Property: path + name, Reason: fmt.Sprintf("is a %s; it must be a %s", valueKind(value), want),
			})
		}
	}
	return failures
}

func structOf(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

func kindName(t reflect.Type) string {
	switch structOf(t).Kind() {
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Int, reflect.Float64:
		return "number"
	case reflect.Slice:
		return "list"
	case reflect.Map, reflect.Struct:
		return "map"
	default:
		return ""
	}
}

func valueKind(v property.Value) string {
	switch {
	case v.IsString():
		return "string"
	case v.IsBool():
		return "boolean"
	case v.IsNumber():
		return "number"
	case v.IsArray():
		return "list"
	case v.IsMap():
		return "map"
	default:
		return "value of another type"
	}
}

// diff compares what the program wants with the state. A property the program
// leaves out is the cloud's to choose, unless it holds a list or a map: those the
// program owns, and leaving them out empties them.
func diff(spec []field, state, inputs property.Map, path string) map[string]p.PropertyDiff {
	changes := map[string]p.PropertyDiff{}
	for _, f := range spec {
		if f.output {
			continue
		}
		old, had := state.GetOk(f.name)
		wanted, wants := inputs.GetOk(f.name)
		switch {
		case !wants && (!had || f.object || f.computed || !owned(old)):
		case !wants:
			changes[path+f.name] = p.PropertyDiff{Kind: kindOf(p.Delete, f.replace)}
		case f.object && had && old.IsMap() && wanted.IsMap():
			for name, change := range diff(fields(structOf(f.kind)), old.AsMap(), wanted.AsMap(), path+f.name+".") {
				changes[name] = change
			}
		case !had || old.IsNull():
			if !empty(wanted) {
				changes[path+f.name] = p.PropertyDiff{Kind: kindOf(p.Add, f.replace)}
			}
		case !same(f, old, wanted):
			changes[path+f.name] = p.PropertyDiff{Kind: kindOf(p.Update, f.replace)}
		}
	}
	return changes
}

// owned reports a list or map that is not empty.
func owned(v property.Value) bool {
	return v.IsArray() && v.AsArray().Len() > 0 || v.IsMap() && v.AsMap().Len() > 0
}

func empty(v property.Value) bool {
	return v.IsNull() || v.IsArray() && v.AsArray().Len() == 0 || v.IsMap() && v.AsMap().Len() == 0 ||
		v.IsBool() && !v.AsBool() || v.IsNumber() && v.AsNumber() == 0 || v.IsString() && v.AsString() == ""
}

func same(f field, old, wanted property.Value) bool {
	if wanted.HasComputed() {
		return false
	}
	a, b := bare(plain(old)), bare(plain(wanted))
	if x, ok := a.([]any); ok && f.set {
		if y, ok := b.([]any); ok {
			return reflect.DeepEqual(sorted(x), sorted(y))
		}
	}
	return reflect.DeepEqual(a, b)
}

// bare leaves out what is empty in the objects of a list: there, as in Terraform,
// empty and left out are the same.
func bare(v any) any {
	list, ok := v.([]any)
	if !ok {
		return v
	}
	out := make([]any, len(list))
	for i, item := range list {
		out[i] = item
		if object, ok := item.(map[string]any); ok {
			out[i] = stripped(object)
		}
	}
	return out
}

func stripped(object map[string]any) map[string]any {
	out := map[string]any{}
	for name, value := range object {
		switch v := value.(type) {
		case map[string]any:
			value = stripped(v)
		case []any:
			value = bare(v)
		}
		if !empty(valueOf(value)) {
			out[name] = value
		}
	}
	return out
}

func sorted(list []any) []string {
	out := make([]string, len(list))
	for i, item := range list {
		out[i] = fmt.Sprint(item)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func kindOf(kind p.DiffKind, replace bool) p.DiffKind {
	if replace {
		return kind + "&replace"
	}
	return kind
}
