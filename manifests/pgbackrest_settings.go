package manifests

import "fmt"

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
