package sizing

import "github.com/shopspring/decimal"

// Price is what one unit costs, in US dollars. The zero Price is "no price": it is
// not zero dollars, and everything that sums prices keeps it apart.
type Price struct {
	// Amount is the price; it is not valid when the price is unknown.
	Amount decimal.NullDecimal `json:"amount"`
	// Unit is what the price is for, such as "node-month" or "GiB".
	Unit string `json:"unit"`
	// Source says where the price was read, Date when it was read (year, or year and
	// month, or day, as precisely as is known).
	Source string `json:"source"`
	Date   string `json:"date"`
	// Verified is false for prices that were not read in a document of DigitalOcean.
	Verified bool `json:"verified"`
	// Note holds what a reader must know about the price.
	Note string `json:"note,omitempty"`
}

// Known reports whether there is a price at all.
func (p Price) Known() bool { return p.Amount.Valid }

// Times returns the price of a quantity and whether it is known.
func (p Price) Times(quantity decimal.Decimal) (decimal.Decimal, bool) {
	if !p.Known() {
		return decimal.Zero, false
	}
	return p.Amount.Decimal.Mul(quantity), true
}

// String returns the price for people, or "no price".
func (p Price) String() string {
	if !p.Known() {
		return "no price"
	}
	return "$" + p.Amount.Decimal.String() + " per " + p.Unit
}

func whole(n int) decimal.Decimal { return decimal.NewFromInt(int64(n)) }

// measured turns a measured quantity into a decimal with four places, half up;
// quantities are never exact, prices are.
func measured(x float64) decimal.Decimal { return decimal.NewFromFloat(x).Round(4) }
