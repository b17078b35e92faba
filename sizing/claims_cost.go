package sizing

// claimsCost is rows 42 to 48: money, and the first alert.
func claimsCost() []Claim {
	var rows []Figure
	stated := []float64{2004, 2520, 801, 804, 60, 800, 168}
	for i, row := range designCostTable {
		rows = append(rows, figure(row.Component, stated[i], row.Total().InexactFloat64(), "$"))
	}
	size, _ := DefaultCatalogue().Size(designSizes[RoleSFU])
	sold, _ := DefaultCatalogue().Size("c-8")
	perGiB := DefaultCatalogue().Price(ProductTransfer).Amount.Decimal.InexactFloat64()
	perDay := claimMeetings * claimOut * giga / bitsPerByte * claimHoursPerDay * 3600 // bytes
	perMonth := perDay * claimDays
	return []Claim{
		right("the rows of the cost table", rows...),
		right("subtotal 7,157, overhead 2,147, total 9,304",
			figure("subtotal", 7157, DesignSubtotal().InexactFloat64(), "$"),
			figure("overhead", 2147, DesignOverhead().InexactFloat64(), "$"),
			figure("total", 9304, DesignTotal().InexactFloat64(), "$")),
		half("about $6,500 with reserved instances",
			"the product is right; no document of DigitalOcean offers reserved or spot instances",
			figure("70 %", 6500, DesignTotal().InexactFloat64()*0.7, "$")),
		wrong("LiveKit nodes of 16 GB and 8 vCPU at $167",
			"the text specifies 16 vCPU and 64 GB: g-16vcpu-64gb; what the table prices is c-8",
			figure("vCPUs", float64(sold.VCPUs), float64(size.VCPUs), ""),
			figure("price", 167, size.Monthly.Amount.Decimal.InexactFloat64(), "$")),
		missing("no egress, recorders, TURN, CDN, control plane, poolers or load generators in the table",
			"egress alone is the largest item",
			unstated("egress per day", perDay/tera, "TB"), unstated("egress per month", perMonth/tera, "TB"),
			unstated("cost before the allowance", perMonth/gib*perGiB, "$")),
		half("prices per unit",
			"the sizes are within a few dollars of the 2025 list except the SFU; load balancers and volumes are not verified",
			unstated("SFU", size.Monthly.Amount.Decimal.InexactFloat64(), "$"),
			unstated("API, c-4", monthlyOf("c-4"), "$"), unstated("PostgreSQL, g-8vcpu-32gb", monthlyOf("g-8vcpu-32gb"), "$"),
			unstated("Redis, g-4vcpu-16gb", monthlyOf("g-4vcpu-16gb"), "$")),
		right("alert above 45,000 of 50,000 connections, 90 % of the target",
			figure("share", 0.9, 45_000.0/claimTotal, ""), unstated("capacity by its own numbers", claimAPINodes*WebSocketsPerAPIInstance, "")),
	}
}

func monthlyOf(slug string) float64 {
	size, _ := DefaultCatalogue().Size(slug)
	return size.Monthly.Amount.Decimal.InexactFloat64()
}
