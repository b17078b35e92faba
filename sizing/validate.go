package sizing

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Bounds of a target. They are ten times and more above the platform's aim and keep
// every product inside an int64 and far inside a float64.
const (
	maxMeetings     = 10_000
	maxParticipants = 100_000
	maxTotal        = 100_000_000
	maxVisible      = 100
	maxLayerBits    = 100_000_000
	maxAudioBits    = 1_000_000
	maxConnections  = 100
	maxChat         = 10_000
	maxDays         = 3650
	maxGrowth       = 1_000
	maxSites        = 32
	// maxNodes is the most resources of a VPC
	// (docs.digitalocean.com/products/networking/vpc/details/limits).
	maxNodes = 10_000
)

// problems collects FieldErrors.
type problems []error

func (p *problems) bad(field string, value any, allowed string) {
	*p = append(*p, &FieldError{Field: field, Value: fmt.Sprintf("%v", value), Allowed: allowed})
}

func joined(p problems) error { return errors.Join(p...) }

func (p *problems) between(field string, n, low, high int) { inRange(p.bad, field, n, low, high) }

// Validate returns every value of the target that cannot be planned with, joined;
// each is a *FieldError.
func (t Target) Validate() error {
	var p problems
	p.between("target.meetings", t.Meetings, 1, maxMeetings)
	p.between("target.participantsPerMeeting", t.ParticipantsPerMeeting, 1, maxParticipants)
	if len(p) == 0 && t.Participants() > maxTotal {
		p.bad("target.meetings", t.Meetings,
			fmt.Sprintf("at most %d with %d participants per meeting", maxTotal/t.ParticipantsPerMeeting, t.ParticipantsPerMeeting))
	}
	p.between("target.maxVideoPublishers", t.MaxVideoPublishers, 0, maxParticipants)
	p.between("target.maxActiveSpeakers", t.MaxActiveSpeakers, 0, maxParticipants)
	t.checkLayers(&p)
	p.between("target.audioBitsPerSecond", t.AudioBitsPerSecond, 1, maxAudioBits)
	p.between("target.apiConnectionsPerParticipant", t.APIConnectionsPerParticipant, 1, maxConnections)
	p.between("target.chatMessagesPerParticipantHour", t.ChatMessagesPerParticipantHour, 0, maxChat)
	p.between("target.recordedPercent", t.RecordedPercent, 0, 100)
	p.between("target.recordingBitsPerSecond", t.RecordingBitsPerSecond, 1, maxLayerBits)
	p.between("target.hotDays", t.HotDays, 1, maxDays)
	p.between("target.retentionDays", t.RetentionDays, 1, maxDays)
	if t.RetentionDays < t.HotDays {
		p.bad("target.retentionDays", t.RetentionDays, fmt.Sprintf("at least hotDays (%d)", t.HotDays))
	}
	for hour, percent := range t.DayProfile {
		p.between(fmt.Sprintf("target.dayProfile[%d]", hour), percent, 0, 100)
	}
	if slices.Max(t.DayProfile[:]) == 0 {
		p.bad("target.dayProfile", "all hours 0", "above 0 in at least one hour")
	}
	p.between("target.daysPerMonth", t.DaysPerMonth, 1, 31)
	p.between("target.growthPercentPerYear", t.GrowthPercentPerYear, 0, maxGrowth)
	return joined(p)
}

func (t Target) checkLayers(p *problems) {
	names := [3]string{"high", "medium", "low"}
	visible, above := 0, maxLayerBits
	for i, layer := range t.layers() {
		field := "target." + names[i]
		p.between(field+".bitsPerSecond", layer.BitsPerSecond, 0, maxLayerBits)
		p.between(field+".visible", layer.Visible, 0, maxVisible)
		if layer.Visible > 0 && layer.BitsPerSecond == 0 {
			p.bad(field+".visible", layer.Visible, "0 for a layer that is not published")
		}
		if layer.BitsPerSecond > above {
			p.bad(field+".bitsPerSecond", layer.BitsPerSecond, fmt.Sprintf("at most the layer above (%d)", above))
		}
		if layer.BitsPerSecond > 0 {
			above = layer.BitsPerSecond
		}
		visible += max(layer.Visible, 0)
	}
	if t.MaxVideoPublishers > 0 && visible > t.MaxVideoPublishers {
		p.bad("target.high.visible", visible,
			fmt.Sprintf("at most maxVideoPublishers (%d) over all layers", t.MaxVideoPublishers))
	}
}

// Validate returns everything about the input that cannot be planned with, joined;
// each is a *FieldError. It does not look at whether a meeting fits a node.
func (in Input) Validate() error {
	var p problems
	if err := in.Target.Validate(); err != nil {
		p = append(p, err)
	}
	if !slices.Contains(Models, in.model()) {
		p.bad("model", in.Model, fmt.Sprintf("one of %v", Models))
	}
	in.checkSites(&p)
	in.Options.check(&p)
	if in.Options.Calibration != nil {
		in.Options.Calibration.check(&p, in.CatalogueUsed())
	}
	for _, role := range slices.Sorted(maps.Keys(in.Fixed)) {
		in.checkFixed(&p, role, in.Fixed[role])
	}
	return joined(p)
}

func (in Input) checkSites(p *problems) {
	p.between("sites", len(in.Sites), 1, maxSites)
	catalogue, seen := in.CatalogueUsed(), map[string]bool{}
	for i, site := range in.Sites {
		field := fmt.Sprintf("sites[%d]", i)
		if site.Name == "" || seen[site.Name] {
			p.bad(field+".name", site.Name, "a name that no other site has")
		}
		seen[site.Name] = true
		if _, ok := catalogue.Region(site.Region); !ok {
			p.bad(field+".region", site.Region, "an open region: "+strings.Join(regionSlugs(catalogue), ", "))
		}
	}
}

func regionSlugs(c *Catalogue) []string {
	slugs := make([]string, len(c.Regions))
	for i, region := range c.Regions {
		slugs[i] = region.Slug
	}
	return slugs
}

func (o Options) check(p *problems) {
	p.between("options.redundancy", o.Redundancy, NoRedundancy, 100)
	if o.SFUUtilisationPercent != 0 {
		p.between("options.sfuUtilisationPercent", o.SFUUtilisationPercent, 10, 95)
	}
	if o.BenchmarkPercent != 0 && o.Calibration != nil {
		p.bad("options.benchmarkPercent", o.BenchmarkPercent, "0 with a calibration, which replaces the benchmark")
	} else if o.BenchmarkPercent != 0 {
		p.between("options.benchmarkPercent", o.BenchmarkPercent, 10, 100)
	}
	if _, err := time.Parse(time.DateOnly, o.Today); o.Today != "" && err != nil {
		p.bad("options.today", o.Today, "a day such as 2026-11-28, or empty")
	}
	p.between("options.committedUsePercent", o.CommittedUsePercent, 0, 90)
}

func (in Input) checkFixed(p *problems, role Role, fixed FixedPool) {
	field := "fixed." + string(role)
	if !role.Known() {
		p.bad(field, role, fmt.Sprintf("one of %v", Roles))
	}
	p.between(field+".count", fixed.Count, 0, maxNodes)
	p.between(field+".min", fixed.Min, 0, maxNodes)
	p.between(field+".max", fixed.Max, 0, maxNodes)
	if fixed.Max > 0 && fixed.Min > fixed.Max {
		p.bad(field+".min", fixed.Min, fmt.Sprintf("at most max (%d)", fixed.Max))
	}
	if fixed.Count > 0 && fixed.Max > 0 && fixed.Count > fixed.Max {
		p.bad(field+".count", fixed.Count, fmt.Sprintf("at most max (%d)", fixed.Max))
	}
	if fixed.Count > 0 && fixed.Count < fixed.Min {
		p.bad(field+".count", fixed.Count, fmt.Sprintf("at least min (%d)", fixed.Min))
	}
	if role == RoleDefault && fixed.Count > 0 && fixed.Count < len(in.Sites) {
		p.bad(field+".count", fixed.Count,
			fmt.Sprintf("at least %d: a DOKS cluster has at least one node, and there is one cluster per site", len(in.Sites)))
	}
	if fixed.Size == "" {
		return
	}
	size, ok := in.CatalogueUsed().Size(fixed.Size)
	if !ok {
		p.bad(field+".size", fixed.Size, "a Droplet size of the catalogue of "+in.CatalogueUsed().Date)
		return
	}
	for _, site := range in.Sites {
		if size.In(site.Region) == NotSold {
			p.bad(field+".size", fixed.Size, fmt.Sprintf("a size that region %q of site %q sells", site.Region, site.Name))
		}
	}
}

func (in Input) model() Model {
	if in.Model == "" {
		return ModelDesign
	}
	return in.Model
}
