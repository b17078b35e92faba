package manifests

import "fmt"

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

// Render returns pgbackrest.conf, or what Validate found.
func (p PgBackRest) Render() (string, error) {
	if err := p.Validate(); err != nil {
		return "", fmt.Errorf("rendering %s: %w", PgBackRestFile, err)
	}
	return renderINI(
		section{"global", append(p.Repository.settings(), p.settings()...)},
		// Only pushing runs ahead. Fetching must not: a replica asks for WAL that does not
		// exist yet, and would wait a minute for each before it follows the primary.
		section{"global:archive-push", []setting{{"archive-async", "y"}}},
		section{p.Stanza, []setting{
			{"pg1-path", p.DataDir},
			{"pg1-port", p.Port},
			{"pg1-socket-path", p.SocketDir},
		}},
	), nil
}

func (r PgBackRestRepository) settings() []setting {
	style := "host"
	if r.PathStyle {
		style = "path"
	}
	s := []setting{
		{"repo1-type", "s3"},
		{"repo1-path", r.Prefix},
		{"repo1-s3-bucket", r.Bucket},
		{"repo1-s3-endpoint", r.Endpoint},
		{"repo1-s3-region", r.Region},
		{"repo1-s3-uri-style", style},
		// Encrypted before it leaves the pod; the passphrase is PGBACKREST_REPO1_CIPHER_PASS.
		{"repo1-cipher-type", "aes-256-cbc"},
		// Small files travel together: a bucket charges and waits per object.
		{"repo1-bundle", "y"},
		// WAL is kept as long as the backups it belongs to: any moment of the last 30
		// days can be restored. Incremental ones go after 7, see scripts/postgres-backup.sh.
		{"repo1-retention-full-type", "time"},
		{"repo1-retention-full", r.FullDays},
	}
	if r.CAFile != "" {
		s = append(s, setting{"repo1-storage-ca-file", r.CAFile})
	}
	return s
}

func (p PgBackRest) settings() []setting {
	return []setting{
		{"spool-path", p.SpoolDir},
		{"lock-path", p.LockDir},
		{"process-max", p.Processes},
		{"compress-type", "zst"},
		{"compress-level", 3},
		// Begin at once instead of at the next scheduled checkpoint.
		{"start-fast", "y"},
		{"log-level-console", "info"},
		{"log-level-file", "off"},
	}
}
