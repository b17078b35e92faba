package sizing

// What one instance of each part needs of its node.
const (
	// apiVCPUs and apiMemoryMiB are the design's API instance, the node on which it
	// is to hold 2,000 WebSockets.
	apiVCPUs     = 4
	apiMemoryMiB = 8 << 10
	// pgVCPUs and pgMemoryMiB are the design's PostgreSQL node. No load measurement
	// contradicts or supports it.
	pgVCPUs     = 8
	pgMemoryMiB = 32 << 10
	// redisVCPUs leaves one core to Redis's single thread and one to its snapshots
	// and the system.
	redisVCPUs = 2
	// redisMinMiB is the least memory of a Redis node: "2-4 GB enough" for a data set
	// of 1.1 GB over three masters.
	redisMinMiB = 4 << 10
	// minioVCPUs and minioMemoryMiB: MinIO's advice for up to 10 TiB per host.
	minioVCPUs     = 2
	minioMemoryMiB = 16 << 10
	// minioNodes and minioUsablePercent: four drives default to EC:2, half usable
	// (MinIO, storage-class documentation).
	minioNodes         = 4
	minioUsablePercent = 50
	// minioFillPercent keeps a volume from running full.
	minioFillPercent = 80
	// maxVolumeGiB is the largest DigitalOcean volume, 16 TiB
	// (docs.digitalocean.com/reference/pydo/reference/volumes, 2025-10-20).
	maxVolumeGiB = 16 << 10
	// monitoringVCPUs and monitoringMemoryMiB are the design's monitoring node.
	monitoringVCPUs     = 4
	monitoringMemoryMiB = 8 << 10
	// recorderCPUs and recorderMemoryMiB are what one room-composite recording takes
	// (livekit/egress pkg/config/service.go: cost 4; docs: at least 4 GB), and
	// recorderUtilisationPercent how full a recorder gets (max_cpu_utilization 0.8).
	recorderCPUs               = 4
	recorderMemoryMiB          = 4 << 10
	recorderUtilisationPercent = 80
	recorderSpare              = 1
)

// requirements returns what each role of the capacity model needs.
func (in Input) requirements(d Demand) map[Role]Requirement {
	spare := in.Options.spare()
	one := func(ok func(Size) bool) func(Size) int {
		return func(s Size) int {
			if ok(s) {
				return 1
			}
			return 0
		}
	}
	connections := d.APIConnections
	r := map[Role]Requirement{
		RoleDefault: {
			MinNodes: defaultPoolNodes * len(in.Sites),
			Units:    one(func(s Size) bool { return s.Slug == designSizes[RoleDefault] }),
		},
		RoleSFU: {
			Need: in.Target.Meetings, Spare: spare, MinNodes: len(in.Sites),
			Units: func(s Size) int {
				if !s.Dedicated() {
					return 0
				}
				return in.Target.sfuNode(s, in.Options).Rooms
			},
		},
		RoleAPI: {
			// Normal operation stays at the autoscaler's target, and spare nodes may
			// fail before anybody reaches the hard limit.
			Need:     in.apiNodes(ceilDiv(connections, WebSocketsPerAPIInstanceTarget)),
			MinNodes: max(in.apiNodes(ceilDiv(connections, WebSocketsPerAPIInstance))+spare, len(in.Sites)),
			Units:    one(func(s Size) bool { return s.VCPUs >= apiVCPUs && s.MemoryMiB >= apiMemoryMiB }),
		},
		RolePG: {MinNodes: max(designPGCount, len(in.Sites)), Units: one(func(s Size) bool {
			return s.Dedicated() && s.VCPUs >= pgVCPUs && s.MemoryMiB >= pgMemoryMiB
		})},
		RoleRedis: {
			// Masters and as many replicas.
			Need: ceilRatio(2*d.RedisBytes, 1<<20), MinNodes: designRedisCount, Multiple: 2,
			Units: func(s Size) int {
				if !s.Dedicated() || s.VCPUs < redisVCPUs || s.MemoryMiB < redisMinMiB {
					return 0
				}
				return s.Allocatable().MemoryMiB / 2
			},
		},
		RoleMinIO: {
			Need: in.minioRawGiB(d), MinNodes: minioNodes,
			Units: func(s Size) int {
				if s.VCPUs < minioVCPUs || s.MemoryMiB < minioMemoryMiB {
					return 0
				}
				return maxVolumeGiB
			},
		},
		RoleMonitoring: {MinNodes: max(designMonitoringCount, len(in.Sites)), Units: one(func(s Size) bool {
			return s.VCPUs >= monitoringVCPUs && s.MemoryMiB >= monitoringMemoryMiB
		})},
	}
	if d.RecordedMeetings > 0 {
		r[RoleRecorder] = Requirement{Need: d.RecordedMeetings, Spare: recorderSpare, Units: recorderUnits}
	}
	return r
}

// recorderUnits returns how many meetings a recorder node of a size records.
func recorderUnits(s Size) int {
	if !s.Dedicated() {
		return 0
	}
	a := s.Allocatable()
	return min(a.MilliCPU*recorderUtilisationPercent/100/(recorderCPUs*1000), a.MemoryMiB/recorderMemoryMiB)
}

// minioRawGiB is the raw disk that the hot recordings take: twice their size for
// erasure coding, and never more than 80 % full.
func (in Input) minioRawGiB(d Demand) int {
	usable := d.HotRecordingTB * tera / gib
	return max(ceilRatio(usable*100/minioUsablePercent*100/minioFillPercent, 1), 1)
}
