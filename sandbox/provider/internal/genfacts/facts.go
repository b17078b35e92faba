package main

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// fact is what the stand-in knows about a property; see the provider package.
type fact struct {
	Type     string          `json:"type"`
	Elem     *fact           `json:"elem,omitempty"`
	Fields   map[string]fact `json:"fields,omitempty"`
	Input    bool            `json:"input,omitempty"`
	Required bool            `json:"required,omitempty"`
	Computed bool            `json:"computed,omitempty"`
	Replace  bool            `json:"replace,omitempty"`
	Secret   bool            `json:"secret,omitempty"`
	AutoName bool            `json:"autoName,omitempty"`
}

// facts is the whole table.
type facts struct {
	Version   string                     `json:"version"`
	Resources map[string]map[string]fact `json:"resources"`
	Functions map[string]map[string]fact `json:"functions"`
}

// collect looks up the facts of the wanted tokens.
func collect(s packageSchema, m mapping, resources, functions []string) (facts, error) {
	out := facts{Version: s.Version, Resources: map[string]map[string]fact{}, Functions: map[string]map[string]fact{}}
	for _, token := range resources {
		r, ok := s.Resources[token]
		tf, fields := find(m.Resources, m.Provider.Resources, token)
		if !ok || tf == nil {
			return facts{}, fmt.Errorf("the plugin has no resource %q", token)
		}
		table := map[string]fact{}
		for name, p := range r.Properties {
			attr, o, err := lookup(tf, fields, name)
			if err != nil {
				return facts{}, fmt.Errorf("%s: %w", token, err)
			}
			f, err := describe(s, p, attr, o)
			if err != nil {
				return facts{}, fmt.Errorf("%s.%s: %w", token, name, err)
			}
			_, f.Input = r.InputProperties[name]
			f.Required = slices.Contains(r.RequiredInputs, name)
			table[name] = f
		}
		out.Resources[token] = table
	}
	for _, token := range functions {
		function, ok := s.Functions[token]
		tf, fields := find(m.DataSources, m.Provider.DataSources, token)
		if !ok || tf == nil {
			return facts{}, fmt.Errorf("the plugin has no function %q", token)
		}
		table := map[string]fact{}
		for name, p := range function.Outputs.Properties {
			attr, o, err := lookup(tf, fields, name)
			if err != nil {
				return facts{}, fmt.Errorf("%s: %w", token, err)
			}
			f, err := describe(s, p, attr, o)
			if err != nil {
				return facts{}, fmt.Errorf("%s.%s: %w", token, name, err)
			}
			_, f.Input = function.Inputs.Properties[name]
			f.Required = slices.Contains(function.Inputs.Required, name)
			table[name] = f
		}
		out.Functions[token] = table
	}
	return out, nil
}

// find returns the Terraform schema behind a Pulumi token.
func find(mapped map[string]mapped, schemas map[string]map[string]attribute, token string) (map[string]attribute, map[string]override) {
	for name, m := range mapped {
		if m.Token == token {
			return schemas[name], m.Fields
		}
	}
	return nil, nil
}

// lookup returns the attribute that a Pulumi property stands for. The identifier
// that the bridge itself adds has none.
func lookup(tf map[string]attribute, fields map[string]override, name string) (attribute, override, error) {
	for key, attr := range tf {
		if pulumiName(key, attr, fields[key]) == name {
			return attr, fields[key], nil
		}
	}
	if name == "id" {
		return attribute{Computed: true}, override{}, nil
	}
	return attribute{}, override{}, fmt.Errorf("no Terraform attribute stands behind %q", name)
}

// pulumiName is the bridge's naming rule: camel case, plural where a list stays a
// list.
func pulumiName(key string, attr attribute, o override) string {
	if o.Name != "" {
		return o.Name
	}
	many := (attr.Type == typeList || attr.Type == typeSet) && !maxItemsOne(attr, o)
	if many && !strings.HasSuffix(key, "s") {
		if stem, ok := strings.CutSuffix(key, "y"); ok {
			key = stem + "ies"
		} else {
			key += "s"
		}
	}
	var b strings.Builder
	upper := false
	for _, c := range key {
		switch {
		case c == '_':
			upper = true
		case upper:
			b.WriteRune(unicode.ToUpper(c))
			upper = false
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

func maxItemsOne(attr attribute, o override) bool {
	if o.MaxItemsOne != nil {
		return *o.MaxItemsOne
	}
	return attr.MaxItems == 1
}

// describe joins what the two schemas say about a property.
func describe(s packageSchema, p property, attr attribute, o override) (fact, error) {
	f := fact{
		Computed: attr.Computed, Replace: attr.ForceNew, Secret: p.Secret,
		AutoName: o.Default != nil && o.Default.AutoNamed,
	}
	switch {
	case p.Ref != "":
		object, ok := s.Types[strings.TrimPrefix(p.Ref, "#/types/")]
		if !ok {
			return f, fmt.Errorf("the schema has no type %q", p.Ref)
		}
		if len(object.Properties) == 0 { // An enumeration of strings.
			f.Type = "string"
			return f, nil
		}
		f.Type, f.Fields = "object", map[string]fact{}
		for name, field := range object.Properties {
			inner, innerOverride, err := lookup(attr.Element.Resource, o.Fields, name)
			if err != nil {
				return f, err
			}
			nested, err := describe(s, field, inner, innerOverride)
			if err != nil {
				return f, fmt.Errorf("%s: %w", name, err)
			}
			nested.Input = inner.Optional || inner.Required
			nested.Required = inner.Required
			f.Fields[name] = nested
		}
	case p.Items != nil:
		f.Type = "list"
		if attr.Type == typeSet {
			f.Type = "set"
		}
		inner := attribute{Element: attr.Element}
		if attr.Element.Schema != nil {
			inner = *attr.Element.Schema
		}
		elem, err := describe(s, *p.Items, inner, override{Fields: o.Fields})
		if err != nil {
			return f, err
		}
		f.Elem = &elem
	case p.AdditionalProperties != nil:
		elem, err := describe(s, *p.AdditionalProperties, attribute{}, override{})
		if err != nil {
			return f, err
		}
		f.Type, f.Elem = "map", &elem
	default:
		f.Type = p.Type
	}
	return f, nil
}
