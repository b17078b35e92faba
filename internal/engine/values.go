package engine

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/sig"
)

// Masked is what stands for the text of a secret, here as in what the CLI prints.
const Masked = "[secret]"

// unknowns are the texts that stand for values that are not known before the resource
// exists, by kind of value.
var unknowns = map[string]bool{
	sig.UnknownStringValue: true, sig.UnknownBoolValue: true, sig.UnknownNumberValue: true,
	sig.UnknownArrayValue: true, sig.UnknownObjectValue: true,
	sig.UnknownAssetValue: true, sig.UnknownArchiveValue: true,
}

// properties turns decoded JSON into property values, with unknown ones and secrets
// marked as such. No secret text survives, encrypted or not.
func properties(decoded map[string]any) resource.PropertyMap {
	return resource.NewPropertyMapFromMapRepl(decoded, nil, marked)
}

func marked(value any) (resource.PropertyValue, bool) {
	switch v := value.(type) {
	case string:
		if unknowns[v] {
			return resource.MakeComputed(resource.NewProperty("")), true
		}
		if v == Masked {
			return secret(), true
		}
	case map[string]any:
		if v[sig.Key] == sig.Secret {
			return secret(), true
		}
	}
	return resource.PropertyValue{}, false
}

func secret() resource.PropertyValue { return resource.MakeSecret(resource.NewProperty(Masked)) }
