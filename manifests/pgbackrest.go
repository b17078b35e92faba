package manifests

// PgBackRestFile is the name of pgBackRest's configuration file.
const PgBackRestFile = "pgbackrest.conf"

// Schedules and retention of PostgreSQL's backups, the design's ("Backup Strategy").
const (
	// PgBackRestFullSchedule and PgBackRestIncrSchedule are in cron's format, UTC.
	PgBackRestFullSchedule = "0 2 * * *"
	PgBackRestIncrSchedule = "0 */6 * * *"
	// PgBackRestFullDays is how long full backups and the WAL after them are kept,
	// PgBackRestIncrDays how long incremental ones are.
	PgBackRestFullDays = 30
	PgBackRestIncrDays = 7
)

// PgBackRestEnv are the variables that carry pgBackRest's secrets, from a Secret:
// none of them may be in its file or its arguments.
var PgBackRestEnv = []string{
	"PGBACKREST_REPO1_S3_KEY",
	"PGBACKREST_REPO1_S3_KEY_SECRET",
	"PGBACKREST_REPO1_CIPHER_PASS",
}

// PgBackRest is the configuration of pgBackRest beside a PostgreSQL server. It holds
// no secret.
type PgBackRest struct {
	// Stanza is the name of the cluster in the repository.
	Stanza string
	// Repository is where backups and WAL go.
	Repository PgBackRestRepository
	// DataDir, Port and SocketDir are of the PostgreSQL server on this machine.
	DataDir   string
	Port      int
	SocketDir string
	// SpoolDir holds WAL that is on its way; it must survive a restart of the pod.
	SpoolDir string
	// LockDir is a directory in memory.
	LockDir string
	// Processes is how many processes compress and transfer.
	Processes int
}

// PgBackRestRepository is a bucket.
type PgBackRestRepository struct {
	Bucket, Region string
	// Endpoint is the S3 host, with a port if it is not 443. pgBackRest speaks only TLS.
	Endpoint string
	// PathStyle puts the bucket into the path instead of the host name.
	PathStyle bool
	// Prefix is the path inside the bucket.
	Prefix string
	// CAFile is what the endpoint's certificate is checked against; empty is the
	// system's.
	CAFile string
	// FullDays is PgBackRestFullDays.
	FullDays int
}

// DefaultPgBackRest returns the design's backups; bucket, region and endpoint are the
// caller's.
func DefaultPgBackRest() PgBackRest {
	p := DefaultPatroni()
	return PgBackRest{
		Stanza:     p.Stanza,
		Repository: PgBackRestRepository{Prefix: "/postgresql", FullDays: PgBackRestFullDays},
		DataDir:    p.DataDir, Port: p.Port, SocketDir: p.RunDir,
		SpoolDir:  "/var/lib/postgresql/spool",
		LockDir:   "/tmp/pgbackrest",
		Processes: 2,
	}
}

// Validate returns every mistake that would stop backups, now or at the next restore.
func (p PgBackRest) Validate() error {
	c := &checks{file: PgBackRestFile}
	c.word("stanza", p.Stanza)
	c.absolute("pg1-path", p.DataDir)
	c.port("pg1-port", p.Port)
	c.absolute("pg1-socket-path", p.SocketDir)
	c.absolute("spool-path", p.SpoolDir)
	c.absolute("lock-path", p.LockDir)
	c.that(p.Processes >= 1 && p.Processes <= 999, "process-max", p.Processes, "1 to 999")
	r := p.Repository
	c.word("repo1-s3-bucket", r.Bucket)
	c.word("repo1-s3-region", r.Region)
	c.word("repo1-s3-endpoint", r.Endpoint)
	c.absolute("repo1-path", r.Prefix)
	if r.CAFile != "" {
		c.absolute("repo1-storage-ca-file", r.CAFile)
	}
	c.positive("repo1-retention-full", r.FullDays)
	return c.err()
}
