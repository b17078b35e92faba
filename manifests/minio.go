package manifests

import (
	"fmt"
	"path"
	"strconv"
)

// The self-hosted object store (docs/decisions/0007): the Service that clients use, the headless
// one of its pods, and its port, MinIO's own default.
const (
	MinIOService, MinIOMembers, MinIOPort = "minio", "minio-members", 9000
	// MinIONodePort is where other sites reach it, behind the private load balancer.
	MinIONodePort = 30900
	// MinIORootUser may do everything; MinIOUser may read and write MinIOBucket alone, and
	// is what the platform's programs use.
	MinIORootUser, MinIOUser = "gomeet-root", "gomeet-recordings"
	MinIOBucket              = "recordings"
	// MinIORegion is the name of the region that requests are signed for.
	MinIORegion = "gomeet"
)

// What the probes of a server ask (min.io/docs/minio/linux/operations/monitoring/
// healthcheck-probe).
const (
	// MinIOJoinedPath answers when a server has found others enough to write to. Until it
	// uses their drives, it says "no such key" of objects that it missed while it was away.
	// MinIOReadyPath and MinIOLivePath answer as soon as it listens, whatever it has found.
	MinIOJoinedPath, MinIOReadyPath, MinIOLivePath = "/minio/health/cluster", "/minio/health/ready", "/minio/health/live"
	// MinIOReadyTimes is how many answers in a row, MinIOReadyEvery seconds apart, make a
	// server ready. One that has just joined opens the drives of the others within 15 s (its
	// cmd/erasure-sets.go, defaultMonitorConnectEndpointInterval); these are 20.
	MinIOReadyTimes, MinIOReadyEvery = 5, 5
)

// MinIOMetricsPath is what each server knows of the whole store: its drives, its erasure set
// and what they hold (MinIO, cmd/metrics-v3.go). It leaves out what is zero.
const MinIOMetricsPath = "/minio/metrics/v3/cluster"

// MinIORootPasswordEnv is the variable of the root user's password, from a Secret.
const MinIORootPasswordEnv = "MINIO_ROOT_PASSWORD"

// RecordingsCopySchedule is when recordings are copied to Spaces, in cron's format, UTC: a
// quiet hour at both sites, after the databases' backups.
const RecordingsCopySchedule = "30 19 * * *"

// MinIO is the configuration of every server of the store. MinIO reads it from arguments
// and the environment and has no file for it
// (min.io/docs/minio/linux/reference/minio-server). It holds no secret.
type MinIO struct {
	// Nodes is the number of servers, each with one drive. Server n is the host
	// minio-<n>.data.svc.cluster.local.
	Nodes int
	// DataDir is the drive, CertsDir holds public.crt, private.key and CAs.
	DataDir, CertsDir string
}

// DefaultMinIO returns a store of as many servers; 4 are the design's.
func DefaultMinIO(nodes int) MinIO {
	return MinIO{Nodes: nodes, DataDir: "/data", CertsDir: "/run/secrets/minio"}
}

const (
	// minioLeast is the least number of drives that stands the loss of one for reads and
	// writes, and minioMost the most of one erasure set (MinIO, erasure coding).
	minioLeast, minioMost = 4, 16
	// minioMaxParity is MinIO's own choice from eight drives on.
	minioMaxParity = 4
)

// Parity is how many drives of a set may be lost for reads: half of them, at most four,
// which is what MinIO chooses too (storage classes). Where it is half, writes stand one
// loss less. One drive alone has none.
func (m MinIO) Parity() int { return min(m.Nodes/2, minioMaxParity) }

// WriteQuorum is how many drives must answer for writes: all but the parity, and one more
// where that is half, so that no two halves write apart (MinIO, cmd/erasure-metadata.go).
func (m MinIO) WriteQuorum() int {
	quorum := m.Nodes - m.Parity()
	if quorum == m.Parity() {
		quorum++
	}
	return quorum
}

// Validate returns every mistake of the configuration.
func (m MinIO) Validate() error {
	c := &checks{file: "minio"}
	c.that(m.Nodes == 1 || m.Nodes >= minioLeast && m.Nodes <= minioMost, "pools.minio.count", m.Nodes,
		fmt.Sprintf("1, or %d to %d, the drives of one erasure set", minioLeast, minioMost))
	c.absolute("data directory", m.DataDir)
	c.absolute("certs-dir", m.CertsDir)
	return c.err()
}

// Args returns the command line of every server, or what Validate found.
func (m MinIO) Args() ([]string, error) {
	if err := m.Validate(); err != nil {
		return nil, err
	}
	drives := m.DataDir
	if m.Nodes > 1 {
		hosts := fmt.Sprintf("%s-{0...%d}", MinIOService, m.Nodes-1)
		drives = "https://" + ServiceHost(hosts, DataNamespace) + ":" + strconv.Itoa(MinIOPort) + path.Clean(m.DataDir)
	}
	return []string{"minio", "server", "--certs-dir", m.CertsDir, "--address", ":" + strconv.Itoa(MinIOPort), drives}, nil
}

// Env returns the environment of every server but its password.
func (m MinIO) Env() map[string]string {
	env := map[string]string{
		"MINIO_ROOT_USER":   MinIORootUser,
		"MINIO_SITE_REGION": MinIORegion,
		// No console: its administration left the community's edition.
		"MINIO_BROWSER": "off",
		// Prometheus comes without a token; NetworkPolicies say who may come.
		"MINIO_PROMETHEUS_AUTH_TYPE": "public",
		// Nobody looks for newer releases: there are none.
		"MINIO_UPDATE": "off",
		// Recordings are compressed already.
		"MINIO_COMPRESSION_ENABLE": "off",
	}
	if m.Parity() > 0 {
		env["MINIO_STORAGE_CLASS_STANDARD"] = fmt.Sprintf("EC:%d", m.Parity())
	}
	return env
}
