package sizing

import (
	"fmt"
	"slices"
)

// FieldError is one value that cannot be planned with. NewPlan and NewCatalogue
// join all of them, so that a caller sees every problem at once.
type FieldError struct {
	// Field is the path of the value, such as "target.meetings".
	Field string
	// Value is the value as text.
	Value string
	// Allowed says what would be accepted.
	Allowed string
}

// Error returns the field, the value and what is allowed.
func (e *FieldError) Error() string {
	return fmt.Sprintf("%s: %q: must be %s", e.Field, e.Value, e.Allowed)
}

func sortedProducts(prices map[Product]Price) []Product {
	products := make([]Product, 0, len(prices))
	for product := range prices {
		products = append(products, product)
	}
	slices.Sort(products)
	return products
}
