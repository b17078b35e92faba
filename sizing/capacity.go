package sizing

import "math"

// Defaults of the capacity model.
const (
	// DefaultBenchmarkPercent is how much of the published benchmark is planned with:
	// half, because that is what was reproduced (livekit/livekit#3285).
	DefaultBenchmarkPercent = 50
	// DefaultSFUUtilisationPercent is the planned share of an SFU node's CPU and
	// network, the design's own scale-up mark. LiveKit itself refuses rooms above 90 %.
	DefaultSFUUtilisationPercent = 70
	// DefaultRedundancy is the design's two spare SFU nodes.
	DefaultRedundancy = 2
	// NoRedundancy plans without spare nodes.
	NoRedundancy = -1
	// sfuMemoryMiB is the memory of one LiveKit pod (livekit-helm
	// examples/server-do.yaml: limit 2Gi); memory never binds.
	sfuMemoryMiB = 2048
)

// Constraint names what limits a node or a pool.
type Constraint string

// The constraints.
const (
	ConstraintCPU         Constraint = "cpu"
	ConstraintNetwork     Constraint = "network"
	ConstraintMemory      Constraint = "memory"
	ConstraintConnections Constraint = "connections"
	ConstraintStorage     Constraint = "storage"
	ConstraintQuorum      Constraint = "quorum"
)

// SFUCapacity is what one SFU node carries of one kind of meeting.
type SFUCapacity struct {
	// Size is the node's Droplet size.
	Size string
	// UtilisationPercent is the planned share of CPU and network.
	UtilisationPercent int
	// RoomVCPUs is the vCPUs that one meeting of the target's size takes.
	RoomVCPUs float64
	// CPUBudget is the vCPUs, less a calibrated node's own, and NetworkBudget the bits
	// per second, each direction, that are planned with.
	CPUBudget, NetworkBudget float64
	// RoomsByCPU and RoomsByNetwork are whole meetings that fit each budget; Rooms
	// is the smaller one and Participants the participants in them.
	RoomsByCPU, RoomsByNetwork, Rooms, Participants int
	// LargestRoom is the most participants of a single meeting of this kind that fit
	// the node: a room cannot span nodes.
	LargestRoom int
	// Binding is what limits the node.
	Binding Constraint
	// FullPacketsPerSecond and FullBitsPerSecond is what the node forwards at 100 %
	// load with this mix of packets, for simulation.
	FullPacketsPerSecond, FullBitsPerSecond float64
}

// largestRoomCap bounds the search for LargestRoom: far above the 3,000 subscribers
// of the benchmark.
const largestRoomCap = 1 << 17

// SFUCapacity returns what one node of the size carries of the target's meetings.
func (t Target) SFUCapacity(size Size, o Options) SFUCapacity {
	c := t.sfuNode(size, o)
	if c.Binding != ConstraintMemory {
		c.LargestRoom = t.largestRoom(c.CPUBudget, c.NetworkBudget, o.withDefaults())
	}
	return c
}

// sfuNode is SFUCapacity without the search for the largest room.
func (t Target) sfuNode(size Size, o Options) SFUCapacity {
	o = o.withDefaults()
	room := t.Room(t.ParticipantsPerMeeting)
	share := float64(o.SFUUtilisationPercent) / 100
	alloc := size.Allocatable()
	c := SFUCapacity{
		Size:               size.Slug,
		UtilisationPercent: o.SFUUtilisationPercent,
		RoomVCPUs:          o.roomVCPUs(room),
		CPUBudget:          math.Max(float64(alloc.MilliCPU)/1000*share-o.idleVCPUs(), 0),
		NetworkBudget:      size.NetworkBitsPerSecond() * share,
		FullBitsPerSecond:  size.NetworkBitsPerSecond(),
	}
	if alloc.MemoryMiB < sfuMemoryMiB {
		c.Binding = ConstraintMemory
		return c
	}
	c.RoomsByCPU = fits(c.CPUBudget, c.RoomVCPUs)
	c.RoomsByNetwork = fits(c.NetworkBudget, math.Max(room.BitsIn, room.BitsOut))
	c.Rooms, c.Binding = c.RoomsByCPU, ConstraintCPU
	if c.RoomsByNetwork < c.RoomsByCPU {
		c.Rooms, c.Binding = c.RoomsByNetwork, ConstraintNetwork
	}
	c.Participants = c.Rooms * t.ParticipantsPerMeeting
	if c.RoomVCPUs > 0 {
		full := math.Max(float64(alloc.MilliCPU)/1000-o.idleVCPUs(), 0)
		c.FullPacketsPerSecond = full / c.RoomVCPUs * room.PacketsOut
	}
	return c
}

// cpuLoadPercent returns the load from which LiveKit gives a node no new meeting while
// another node is below it: that of all its planned meetings but one, and a little of the
// last. A lower limit would not tell free nodes from full ones, a higher one lets meetings
// share a node too long: one that is still filling has little load. The margin, 5 % or half a
// meeting, is above what an idle node takes. LiveKit's share is of all of a node's CPUs, as
// its pods have no limit (livekit/protocol, utils/hwstats).
func (c SFUCapacity) cpuLoadPercent(size Size, o Options) float64 {
	all := float64(size.VCPUs)
	margin := math.Min(all*selectorMarginPercent/100, c.RoomVCPUs/2)
	load := o.idleVCPUs() + float64(max(c.Rooms, 1)-1)*c.RoomVCPUs + margin
	// Rounded down, so that a full node is not below it.
	return min(max(math.Floor(1000*load/all)/10, 1), 100)
}

// sfuCPUPercent returns the load, in percent of what pods ask for, that the SFU's autoscaler
// steers to: the design's, or less, so that it adds nodes when four of five are full of
// meetings: on nodes that a meeting takes to 69 %, which is 76 % of the request, 70 % is within
// the tenth that Kubernetes tolerates, and nothing would ever grow.
func (p *Plan) sfuCPUPercent() int {
	size, _ := p.CatalogueUsed().Size(p.Size(RoleSFU))
	node := p.Target.sfuNode(size, p.Options)
	full := p.Options.idleVCPUs() + float64(max(node.Rooms, 1))*node.RoomVCPUs
	share := 100 * 1000 * full / float64(max(p.MediaRequest().MilliCPU, 1))
	return max(min(SFUCPUTargetPercent, int(share*sfuFullPercent/100)), 1)
}

// sfuFullPercent is the share of nodes full of meetings from which more are wanted.
const sfuFullPercent = 80

// selectorMarginPercent is of a node's CPU. docs/sizing.md compares it with others.
const selectorMarginPercent = 5

// idleVCPUs returns the vCPUs that a node takes without media; the benchmark does not say.
func (o Options) idleVCPUs() float64 {
	if o.Calibration == nil {
		return 0
	}
	return o.Calibration.IdleVCPUs
}

// roomVCPUs returns the vCPUs of a room: as calibrated, or at the trusted share of the
// benchmark.
func (o Options) roomVCPUs(r Room) float64 {
	if o.Calibration != nil {
		return o.Calibration.RoomVCPUs(r)
	}
	return BenchmarkCost.VCPUs(r) * 100 / float64(o.BenchmarkPercent)
}

// fits returns how many whole loads fit a budget.
func fits(budget, load float64) int {
	if load <= 0 {
		return 0
	}
	return int(math.Min(math.Floor(budget/load+1e-9), largestRoomCap))
}

func (t Target) largestRoom(cpu, network float64, o Options) int {
	low, high := 0, largestRoomCap
	for low < high {
		middle := (low + high + 1) / 2
		room := t.Room(middle)
		if o.roomVCPUs(room) <= cpu && math.Max(room.BitsIn, room.BitsOut) <= network {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return low
}

func (o Options) withDefaults() Options {
	if o.BenchmarkPercent == 0 {
		o.BenchmarkPercent = DefaultBenchmarkPercent
	}
	if o.SFUUtilisationPercent == 0 {
		o.SFUUtilisationPercent = DefaultSFUUtilisationPercent
	}
	return o
}

// spare returns k of N+k.
func (o Options) spare() int {
	switch o.Redundancy {
	case 0:
		return DefaultRedundancy
	case NoRedundancy:
		return 0
	default:
		return o.Redundancy
	}
}
