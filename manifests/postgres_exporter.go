package manifests

// PostgresExporterFile is the name of the exporter's configuration, which is secret.
const (
	PostgresExporterFile = "postgres_exporter.yml"
	// PostgresExporterUser may see statistics and no rows (sql/0002_roles.sql).
	PostgresExporterUser = "exporter"
)

// PostgresExporter returns the exporter's configuration: how it logs in to the member
// that Prometheus names. The text is secret. The certificate's authority is in caFile.
func PostgresExporter(password, caFile string) (string, error) {
	c := &checks{file: PostgresExporterFile}
	// The password is not part of the message.
	c.that(password != "", "password", "", "set")
	c.present("caFile", caFile)
	if err := c.err(); err != nil {
		return "", err
	}
	type login struct {
		Username string `yaml:"username"`
		Password string `yaml:"password"`
	}
	type module struct {
		Type     string            `yaml:"type"`
		UserPass login             `yaml:"userpass"`
		Options  map[string]string `yaml:"options"`
	}
	return render(map[string]map[string]module{"auth_modules": {PostgresAuthModule: {
		"userpass", login{PostgresExporterUser, password}, map[string]string{"sslmode": "verify-full", "sslrootcert": caFile},
	}}})
}
