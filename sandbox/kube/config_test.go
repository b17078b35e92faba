package kube

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// emptyPrograms makes a directory with executables that do nothing useful.
func emptyPrograms(t *testing.T, except ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range programs {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\nexit 7\n"), 0o755))
	}
	for _, name := range except {
		require.NoError(t, os.Remove(filepath.Join(dir, name)))
	}
	return dir
}

func TestNewChecksItsConfiguration(t *testing.T) {
	dir := t.TempDir()
	tests := map[string]struct {
		cfg  Config
		want []string
	}{
		"nothing":           {Config{}, []string{"Dir is empty", "BinDir is empty"}},
		"negative timeouts": {Config{Dir: dir, BinDir: dir, DrainTimeout: -1, Unneeded: -1}, []string{"DrainTimeout is -1ns", "Unneeded"}},
		"a version":         {Config{Dir: dir, BinDir: dir, Version: "latest"}, []string{`Version is "latest"`, DefaultVersion}},
		"no programs":       {Config{Dir: dir, BinDir: dir}, []string{"etcd, kube-apiserver", "make tools"}},
		"one missing":       {Config{Dir: dir, BinDir: emptyPrograms(t, kwok)}, []string{"no executable kwok in", "make tools"}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := New(tc.cfg)
			for _, want := range tc.want {
				require.ErrorContains(t, err, want)
			}
		})
	}
	_, err := New(Config{Dir: dir, BinDir: dir})
	require.ErrorIs(t, err, ErrNoProgram)
}

func TestUpChecksItsSpec(t *testing.T) {
	m, err := New(Config{Dir: t.TempDir(), BinDir: emptyPrograms(t)})
	require.NoError(t, err)
	good := Spec{ID: "id", Token: "secret-token"}
	tests := map[string]struct {
		change func(*Spec)
		want   string
	}{
		"no ID":                  {func(s *Spec) { s.ID = "" }, `cluster ID is ""`},
		"an ID that escapes":     {func(s *Spec) { s.ID = "../x" }, `cluster ID is "../x"`},
		"no token":               {func(s *Spec) { s.Token = "" }, "Token is empty"},
		"host bits":              {func(s *Spec) { s.ClusterSubnet = "10.0.0.1/16" }, `ClusterSubnet is "10.0.0.1/16"`},
		"too small for one node": {func(s *Spec) { s.ClusterSubnet = "10.0.0.0/26" }, "/25 or larger"},
		"not a range":            {func(s *Spec) { s.ServiceSubnet = "ten" }, `ServiceSubnet is "ten"`},
		"overlap":                {func(s *Spec) { s.ServiceSubnet = "10.244.0.0/20" }, "overlap"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			spec := good
			tc.change(&spec)
			_, err := m.Up(t.Context(), spec)
			require.ErrorContains(t, err, tc.want)
			require.NotContains(t, err.Error(), "secret-token")
		})
	}
	require.NoError(t, m.Close())
	require.NoError(t, m.Close())
	_, err = m.Up(t.Context(), good)
	require.ErrorIs(t, err, ErrClosed)
}

// A program that always exits ends the attempt with its name, its reason and its
// log, long before the timeout.
func TestUpGivesUpOnABrokenProgram(t *testing.T) {
	m, err := New(Config{Dir: t.TempDir(), BinDir: emptyPrograms(t), StartTimeout: time.Hour})
	require.NoError(t, err)
	defer m.Close()
	_, err = m.Up(t.Context(), Spec{ID: "id", Token: "token"})
	require.ErrorContains(t, err, "etcd failed 4 times while starting: exit status 7")
	require.ErrorContains(t, err, filepath.Join("id", "log", "etcd.log"))
	require.ErrorIs(t, m.SetNodes(t.Context(), "id", nil), ErrNotUp)
	_, err = m.Advise(t.Context(), "id", nil)
	require.ErrorIs(t, err, ErrNotUp)
	require.NoError(t, m.Down(t.Context(), "id"))
	require.NoDirExists(t, filepath.Join(m.cfg.Dir, "id"))
	require.NoError(t, m.Down(t.Context(), "id"), "a cluster that does not exist")
}
