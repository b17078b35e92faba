package manifests

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func TestMigrationsAreNumberedWithoutGaps(t *testing.T) {
	steps, err := Migrations()
	require.NoError(t, err)
	require.NotEmpty(t, steps)
	for i, s := range steps {
		require.Equal(t, i+1, s.Version)
		require.NotEmpty(t, s.SQL)
	}
}

func TestMigrationsReject(t *testing.T) {
	for name, file := range map[string]string{
		"gap":       "0002_second.sql",
		"no number": "first.sql",
		"short":     "1_first.sql",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := migrations(fstest.MapFS{"sql/" + file: {}}, "sql")
			require.ErrorContains(t, err, "must begin with 0001_")
		})
	}
}
