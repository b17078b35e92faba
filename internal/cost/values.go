package cost

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/shopspring/decimal"
)

// plain returns a property as a value that may be looked at: the value in a secret or an
// output, and nothing for what is not known yet.
func plain(m resource.PropertyMap, key string) (value resource.PropertyValue, known bool) {
	v, ok := m[resource.PropertyKey(key)]
	for ok {
		switch {
		case v.IsSecret():
			v = v.SecretValue().Element
		case v.IsOutput() && v.OutputValue().Known:
			v = v.OutputValue().Element
		case v.IsComputed(), v.IsOutput():
			return resource.PropertyValue{}, false
		default:
			return v, true
		}
	}
	return resource.NewNullProperty(), true
}

// object returns a nested object, nil when there is none or it is not known.
func object(m resource.PropertyMap, key string) resource.PropertyMap {
	if v, _ := plain(m, key); v.IsObject() {
		return v.ObjectValue()
	}
	return nil
}

// list returns a nested list.
func list(m resource.PropertyMap, key string) []resource.PropertyValue {
	if v, _ := plain(m, key); v.IsArray() {
		return v.ArrayValue()
	}
	return nil
}

// text returns a text and whether there is one.
func text(m resource.PropertyMap, key string) (string, bool) {
	if v, _ := plain(m, key); v.IsString() {
		return v.StringValue(), true
	}
	return "", false
}

// flag returns a truth, false when it is left out, and whether it is known.
func flag(m resource.PropertyMap, key string) (value, known bool) {
	v, known := plain(m, key)
	return v.IsBool() && v.BoolValue(), known
}

// number returns a number, the fallback when it is left out, and whether it is known.
func number(m resource.PropertyMap, key string, fallback int64) (decimal.Decimal, bool) {
	v, known := plain(m, key)
	switch {
	case !known:
		return decimal.Zero, false
	case v.IsNumber():
		return decimal.NewFromFloat(v.NumberValue()), true
	default:
		return decimal.NewFromInt(fallback), true
	}
}

// amountDigits bounds an amount on both sides of its point; no bill has more.
const amountDigits = 15

// ParseAmount reads a decimal number that something counts or costs. One of a huge exponent,
// such as 1e999999999, is refused: to add it to another takes all memory.
func ParseAmount(written string) (decimal.Decimal, error) {
	n, err := decimal.NewFromString(written)
	if err != nil {
		return decimal.Zero, err
	}
	if exponent := n.Exponent(); exponent > amountDigits || exponent < -2*amountDigits || n.NumDigits() > 3*amountDigits {
		return decimal.Zero, fmt.Errorf("%q has too many digits", written)
	}
	return n, nil
}
