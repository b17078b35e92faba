package manifests

import "fmt"

// PatroniScopeLabel and PatroniRoleLabel are the labels of the members' pods.
const (
	PatroniScopeLabel = "gomeet.com/postgres"
	PatroniRoleLabel  = "gomeet.com/postgres-role"
)

// Render returns patroni.yml, or what Validate found.
func (p Patroni) Render() (string, error) {
	if err := p.Validate(); err != nil {
		return "", fmt.Errorf("rendering %s: %w", PatroniFile, err)
	}
	f := patroniFile{
		Scope: p.Scope,
		// Reading is open to Kubernetes' probes; changing takes a certificate.
		RestAPI: patroniREST{fmt.Sprintf("0.0.0.0:%d", p.RESTPort), p.TLS.Cert, p.TLS.Key, p.TLS.CA, "optional"},
		Ctl:     patroniCtl{p.TLS.CA, p.TLS.Cert, p.TLS.Key},
		Kubernetes: patroniKubernetes{
			Namespace:  p.Namespace,
			Labels:     map[string]string{"app.kubernetes.io/name": "postgres"},
			ScopeLabel: PatroniScopeLabel,
			RoleLabel:  PatroniRoleLabel,
			// The lock and the route to the primary are one object, changed at once.
			UseEndpoints: true,
			Ports:        []patroniPort{{"postgresql", p.Port}},
		},
		Bootstrap: patroniBootstrap{
			DCS: p.Dynamic(),
			Initdb: []any{map[string]string{"encoding": "UTF8"}, map[string]string{"locale": "C.UTF-8"},
				map[string]string{"auth-host": "scram-sha-256"}, map[string]string{"auth-local": "peer"}, "data-checksums"},
		},
		PostgreSQL: p.postgreSQL(),
		// A pod has no watchdog device. What it would prevent, a frozen primary that
		// wakes up and acknowledges writes, synchronous mode prevents.
		Watchdog: map[string]string{"mode": "off"},
	}
	if p.Restore != nil {
		f.Bootstrap.Method = "pgbackrest"
		f.Bootstrap.PgBackRest = &patroniBootstrapMethod{p.restoreCommand(), true, true}
	}
	return render(f)
}

// restoreCommand lets pgBackRest write how to replay WAL; Patroni keeps that.
func (p Patroni) restoreCommand() string {
	command := "pgbackrest --stanza=" + p.Stanza + " restore"
	if !p.Restore.Target.IsZero() {
		command += fmt.Sprintf(" --type=time --target='%s' --target-action=promote", p.Restore.Target.UTC().Format("2006-01-02 15:04:05.000000-07"))
	}
	return command
}

func (p Patroni) postgreSQL() patroniPostgreSQL {
	s := patroniPostgreSQL{
		Listen:        fmt.Sprintf("*:%d", p.Port),
		DataDir:       p.DataDir,
		BinDir:        p.BinDir,
		PGPass:        p.RunDir + "/pgpass",
		UseUnixSocket: true,
		Authentication: map[string]any{
			"superuser":   map[string]string{"username": "postgres", "sslmode": "verify-ca", "sslrootcert": p.TLS.CA},
			"replication": map[string]string{"username": "replicator", "sslmode": "verify-ca", "sslrootcert": p.TLS.CA},
			"rewind":      map[string]string{"username": "rewind", "sslmode": "verify-ca", "sslrootcert": p.TLS.CA},
		},
		Parameters: p.localParameters(),
		// A replica that fell behind reads what the primary no longer has.
		RecoveryConf: map[string]string{"restore_command": "pgbackrest --stanza=" + p.Stanza + ` archive-get %f "%p"`},
		HBA:          p.hba(),
		// A new member comes from the backup, which costs the primary nothing; when
		// there is none, from the primary.
		Methods:    []string{"pgbackrest", "basebackup"},
		PgBackRest: patroniMethod{"pgbackrest --stanza=" + p.Stanza + " --delta restore", true, true},
		BaseBackup: []any{map[string]string{"checkpoint": "fast"}, map[string]string{"max-rate": "100M"}},
	}
	if p.RoleChange != "" {
		s.Callbacks = map[string]string{"on_role_change": p.RoleChange}
	}
	return s
}

// hba lets in the members of the pods' networks, over TLS and with SCRAM only.
func (p Patroni) hba() []string {
	lines := []string{"local all postgres peer"}
	for _, n := range p.Networks {
		lines = append(lines,
			"hostssl replication replicator "+n+" scram-sha-256",
			"hostssl all all "+n+" scram-sha-256")
	}
	return append(lines, "host all all all reject")
}
