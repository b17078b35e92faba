package stacks_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/manifests"
)

// A member has every variable that Patroni's and pgBackRest's files leave to it, passwords
// from Secrets, and keeps incremental backups as long as the design says.
func TestPostgresEnvironment(t *testing.T) {
	r := recorder(false)
	require.NoError(t, deploy(t, "dev", r))
	env := environment(t, at(t, named(t, r, statefulSetType, "postgres").Inputs, "spec", "template", "spec", "containers", 0, "env"))
	for _, name := range append(append([]string{}, manifests.PatroniEnv...), manifests.PgBackRestEnv...) {
		require.Contains(t, env, name)
		if strings.HasSuffix(name, "PASSWORD") || strings.Contains(name, "_KEY") || strings.HasSuffix(name, "_PASS") {
			require.True(t, env[name]["valueFrom"].ObjectValue()["secretKeyRef"].IsObject(), "%s is no secret", name)
		}
	}
	require.Equal(t, fmt.Sprint(manifests.PgBackRestIncrDays), env["INCR_DAYS"]["value"].StringValue())

	drill := environment(t, at(t, named(t, r, "kubernetes:batch/v1:CronJob", "postgres-drill").Inputs,
		"spec", "jobTemplate", "spec", "template", "spec", "containers", 0, "env"))
	for _, name := range manifests.PgBackRestEnv {
		require.Contains(t, drill, name)
	}
}

// environment maps the names of a container's variables to what it says of them.
func environment(t *testing.T, variables resource.PropertyValue) map[string]resource.PropertyMap {
	t.Helper()
	env := map[string]resource.PropertyMap{}
	for _, v := range variables.ArrayValue() {
		env[v.ObjectValue()["name"].StringValue()] = v.ObjectValue()
	}
	require.NotEmpty(t, env)
	return env
}
