package cost

import (
	"github.com/shopspring/decimal"

	"github.com/gomeet/infra/sizing"
)

// Scenarios are the scenarios in the order of an Amounts.
var Scenarios = []sizing.ScenarioName{sizing.ScenarioLow, sizing.ScenarioExpected, sizing.ScenarioPeak}

// Amounts is one number per scenario.
type Amounts struct {
	Low      decimal.Decimal `json:"low"`
	Expected decimal.Decimal `json:"expected"`
	Peak     decimal.Decimal `json:"peak"`
}

// Same returns amounts that do not depend on the scenario.
func Same(n decimal.Decimal) Amounts { return Amounts{n, n, n} }

func count(n int) Amounts { return Same(decimal.NewFromInt(int64(n))) }

func (a Amounts) each(f func(decimal.Decimal) decimal.Decimal) Amounts {
	return Amounts{f(a.Low), f(a.Expected), f(a.Peak)}
}

// Add returns the sum, Sub the difference.
func (a Amounts) Add(b Amounts) Amounts {
	return Amounts{a.Low.Add(b.Low), a.Expected.Add(b.Expected), a.Peak.Add(b.Peak)}
}

// Sub returns the difference.
func (a Amounts) Sub(b Amounts) Amounts {
	return Amounts{a.Low.Sub(b.Low), a.Expected.Sub(b.Expected), a.Peak.Sub(b.Peak)}
}

// Equal reports whether all three are equal.
func (a Amounts) Equal(b Amounts) bool {
	return a.Low.Equal(b.Low) && a.Expected.Equal(b.Expected) && a.Peak.Equal(b.Peak)
}

// In returns the amount of a scenario.
func (a Amounts) In(s sizing.ScenarioName) decimal.Decimal {
	switch s {
	case sizing.ScenarioLow:
		return a.Low
	case sizing.ScenarioPeak:
		return a.Peak
	default:
		return a.Expected
	}
}

// Line is one priced part of a resource, or of the usage of the whole stack.
type Line struct {
	// URN, Type and Resource name the engine's resource; all are "" for usage.
	URN, Type, Resource string
	// Part tells the lines of one resource apart.
	Part string
	// Component and Site are as in sizing.Item.
	Component, Site string
	// What says what is bought, such as "3 x c-2".
	What string
	// Quantity is in units of Price.Unit.
	Quantity Amounts
	// Price is the unit price; a line without one is in no sum, and Why says why.
	Price sizing.Price
	Why   string
}

// Cost returns what the line costs, to the cent, and whether that is known.
func (l Line) Cost() (Amounts, bool) {
	if !l.Price.Known() {
		return Amounts{}, false
	}
	return l.Quantity.each(func(n decimal.Decimal) decimal.Decimal {
		amount, _ := l.Price.Times(n)
		return amount.Round(2)
	}), true
}

// key tells lines apart, and is the same before and after a change.
func (l Line) key() string { return l.URN + "\x00" + l.Part + "\x00" + l.Component }
