package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/stackfile"
	"github.com/gomeet/infra/stacks"
)

// What "gomeet secrets" makes is what a stack takes, and never the same twice.
func TestGeneratedValuesAreTaken(t *testing.T) {
	file, err := stackfile.Read(filepath.Join("..", "..", "Pulumi.dev.yaml"))
	require.NoError(t, err)
	config, err := file.Plain()
	require.NoError(t, err)
	for _, key := range stacks.GeneratedKeys() {
		value, err := generate(key.Generator)
		require.NoError(t, err, key.Name)
		again, err := generate(key.Generator)
		require.NoError(t, err, key.Name)
		require.NotEqual(t, value, again, key.Name)
		config[key.Name] = value
	}
	_, err = stacks.Load("dev", config)
	require.NoError(t, err)
}
