package verify

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gomeet/infra/internal/media"
	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// Check is one thing to find out.
type Check struct {
	// ID is its name for --only and --skip, Proves what a pass shows.
	ID, Proves string
	// Limit is what must hold, Source where that comes from.
	Limit, Source string
	// Objective is the design's performance target that it measures, nil if none.
	Objective *sizing.Objective
	// media says that it needs an SFU at the site.
	media bool
	run   func(ctx context.Context, p *probe) Result
}

// Checks are all, in the order in which they run: what others need comes first.
func Checks() []Check {
	return []Check{
		{ID: "dns", Proves: "the zone is delegated and its names lead to the load balancers", Limit: "all names", Source: "the stack's outputs", run: dns},
		{ID: "tls", Proves: "every name has a certificate of its own name that browsers trust", Limit: certificateLimit(), Source: "components.Watch: the uptime checks' alert", run: certificates},
		{ID: "redirect", Proves: "HTTP leads to HTTPS of the same name", Limit: "all names", Source: "design, \"Network Requirements\"", run: redirect},
		{ID: "health", Proves: "the API answers through the edge, on its own name and on that of its WebSockets", Limit: "200", Source: "manifests.HealthPath", run: health},
		{ID: "api-latency", Proves: "the API answers GET " + manifests.HealthPath + " fast enough, the network from here included", Limit: limitOf(sizing.APIObjective), Source: designTargets, Objective: &sizing.APIObjective, run: latency},
		{ID: "api", Proves: "requests of the last hour, other than for " + manifests.HealthPath + ", were answered fast enough, as the API sees them", Limit: limitOf(sizing.APIObjective), Source: designTargets, Objective: &sizing.APIObjective, run: requests},
		{ID: "websocket", Proves: "the edge hands WebSockets of the application to the API", Limit: "an answer of the API; with a token " + limitOf(sizing.ConnectionsObjective), Source: designTargets, run: websockets},
		{ID: "signalling", Proves: "WebSockets open through the edge and LiveKit lets people into a room", Limit: limitOf(sizing.ConnectionsObjective), Source: designTargets, Objective: &sizing.ConnectionsObjective, media: true, run: signalling},
		{ID: "media-udp", Proves: "a meeting works where the network lets UDP through", Limit: media.Targets.String(), Source: designTargets + "; ITU-T G.1010", Objective: &sizing.VideoObjective, media: true, run: meetUDP},
		{ID: "media-tcp", Proves: "a meeting works where UDP is dropped", Limit: media.Targets.String(), Source: designTargets + "; ITU-T G.1010", Objective: &sizing.VideoObjective, media: true, run: meetTCP},
		{ID: "media-turn", Proves: "a meeting works through LiveKit's TURN relay", Limit: media.Targets.String(), Source: designTargets + "; ITU-T G.1010", Objective: &sizing.VideoObjective, media: true, run: meetTURN},
		{ID: "recording", Proves: "a recorder takes a meeting, and the file is in the bucket", Limit: fmt.Sprintf("an MP4 of %d bytes or more per second", leastRecorded), Source: "design, \"Storage Strategy\"", media: true, run: recording},
		{ID: "metrics", Proves: "Prometheus reaches every target, finds every job that the stack has, and has rules that expect them", Limit: "all targets, all jobs", Source: "stacks.Watched; alerts TargetDown, JobHasNoTargets", run: scraped},
		{ID: "database", Proves: "database queries of the last hour were fast enough, as the API sees them", Limit: limitOf(sizing.DatabaseObjective), Source: designTargets, Objective: &sizing.DatabaseObjective, run: database},
		{ID: "redis", Proves: "Redis commands of the last hour were fast enough, as the API sees them", Limit: limitOf(sizing.RedisObjective), Source: designTargets, Objective: &sizing.RedisObjective, run: redis},
		{ID: "backups", Proves: "the newest backup of every kind that the stack makes is young enough, and rules know of it", Limit: "each kind's own age", Source: "stacks.Watched, manifests.BackupLimit; alert BackupTooOld", run: backups},
		{ID: "drill", Proves: "the last restore drill succeeded and is young enough", Limit: drillLimit(), Source: "alerts RestoreDrillFailed, RestoreDrillOverdue", run: drill},
	}
}

const designTargets = `design, "Performance Benchmarks"`

func checkOf(id string) (Check, bool) {
	all := Checks()
	i := slices.IndexFunc(all, func(c Check) bool { return c.ID == id })
	if i < 0 {
		return Check{}, false
	}
	return all[i], true
}

func idList() string {
	var ids []string
	for _, c := range Checks() {
		ids = append(ids, c.ID)
	}
	return strings.Join(ids, ", ")
}
