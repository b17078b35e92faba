package sizing

// Volume is block storage of one size at one site.
type Volume struct {
	Role Role
	Site string
	// Count is the number of volumes, one per node, or per Redis server where these share
	// nodes; GiB is the size of each.
	Count, GiB int
	// Reason says what it is for.
	Reason string
}

const (
	// minVolumeGiB is the smallest volume that is planned, and the step.
	minVolumeGiB = 10
	// pgVolumeFactor leaves room for WAL, temporary files and growth: the volume is
	// three times the data.
	pgVolumeFactor = 3
	// Prometheus keeps 15 days by default and takes up to 2 bytes per sample
	// (prometheus.io, storage); the design scrapes every 15 s. Series per node is an
	// assumption: node exporter, cAdvisor and one daemon are a few thousand.
	prometheusSeconds       = 15 * 24 * 3600
	prometheusBytesPerPoint = 2
	prometheusInterval      = 15
	prometheusSeriesPerNode = 5_000
)

func (p *Plan) volumes() []Volume {
	var volumes []Volume
	for _, pool := range p.Pools {
		if gib, reason := p.volumeGiB(pool.Role, pool.Site); gib > 0 {
			count := pool.Count
			if pool.Role == RoleRedis {
				share := redisShare(pool.Count)
				count, gib = max(count, redisLeastMasters), ceilDiv(gib, share)
			}
			if pool.Role == RoleMonitoring {
				// One a server.
				count = p.monitoringReplicas(pool.Count)
			}
			volumes = append(volumes, Volume{pool.Role, pool.Site, count, gib, reason})
		}
	}
	return volumes
}

// volumeGiB returns the volume of each node of a role at a site, 0 if it needs none.
// Only monitoring depends on the site: it keeps the metrics of its own nodes.
func (p *Plan) volumeGiB(role Role, site string) (size int, reason string) {
	if p.idle(role) {
		return 0, ""
	}
	design := p.Model == ModelDesign
	switch role {
	case RolePG:
		if design {
			return designVolumeGiB(designPGVolumeGiB, p.Target), "the design's 1 TB per node at 50,000 participants"
		}
		return roundVolume(p.Target.pgBytes() * pgVolumeFactor / gib), "three times the data: WAL, temporary files, growth"
	case RoleRedis:
		if design {
			return designVolumeGiB(designRedisVolumeGiB, p.Target), "the design's 200 GB per node at 50,000 participants"
		}
		return roundVolume(3 * p.Demand.RedisBytes / float64(redisMasters(p.Total(RoleRedis))) / gib), "snapshot, append-only file and its rewrite"
	case RoleMinIO:
		if design {
			return designVolumeGiB(designMinIOVolumeGiB, p.Target), "the design's 2 TB per node at 50,000 participants"
		}
		return roundVolume(float64(p.minioRawGiB(p.Demand)) / float64(p.Total(RoleMinIO))), "hot recordings, twice for erasure coding, 80 % full"
	case RoleMonitoring:
		nodes := 0
		for _, pool := range p.PoolsAt(site) {
			nodes += max(pool.Count, pool.Max)
		}
		samples := float64(nodes) * prometheusSeriesPerNode / prometheusInterval
		return roundVolume(samples * prometheusSeconds * prometheusBytesPerPoint / gib), "15 days of metrics of the site's nodes"
	default:
		return 0, ""
	}
}

func roundVolume(size float64) int { return max(ceilRatio(size, minVolumeGiB), 1) * minVolumeGiB }

const (
	// pgAttendanceBytes is what one participant of one meeting leaves in PostgreSQL,
	// with its index entries, and pgMessageBytes what a chat message does; both are
	// assumptions that size disks and backups only, until a database is measured.
	pgAttendanceBytes = 1_000
	pgMessageBytes    = 500
)

// pgBytes is the data in PostgreSQL after RetentionDays: one attendance per
// participant and two hours of meeting, and the chat.
func (t Target) pgBytes() float64 {
	const hoursPerMeeting = 2 // design document: "average 2 hours per meeting"
	participantHours := float64(t.Participants()) * t.MeetingHoursPerDay()
	perDay := participantHours/hoursPerMeeting*pgAttendanceBytes +
		participantHours*float64(t.ChatMessagesPerParticipantHour)*pgMessageBytes
	return perDay * float64(t.RetentionDays)
}
