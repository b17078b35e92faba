package sizing

import "github.com/shopspring/decimal"

// Usage is what a scenario uses that no resource shows: it depends on how much people
// meet, not on what is deployed. All are GiB.
type Usage struct {
	// Egress is the outbound transfer of the SFU nodes per month, before the allowance
	// that Droplets include.
	Egress decimal.Decimal `json:"egressGiB"`
	// Recordings is what Spaces keeps of them; nothing without recorders.
	Recordings decimal.Decimal `json:"recordingsGiB"`
	// Backups is the kept backups of PostgreSQL and Redis, before what the Spaces
	// subscription includes.
	Backups decimal.Decimal `json:"backupsGiB"`
}

// Backups that are kept (design document, backup strategy).
const (
	pgFullsKept    = 30
	redisDumpsKept = 24 + 30
)

// Usage returns what the plan uses in a scenario.
func (p *Plan) Usage(name ScenarioName) Usage {
	s := p.scenario(name)
	u := Usage{
		Egress:     p.egressGiB(s),
		Recordings: decimal.Zero,
		Backups:    measured((pgFullsKept*p.Target.pgBytes() + redisDumpsKept*p.Demand.RedisBytes) / gib),
	}
	if p.Total(RoleRecorder) > 0 {
		u.Recordings = p.recordingsGiB(s)
	}
	return u
}

// egressGiB is the outbound transfer of the SFU nodes in a scenario.
func (p *Plan) egressGiB(s Scenario) decimal.Decimal {
	bytes := float64(p.Target.Meetings) * p.Demand.PerMeeting.BitsOut / bitsPerByte * s.HoursPerMonth * 3600 * s.GrowthFactor
	return measured(bytes / gib)
}

// RecordingVersionDays is how long a deleted or overwritten recording can be brought back from
// its bucket, which keeps its versions so long: recordings are large and written once.
const RecordingVersionDays = 7

// recordingsGiB is the recordings in Spaces, if they are made: all of them until they are
// deleted, and as long as a deleted one is kept. A stack's own object store copies them there within a day and keeps the hot days
// beside (stacks/objectstore.go). Storage follows the hours of the scenario: a low month
// records less.
func (p *Plan) recordingsGiB(s Scenario) decimal.Decimal {
	perDay := p.Demand.RecordingTBPerDay * s.GrowthFactor
	if expected := p.Target.MeetingHoursPerDay() * float64(p.Target.DaysPerMonth); expected > 0 {
		perDay *= s.HoursPerMonth / expected
	}
	return measured(perDay * float64(p.Target.RetentionDays+RecordingVersionDays) * tera / gib)
}

// TransferItem prices egress beyond the pooled allowance, both GiB per month.
func (c *Catalogue) TransferItem(egress, allowance decimal.Decimal) Item {
	return Item{
		Component: ComponentTransfer, Name: "outbound transfer beyond the pooled allowance",
		Quantity: decimal.Max(egress.Sub(allowance), decimal.Zero), Price: c.Price(ProductTransfer),
	}
}

// RecordingsItem prices the recordings in Spaces, in GiB. Their bucket is a standard one:
// cold storage is another kind of bucket, to which nothing moves them.
func (c *Catalogue) RecordingsItem(gib decimal.Decimal) Item {
	return Item{Component: ComponentRecordings, Name: "recordings in Spaces", Quantity: gib, Price: c.Price(ProductSpacesStorage)}
}

// BackupsItem prices backups beyond what the Spaces subscription includes, in GiB.
func (c *Catalogue) BackupsItem(gib decimal.Decimal) Item {
	return Item{
		Component: ComponentBackups, Name: "backups of PostgreSQL and Redis beyond the Spaces subscription",
		Quantity: decimal.Max(gib.Sub(whole(SpacesIncludedGiB)), decimal.Zero), Price: c.Price(ProductSpacesStorage),
	}
}

// SpacesItem prices the subscription that all buckets of an account share.
func (c *Catalogue) SpacesItem() Item {
	return Item{Component: ComponentSpaces, Name: "Spaces subscription", Quantity: whole(1), Price: c.Price(ProductSpaces)}
}

// UptimeItem prices uptime checks, of which an account has UptimeChecksFree for nothing.
func (c *Catalogue) UptimeItem(checks int) Item {
	return Item{
		Component: ComponentUptime, Name: "uptime checks beyond the free one",
		Quantity: whole(max(checks-UptimeChecksFree, 0)), Price: c.Price(ProductUptimeCheck),
	}
}
