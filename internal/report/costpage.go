package report

import (
	_ "embed"
	"html/template"
	"io"

	"github.com/gomeet/infra/internal/cost"
)

//go:embed costpage.gohtml
var costPageText string

var costPage = template.Must(template.New("cost").Parse(costPageText))

type costPageData struct {
	Title, Headline string
	More            bool
	Exceeded        []cost.Exceeded
	Tables          []Table
}

// CostHTML writes a report as one page without outside assets.
func CostHTML(w io.Writer, r *cost.Report, exceeded []cost.Exceeded) error {
	headline := Money(r.After.Total().Expected) + " a month"
	if !r.Current {
		headline = Money(r.Before.Total().Expected) + " → " + headline + ", " + Signed(r.Difference().Expected)
	}
	return costPage.Execute(w, costPageData{
		Title: "Cost of stack " + r.Stack, Headline: headline, More: r.Difference().Expected.IsPositive(),
		Exceeded: exceeded, Tables: Cost(r, true),
	})
}
