package stacks_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// A moment to restore reaches the site with the primary, and only that: standbys copy it.
func TestRestoreTarget(t *testing.T) {
	for target, want := range map[string]string{
		"none":                      "",
		"latest":                    "pgbackrest --stanza=gomeet restore",
		"2026-11-24T08:30:00+07:00": "pgbackrest --stanza=gomeet restore --type=time --target='2026-11-24 01:30:00.000000+00' --target-action=promote",
	} {
		r := recorder(false)
		require.NoError(t, deployWith(t, "prod", r, map[string]string{"gomeet:restoreTarget": target}))
		got := map[string]string{}
		for _, config := range r.Resources(configMapType) {
			site, isPostgres := strings.CutSuffix(config.Name, "-postgres")
			if !isPostgres {
				continue
			}
			var patroni struct {
				Bootstrap struct {
					Method     string
					PgBackRest struct{ Command string } `yaml:"pgbackrest"`
				}
			}
			require.NoError(t, yaml.Unmarshal([]byte(at(t, config.Inputs, "data", "patroni.yml").StringValue()), &patroni))
			require.Equal(t, patroni.Bootstrap.PgBackRest.Command != "", patroni.Bootstrap.Method == "pgbackrest")
			got[site] = patroni.Bootstrap.PgBackRest.Command
		}
		require.Equal(t, map[string]string{"singapore": want, "jakarta": ""}, got, target)
	}
}
