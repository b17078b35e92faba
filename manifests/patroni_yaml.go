package manifests

import "fmt"

// The shape of patroni.yml, as far as it is used
// (patroni.readthedocs.io, YAML configuration settings).
type (
	patroniFile struct {
		Scope      string            `yaml:"scope"`
		RestAPI    patroniREST       `yaml:"restapi"`
		Ctl        patroniCtl        `yaml:"ctl"`
		Kubernetes patroniKubernetes `yaml:"kubernetes"`
		Bootstrap  patroniBootstrap  `yaml:"bootstrap"`
		PostgreSQL patroniPostgreSQL `yaml:"postgresql"`
		Watchdog   map[string]string `yaml:"watchdog"`
	}
	patroniREST struct {
		Listen       string `yaml:"listen"`
		CertFile     string `yaml:"certfile"`
		KeyFile      string `yaml:"keyfile"`
		CAFile       string `yaml:"cafile"`
		VerifyClient string `yaml:"verify_client"`
	}
	patroniCtl struct {
		CACert   string `yaml:"cacert"`
		CertFile string `yaml:"certfile"`
		KeyFile  string `yaml:"keyfile"`
	}
	patroniKubernetes struct {
		Namespace        string            `yaml:"namespace"`
		Labels           map[string]string `yaml:"labels"`
		ScopeLabel       string            `yaml:"scope_label"`
		RoleLabel        string            `yaml:"role_label"`
		UseEndpoints     bool              `yaml:"use_endpoints"`
		BypassAPIService bool              `yaml:"bypass_api_service"`
		Ports            []patroniPort     `yaml:"ports"`
	}
	patroniPort struct {
		Name string `yaml:"name"`
		Port int    `yaml:"port"`
	}
	patroniBootstrap struct {
		DCS        PatroniDynamic          `yaml:"dcs"`
		Initdb     []any                   `yaml:"initdb"`
		Method     string                  `yaml:"method,omitempty"`
		PgBackRest *patroniBootstrapMethod `yaml:"pgbackrest,omitempty"`
	}
	patroniBootstrapMethod struct {
		Command                  string `yaml:"command"`
		KeepExistingRecoveryConf bool   `yaml:"keep_existing_recovery_conf"`
		NoParams                 bool   `yaml:"no_params"`
	}
	patroniPostgreSQL struct {
		Listen         string            `yaml:"listen"`
		DataDir        string            `yaml:"data_dir"`
		BinDir         string            `yaml:"bin_dir"`
		PGPass         string            `yaml:"pgpass"`
		UseUnixSocket  bool              `yaml:"use_unix_socket"`
		Authentication map[string]any    `yaml:"authentication"`
		Parameters     map[string]any    `yaml:"parameters"`
		RecoveryConf   map[string]string `yaml:"recovery_conf"`
		HBA            []string          `yaml:"pg_hba"`
		Methods        []string          `yaml:"create_replica_methods"`
		PgBackRest     patroniMethod     `yaml:"pgbackrest"`
		BaseBackup     []any             `yaml:"basebackup"`
		Callbacks      map[string]string `yaml:"callbacks,omitempty"`
	}
	patroniMethod struct {
		Command  string `yaml:"command"`
		KeepData bool   `yaml:"keep_data"`
		NoParams bool   `yaml:"no_params"`
	}
)

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
