package manifests_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/golden"
	"github.com/gomeet/infra/manifests"
)

func pgBackRest() manifests.PgBackRest {
	p := manifests.DefaultPgBackRest()
	p.Repository.Bucket = "gomeet-prod-backups"
	p.Repository.Region = "sgp1"
	p.Repository.Endpoint = "sgp1.digitaloceanspaces.com"
	return p
}

func TestPgBackRestRender(t *testing.T) {
	text, err := pgBackRest().Render()
	require.NoError(t, err)
	golden.Equal(t, manifests.PgBackRestFile, text)
}

func TestPgBackRestRejects(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*manifests.PgBackRest)
		want   string
	}{
		"no bucket":       {func(p *manifests.PgBackRest) { p.Repository.Bucket = "" }, `repo1-s3-bucket is ""`},
		"kept for no day": {func(p *manifests.PgBackRest) { p.Repository.FullDays = 0 }, "repo1-retention-full is 0"},
		"injected key":    {func(p *manifests.PgBackRest) { p.Repository.Region = "x\nrepo1-cipher-type = none" }, "repo1-s3-region is"},
		"relative path":   {func(p *manifests.PgBackRest) { p.DataDir = "data" }, `pg1-path is "data"`},
	} {
		t.Run(name, func(t *testing.T) {
			p := pgBackRest()
			c.change(&p)
			_, err := p.Render()
			require.ErrorContains(t, err, c.want)
		})
	}
}
