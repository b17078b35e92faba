package sizing

import (
	"fmt"

	"github.com/shopspring/decimal"
)

// Requirement is what a pool must provide.
type Requirement struct {
	// Need is the number of units over all nodes, such as meetings or connections.
	Need int
	// Units returns how many units one node of a size carries; 0 rules the size out.
	Units func(Size) int
	// Spare is the nodes on top that may fail.
	Spare int
	// MinNodes is the fewest nodes, such as a quorum.
	MinNodes int
	// Multiple is what the count is a multiple of, such as 2 for masters with a
	// replica each; 0 means 1.
	Multiple int
	// MaxNodes is the most nodes; 0 means maxNodes of a VPC.
	MaxNodes int
}

// Choice is a size and a count.
type Choice struct {
	Size  Size
	Count int
}

// Monthly returns the list price of the choice and whether it has one.
func (c Choice) Monthly() (decimal.Decimal, bool) { return c.Size.Monthly.Times(whole(c.Count)) }

// Count returns how many nodes of a size the requirement takes, or 0 if no number of
// them would do.
func (r Requirement) Count(size Size) int {
	units := r.Units(size)
	if units <= 0 {
		return 0
	}
	count := max(ceilDiv(max(r.Need, 0), units)+r.Spare, r.MinNodes)
	multiple := max(r.Multiple, 1)
	count = ceilDiv(count, multiple) * multiple
	limit := r.MaxNodes
	if limit == 0 {
		limit = maxNodes
	}
	if count > limit {
		return 0
	}
	return count
}

// Cheapest returns the size and count with the lowest list price that fulfil the
// requirement; among equals the one with fewer nodes, then the first slug. It is
// exact: for a given size fewer nodes do not do and more cost more, so that one
// count per size has to be looked at. Sizes without a price are not chosen. The transfer
// that a size includes is not set against its price.
func Cheapest(sizes []Size, r Requirement) (Choice, error) {
	var (
		best  Choice
		price decimal.Decimal
		found bool
	)
	for _, size := range sizes {
		choice := Choice{Size: size, Count: r.Count(size)}
		monthly, known := choice.Monthly()
		if choice.Count == 0 || !known {
			continue
		}
		if !found || better(choice, monthly, best, price) {
			best, price, found = choice, monthly, true
		}
	}
	if !found {
		return Choice{}, fmt.Errorf("none of %d sizes fulfils the requirement of %d units", len(sizes), r.Need)
	}
	return best, nil
}

func better(a Choice, aPrice decimal.Decimal, b Choice, bPrice decimal.Decimal) bool {
	if order := aPrice.Cmp(bPrice); order != 0 {
		return order < 0
	}
	if a.Count != b.Count {
		return a.Count < b.Count
	}
	return a.Size.Slug < b.Size.Slug
}
