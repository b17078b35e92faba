package report

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gomeet/infra/sizing"
)

// Design returns the tables that set the design document against a plan: its cost
// table, then every statement that was checked.
func Design(p *sizing.Plan) []Table {
	return []Table{designCost(p), claims()}
}

func designCost(p *sizing.Plan) Table {
	t := Table{
		Title:   "The design document's cost table and this plan, US dollars per month",
		Header:  []string{"Component", "Design", "This plan", "Why they differ"},
		Numbers: []int{1, 2}, Wrap: 3,
	}
	for _, r := range p.Cost.Comparison {
		if r.Component == "total" {
			continue // the footer has it
		}
		stated := "not in the table"
		if r.Design.Valid {
			stated = Money(r.Design.Decimal)
		}
		t.Rows = append(t.Rows, []string{r.Component, stated, Money(r.Plan), r.Remark})
	}
	t.Footer = []string{"Total", Money(sizing.DesignTotal()), Money(p.Cost.Monthly()),
		fmt.Sprintf("the design's total is %s and a flat 30 %%", Money(sizing.DesignSubtotal()))}
	return t
}

func claims() Table {
	t := Table{
		Title:  "Every checked statement of the design document",
		Header: []string{"#", "", "The document says", "In truth"}, Numbers: []int{0}, Wrap: 3,
	}
	counts := map[sizing.ClaimStatus]int{}
	for _, c := range sizing.Claims() {
		counts[c.Status]++
		t.Rows = append(t.Rows, []string{strconv.Itoa(c.Number), string(c.Status), c.Stated, truth(c)})
	}
	t.Remarks = []string{fmt.Sprintf("%d right, %d in part, %d wrong, %d missing.",
		counts[sizing.ClaimRight], counts[sizing.ClaimHalf], counts[sizing.ClaimWrong], counts[sizing.ClaimMissing])}
	return t
}

// truth is the corrected statement with the numbers that were off.
func truth(c sizing.Claim) string {
	parts := []string{}
	if c.Correct != "" {
		parts = append(parts, c.Correct)
	}
	for _, f := range c.Figures {
		if f.Off() || f.Unstated {
			parts = append(parts, strings.TrimSpace(fmt.Sprintf("%s: %s %s", f.Name, strconv.FormatFloat(f.Correct, 'g', 6, 64), f.Unit)))
		}
	}
	return strings.Join(parts, "; ")
}
