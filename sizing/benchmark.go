package sizing

// BenchmarkRow is one row of LiveKit's published benchmark: the largest single room
// on one server. The page is docs.livekit.io self-hosting/benchmark, read as of
// 2025-08-13. Users have not been able to reproduce it (livekit/livekit#3285).
type BenchmarkRow struct {
	// UseCase is the row's name.
	UseCase string
	// Publishers and Subscribers are participants of the one room.
	Publishers, Subscribers int
	// BytesInPerSecond and BytesOutPerSecond are the room's traffic.
	BytesInPerSecond, BytesOutPerSecond float64
	// PacketsInPerSecond and PacketsOutPerSecond are the room's packets.
	PacketsInPerSecond, PacketsOutPerSecond float64
	// CPUPercent is the load of all VCPUs of the Machine.
	CPUPercent float64
	VCPUs      int
	Machine    string
	// ReproducedPercent is the part of the subscribers that somebody else reached on
	// the same machine; 0 means that nobody published an attempt.
	ReproducedPercent int
}

// Benchmark holds the published rows, measured on a GCP c2-standard-16 (16 vCPUs,
// hyper-threads like DigitalOcean's). Of the livestream's 3,000 subscribers a user
// reached about 1,500 on the same machine (livekit/livekit#3285); the other rows
// have no published reproduction.
var Benchmark = []BenchmarkRow{
	{"large audio room", 10, 3000, 7.3e3, 23e6, 305, 959_156, 80, 16, "c2-standard-16", 0},
	{"large meeting", 150, 150, 50e6, 93e6, 51_068, 762_749, 85, 16, "c2-standard-16", 0},
	{"livestream", 1, 3000, 233e3, 531e6, 246, 560_962, 92, 16, "c2-standard-16", 50},
}

// CPUCost is what forwarding costs on one benchmark vCPU, in vCPU-seconds.
type CPUCost struct {
	// PerPacketOut, PerByteOut and PerPacketIn are vCPU-seconds each.
	PerPacketOut, PerByteOut, PerPacketIn float64
}

// BenchmarkCost is the cost that explains all three rows exactly: three rows are
// three linear equations in three costs. All three come out positive, about 13 us
// per packet out, 14 ns per byte out and 47 us per packet in.
var BenchmarkCost = fitCost([3]BenchmarkRow(Benchmark))

// VCPUs returns the vCPUs that a room takes at the benchmark's efficiency.
func (c CPUCost) VCPUs(r Room) float64 {
	return c.PerPacketOut*r.PacketsOut + c.PerByteOut*r.BitsOut/bitsPerByte + c.PerPacketIn*r.PacketsIn
}

// fitCost solves the three equations by Cramer's rule.
func fitCost(rows [3]BenchmarkRow) CPUCost {
	var a [3][3]float64
	var b [3]float64
	for i, row := range rows {
		a[i] = [3]float64{row.PacketsOutPerSecond, row.BytesOutPerSecond, row.PacketsInPerSecond}
		b[i] = row.CPUPercent / 100 * float64(row.VCPUs)
	}
	all := determinant(a)
	solve := func(column int) float64 {
		m := a
		for i := range m {
			m[i][column] = b[i]
		}
		return determinant(m) / all
	}
	return CPUCost{solve(0), solve(1), solve(2)}
}

func determinant(m [3][3]float64) float64 {
	return m[0][0]*(m[1][1]*m[2][2]-m[1][2]*m[2][1]) -
		m[0][1]*(m[1][0]*m[2][2]-m[1][2]*m[2][0]) +
		m[0][2]*(m[1][0]*m[2][1]-m[1][1]*m[2][0])
}
