package manifests

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
