package cost

import (
	"fmt"

	"github.com/shopspring/decimal"
)

// Gates are limits on the expected scenario; those that are not valid do not apply.
type Gates struct {
	// Monthly is the most that the stack may cost after, Increase the most it may cost
	// more than before, both US dollars per month; IncreasePercent is the same in percent
	// of before.
	Monthly, Increase, IncreasePercent decimal.NullDecimal
}

// The exit codes of exceeded gates, a contract with whoever runs the command: when
// several are exceeded, the smallest. Code 1 is an error, and 2 means drift.
const (
	ExitMonthly         = 3
	ExitIncrease        = 4
	ExitIncreasePercent = 5
)

// Exceeded is a gate that the change does not pass.
type Exceeded struct {
	Gate   string          `json:"gate"`
	Limit  decimal.Decimal `json:"limit"`
	Actual decimal.Decimal `json:"actual"`
	// Code is the exit code.
	Code int `json:"exitCode"`
}

// String says what is exceeded and by what.
func (e Exceeded) String() string {
	if e.Code == ExitIncreasePercent {
		return fmt.Sprintf("%s: +%s %% is more than %s %%", e.Gate, e.Actual.StringFixed(2), e.Limit)
	}
	return fmt.Sprintf("%s: $%s a month is more than $%s", e.Gate, e.Actual.StringFixed(2), e.Limit.StringFixed(2))
}

// Check returns the gates that a report does not pass, the smallest code first. An
// increase from nothing has no percentage, so that gate does not apply to it.
func (g Gates) Check(r *Report) []Exceeded {
	var exceeded []Exceeded
	check := func(gate string, limit decimal.NullDecimal, actual decimal.Decimal, code int) {
		if limit.Valid && actual.GreaterThan(limit.Decimal) {
			exceeded = append(exceeded, Exceeded{gate, limit.Decimal, actual, code})
		}
	}
	check("--max-monthly", g.Monthly, r.After.Total().Expected, ExitMonthly)
	check("--max-increase", g.Increase, r.Difference().Expected, ExitIncrease)
	if percent := r.Percent(); percent.Valid {
		check("--max-increase-percent", g.IncreasePercent, percent.Decimal, ExitIncreasePercent)
	}
	return exceeded
}
