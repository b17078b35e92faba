package stacks_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A stopping pooler is asked to wait for transactions, and not for clients, which stay. It
// is left alone until then: a second signal would cut them, and so would the grace's end.
func TestPoolerStopsAfterTransactions(t *testing.T) {
	r := recorder(false)
	require.NoError(t, deploy(t, "dev", r))
	pod := at(t, named(t, r, deploymentType, "pgbouncer").Inputs, "spec", "template", "spec").ObjectValue()
	require.Equal(t, "pgbouncer", at(t, pod, "containers", 0, "command", 0).StringValue(), "the first process must be PgBouncer itself")
	require.False(t, at(t, pod, "shareProcessNamespace").HasValue(), "it would be another one's container's first process")
	hook := at(t, pod, "containers", 0, "lifecycle", "preStop", "exec", "command")
	require.Equal(t, "sleep 5; kill -INT 1; sleep 60", at(t, pod, "containers", 0, "lifecycle", "preStop", "exec", "command", 2).StringValue())
	require.Len(t, hook.ArrayValue(), 3)
	require.Equal(t, 70.0, at(t, pod, "terminationGracePeriodSeconds").NumberValue(), "5 s + 60 s, and 5 s more")
}

// The design's 20 connections stay open, on a server of its size; dev's server has 100.
func TestPoolersKeepConnections(t *testing.T) {
	for stack, want := range map[string]string{"prod": "min_pool_size = 20\n", "dev": "min_pool_size = 13\n"} {
		r := recorder(false)
		require.NoError(t, deploy(t, stack, r))
		config := at(t, named(t, r, configMapType, "pgbouncer").Inputs, "data", "pgbouncer.ini").StringValue()
		require.Contains(t, config, want, stack)
	}
}
