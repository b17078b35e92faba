package sizing_test

import (
	"testing"

	"github.com/gomeet/infra/sizing"
)

func BenchmarkPlan(b *testing.B) {
	for _, model := range sizing.Models {
		b.Run(string(model), func(b *testing.B) {
			in := designed(model)
			sizing.DefaultCatalogue()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := sizing.NewPlan(in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCheapest(b *testing.B) {
	sizes := sizing.DefaultCatalogue().SizesIn("sgp1")
	target := sizing.DefaultTarget()
	r := sizing.Requirement{Need: 100, Spare: 2, Units: func(s sizing.Size) int {
		return target.SFUCapacity(s, sizing.Options{}).Rooms
	}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := sizing.Cheapest(sizes, r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkClaims(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		sizing.Claims()
	}
}
