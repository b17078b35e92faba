package policyinput

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/gomeet/infra/policies"
)

// Properties turns property values into what policies.NewValue takes. Unknown values and
// secrets stay what they are; of assets and archives, which are files, nothing is known.
func Properties(properties resource.PropertyMap) map[string]any {
	m := make(map[string]any, len(properties))
	for key, value := range properties {
		m[string(key)] = convert(value)
	}
	return m
}

func convert(v resource.PropertyValue) any {
	switch {
	case v.IsSecret():
		return policies.Secret{Value: convert(v.SecretValue().Element)}
	case v.IsOutput():
		return output(v.OutputValue())
	case v.IsResourceReference():
		return convert(v.ResourceReferenceValue().ID)
	case v.IsArray():
		list := make([]any, len(v.ArrayValue()))
		for i, item := range v.ArrayValue() {
			list[i] = convert(item)
		}
		return list
	case v.IsObject():
		return Properties(v.ObjectValue())
	case v.IsBool():
		return v.BoolValue()
	case v.IsNumber():
		return v.NumberValue()
	case v.IsString():
		return v.StringValue()
	case v.IsNull():
		return nil
	default:
		return policies.Unknown
	}
}

// output is a value with what is known about it; it may be secret and unknown at once.
func output(o resource.Output) any {
	value := policies.Unknown
	if o.Known {
		value = convert(o.Element)
	}
	if o.Secret {
		return policies.Secret{Value: value}
	}
	return value
}
