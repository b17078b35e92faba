package sizing

// The design document's own constants (sections "Resource Sizing Calculations" and
// "Auto-Scaling Policies"). They are what it says, not what is right.
const (
	designParticipantsPerSFU = 50
	designSFUSpare           = 2
	designSFUMin             = 8
	designSFUMax             = 20
	designSFUCount           = 12
	designAPISpare           = 5
	designAPIMin             = 10
	designAPIMax             = 50
	designAPICount           = 30
	designPGCount            = 3
	designRedisCount         = 6
	designMinIOCount         = 4
	designMonitoringCount    = 2
	designParticipants       = 50_000
	// designPGVolumeGiB, designRedisVolumeGiB and designMinIOVolumeGiB are the disks
	// of the design's target. The Droplet sizes have 100, 50 and 320 GiB, so that the
	// disks are volumes; other targets get their share.
	designPGVolumeGiB    = 1_000
	designRedisVolumeGiB = 200
	designMinIOVolumeGiB = 2_000
)

// designSizes is the Droplet size of each role that has the vCPUs and memory the
// design's sections specify (not its cost table, which prices the SFU as half of it).
var designSizes = map[Role]string{
	// The design has no default pool: two small nodes hold the cluster services.
	RoleDefault: "s-2vcpu-4gb",
	RoleSFU:     "g-16vcpu-64gb",
	RoleAPI:     "c-4",
	RolePG:      "g-8vcpu-32gb",
	RoleRedis:   "g-4vcpu-16gb",
	// The design gives MinIO disks but no nodes. 16 GiB is MinIO's own advice up to
	// 10 TiB per host (min.io hardware checklist); Basic Droplets are sold in every
	// region (docs.digitalocean.com/products/droplets).
	RoleMinIO:      "s-8vcpu-16gb",
	RoleMonitoring: "c-4",
	RoleRecorder:   "c-16",
}

// defaultPoolNodes is the nodes of each cluster's default pool: two, so that a node
// can be drained while CoreDNS keeps running.
const defaultPoolNodes = 2

// DesignCounts returns the node totals that the design's arithmetic gives for a target.
// It sizes the SFU pool for one meeting, as the design does.
func DesignCounts(t Target, sites int) map[Role]int {
	return map[Role]int{
		RoleDefault:    defaultPoolNodes * sites,
		RoleSFU:        ceilDiv(t.ParticipantsPerMeeting, designParticipantsPerSFU) + designSFUSpare,
		RoleAPI:        ceilDiv(t.Participants(), WebSocketsPerAPIInstance) + designAPISpare,
		RolePG:         designPGCount,
		RoleRedis:      designRedisCount,
		RoleMinIO:      designMinIOCount,
		RoleMonitoring: max(designMonitoringCount, sites),
	}
}

// designLimits returns the design's autoscaling limits in proportion to a count:
// 8 to 20 at 12 SFU nodes, 10 to 50 at 30 API nodes.
func designLimits(role Role, count int) (low, high int) {
	switch role {
	case RoleSFU:
		return max(1, count*designSFUMin/designSFUCount), ceilDiv(count*designSFUMax, designSFUCount)
	case RoleAPI:
		return max(1, count*designAPIMin/designAPICount), ceilDiv(count*designAPIMax, designAPICount)
	default:
		return 0, 0
	}
}

// designVolumeGiB returns the design's disk for the target: all of it at 50,000
// participants, the share below or above that, in steps of 10 GiB.
func designVolumeGiB(atCard int, t Target) int {
	const step = 10
	return max(ceilDiv(atCard*t.Participants(), designParticipants*step), 1) * step
}
