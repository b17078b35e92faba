package sizing

import (
	"fmt"
	"slices"
	"strings"
)

// Severity ranks findings.
type Severity string

// The severities, the worst first.
const (
	SeverityProblem Severity = "problem"
	SeverityWarning Severity = "warning"
	SeverityNote    Severity = "note"
)

// Finding is something about the plan that a user must know.
type Finding struct {
	Severity Severity
	Role     Role
	Text     string
}

func (p *Plan) findings(v Verdict) []Finding {
	var problems, warnings, notes []Finding
	problem := func(role Role, format string, args ...any) {
		problems = append(problems, Finding{SeverityProblem, role, fmt.Sprintf(format, args...)})
	}
	warn := func(role Role, format string, args ...any) {
		warnings = append(warnings, Finding{SeverityWarning, role, fmt.Sprintf(format, args...)})
	}
	t := p.Target
	for _, pool := range v.Pools {
		if pool.Meetings < t.Meetings {
			problem(pool.Role, "%d x %s carry %s of %d, and the target is %d: %s binds",
				pool.Nodes, pool.Size, Meetings(pool.Meetings), t.ParticipantsPerMeeting, t.Meetings, pool.Constraint)
		}
		if fewer := quorumFinding(pool.Role, pool.Nodes); fewer != "" && !p.idle(pool.Role) {
			warn(pool.Role, "%s", fewer)
		}
	}
	if p.Demand.RecordedMeetings > 0 && p.Total(RoleRecorder) == 0 {
		problem(RoleRecorder, "no recorders: recording %s at once takes %d vCPUs that the plan does not have",
			Meetings(p.Demand.RecordedMeetings), RecorderVCPUs(p.Demand.RecordedMeetings))
	}
	if size, ok := p.CatalogueUsed().Size(p.Size(RoleSFU)); ok && !size.Dedicated() {
		warn(RoleSFU, "%s shares its CPUs: packets are late whenever the neighbours are busy", size.Slug)
	}
	p.calibrationFindings(warn)
	for _, region := range p.sharedRegions() {
		warn("", "region %s holds more than one site: they fail together", region)
	}
	if p.selective() {
		notes = append(notes, Finding{SeverityNote, RoleSFU, p.selectiveNote()})
	}
	if !v.Sufficient {
		warn("", "the cost counts the traffic of all %d meetings; the plan carries %d", t.Meetings, v.Meetings)
	}
	for _, text := range p.unknownAvailability() {
		notes = append(notes, Finding{SeverityNote, "", text})
	}
	return append(append(problems, warnings...), notes...)
}

// selectiveNote says what clients must do where a participant cannot hold a full meeting.
func (p *Plan) selectiveNote() string {
	l := p.Daemons.LiveKit
	return fmt.Sprintf("a participant, or a recorder, holds at most %d videos and %d voices (without limits a meeting is %d tracks): "+
		"with more cameras or open microphones the later ones are neither seen, heard nor recorded, "+
		"unless the application subscribes selectively or grants canPublish only to who speaks",
		l.SubscriptionLimitVideo, l.SubscriptionLimitAudio, p.Demand.PerMeeting.UnlimitedTracks)
}

// RecorderVCPUs returns the vCPUs that recording so many meetings at once takes: 4
// each at 80 % utilisation (livekit/egress pkg/config/service.go), 500 for 100.
func RecorderVCPUs(meetings int) int {
	return ceilDiv(meetings*recorderCPUs*100, recorderUtilisationPercent)
}

// sharedRegions returns the regions with more than one site, in the order of the sites.
func (p *Plan) sharedRegions() []string {
	var shared []string
	count := map[string]int{}
	for _, site := range p.Sites {
		count[site.Region]++
		if count[site.Region] == 2 {
			shared = append(shared, site.Region)
		}
	}
	return shared
}

// unknownAvailability says, per region of the sites, which sizes of the plan may not
// be sold there.
func (p *Plan) unknownAvailability() []string {
	var texts []string
	seen := map[string]bool{}
	for _, site := range p.Sites {
		if seen[site.Region] {
			continue
		}
		seen[site.Region] = true
		var slugs []string
		for _, pool := range p.Pools {
			size, _ := p.CatalogueUsed().Size(pool.Size)
			if size.In(site.Region) == UnknownAvailability && !slices.Contains(slugs, pool.Size) {
				slugs = append(slugs, pool.Size)
			}
		}
		if len(slugs) > 0 {
			texts = append(texts, fmt.Sprintf("the catalogue of %s does not say whether region %s sells %s",
				p.CatalogueUsed().Date, site.Region, strings.Join(slugs, ", ")))
		}
	}
	return texts
}
