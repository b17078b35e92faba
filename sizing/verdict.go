package sizing

import "math"

// Verdict says what a plan carries, what binds it and what losses do.
type Verdict struct {
	// Meetings of the target's size and Participants in them are what the plan's live
	// pools carry at the same time, whatever the target asks for.
	Meetings, Participants int
	// Sufficient is true when the target's meetings fit.
	Sufficient bool
	// RecordedMeetings is how many meetings the recorders and the object store carry.
	RecordedMeetings int
	// FirstToSaturate is the live pool that ends first, and Binding why.
	FirstToSaturate Role
	Binding         Constraint
	// Pools judges each role of the plan, in the order of Roles.
	Pools []PoolVerdict
	// Sites says what the loss of each site does.
	Sites []SiteLoss
	// Findings are what a user must know before spending, the worst first.
	Findings []Finding
}

// Unbounded stands for "any number of meetings": the pool does not grow with them.
const Unbounded = math.MaxInt

// PoolVerdict judges the nodes of one role over all sites.
type PoolVerdict struct {
	Role  Role
	Size  string
	Nodes int
	// Constraint is what limits the pool; Capacity and Demand are in Unit.
	Constraint       Constraint
	Unit             string
	Capacity, Demand float64
	// HeadroomPercent is by how much the demand may grow, negative when it is higher
	// than the capacity already.
	HeadroomPercent float64
	// Meetings of the target's size that the pool carries, WithOneMore with one more
	// node, and WithOneLess after the loss of one; Unbounded if it does not matter.
	Meetings, WithOneMore, WithOneLess int
	// NodeLoss says what the loss of one node does.
	NodeLoss string
}

func (p *Plan) verdict() Verdict {
	v := Verdict{Meetings: Unbounded, RecordedMeetings: Unbounded}
	for _, role := range Roles {
		if p.Total(role) == 0 {
			continue
		}
		pool := p.judge(role)
		v.Pools = append(v.Pools, pool)
		switch role {
		case RoleSFU, RoleAPI, RolePG, RoleRedis:
			if pool.Meetings < v.Meetings {
				v.Meetings, v.FirstToSaturate, v.Binding = pool.Meetings, role, pool.Constraint
			}
		case RoleRecorder, RoleMinIO:
			v.RecordedMeetings = min(v.RecordedMeetings, pool.Meetings)
		}
	}
	if p.Total(RoleRecorder) == 0 {
		v.RecordedMeetings = 0
	}
	v.RecordedMeetings = min(v.RecordedMeetings, v.Meetings)
	v.Participants = v.Meetings * p.Target.ParticipantsPerMeeting
	v.Sufficient = v.Meetings >= p.Target.Meetings
	v.Sites = p.siteLosses()
	v.Findings = p.findings(v)
	return v
}

// judge returns the verdict on a role's nodes.
func (p *Plan) judge(role Role) PoolVerdict {
	nodes := p.Total(role)
	size, _ := p.CatalogueUsed().Size(p.Size(role))
	v := PoolVerdict{Role: role, Size: size.Slug, Nodes: nodes, NodeLoss: p.nodeLoss(role)}
	load := p.load(role, size)
	v.Constraint, v.Unit, v.Demand = load.constraint, load.unit, load.demand
	v.Capacity = load.capacity(nodes)
	if v.Demand > 0 {
		v.HeadroomPercent = (v.Capacity/v.Demand - 1) * 100
	}
	v.Meetings = p.meetings(load, v.Capacity)
	v.WithOneMore = p.meetings(load, load.capacity(nodes+1))
	v.WithOneLess = p.meetings(load, load.afterLoss(nodes))
	return v
}

// load is how a role's capacity depends on its nodes, and what is asked of it.
type load struct {
	constraint Constraint
	unit       string
	demand     float64
	capacity   func(nodes int) float64
	// survives is the number of nodes from which on the loss of one costs no capacity,
	// because the others hold its data; 0 means that it always does.
	survives int
}

// afterLoss returns the capacity after the loss of one of the nodes.
func (l load) afterLoss(nodes int) float64 {
	if l.survives > 0 && nodes >= l.survives {
		return l.capacity(nodes)
	}
	if l.survives > 0 {
		return 0
	}
	return l.capacity(max(nodes-1, 0))
}

// meetings returns how many of the target's meetings a capacity carries.
func (p *Plan) meetings(l load, capacity float64) int {
	if l.demand <= 0 {
		return Unbounded
	}
	perMeeting := l.demand / float64(p.Target.Meetings)
	return int(math.Min(math.Floor(capacity/perMeeting+1e-9), math.MaxInt32))
}

func (p *Plan) load(role Role, size Size) load {
	d := p.Demand
	alloc := size.Allocatable()
	if p.idle(role) {
		role = RoleDefault
	}
	switch role {
	case RoleSFU:
		node := p.Target.sfuNode(size, p.Options)
		return load{constraint: node.Binding, unit: "meetings", demand: float64(d.Meetings),
			capacity: func(n int) float64 { return float64(n * node.Rooms) }}
	case RoleAPI:
		return load{constraint: ConstraintConnections, unit: "WebSockets", demand: float64(d.APIConnections),
			capacity: func(n int) float64 { return float64(p.webSocketPods(n) * WebSocketsPerAPIInstance) }}
	case RolePG:
		// Every node holds all the data: nodes add safety, not capacity.
		volume, _ := p.volumeGiB(RolePG, "")
		return load{constraint: ConstraintStorage, unit: "GiB of data", demand: p.Target.pgBytes() / gib, survives: 2,
			capacity: func(n int) float64 { return float64(min(n, 1) * volume) }}
	case RoleRedis:
		return load{constraint: ConstraintMemory, unit: "MiB of data", demand: d.RedisBytes / (1 << 20), survives: designRedisCount,
			capacity: func(n int) float64 { return float64(min(n, 1)*redisMasters(n)) * float64(alloc.MemoryMiB/2) }}
	case RoleMinIO:
		volume, _ := p.volumeGiB(RoleMinIO, "")
		return load{constraint: ConstraintStorage, unit: "GiB of hot recordings", demand: d.HotRecordingTB * tera / gib, survives: minioNodes,
			capacity: func(n int) float64 { return float64(minioUsableGiB(n, volume)) }}
	case RoleRecorder:
		return load{constraint: ConstraintCPU, unit: "recordings", demand: float64(d.RecordedMeetings),
			capacity: func(n int) float64 { return float64(n * recorderUnits(size)) }}
	default:
		// The default pool and monitoring do not grow with meetings.
		return load{constraint: ConstraintQuorum, unit: "nodes", capacity: func(n int) float64 { return float64(n) }}
	}
}

// idle says that nothing runs on the nodes of a role.
func (p *Plan) idle(role Role) bool { return role == RoleMinIO && p.Options.RecordingsInSpaces }

// minioUsableGiB is half the raw disk with erasure coding, which takes four nodes;
// below that there is none and everything is usable.
func minioUsableGiB(nodes, volumeGiB int) int {
	if nodes < minioNodes {
		return nodes * volumeGiB
	}
	return nodes * volumeGiB * minioUsablePercent / 100
}
