package components_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/components"
)

func TestName(t *testing.T) {
	env := components.Environment{Stack: "prod", Site: "singapore"}
	long := strings.Repeat("x", 60)
	for name, c := range map[string]struct {
		things []string
		want   string
	}{
		"one thing":  {[]string{"vpc"}, "gomeet-prod-singapore-vpc"},
		"two things": {[]string{"sfu", "g-16vcpu-64gb"}, "gomeet-prod-singapore-sfu-g-16vcpu-64gb"},
		"too long":   {[]string{long}, "gomeet-prod-singapore-" + strings.Repeat("x", 27) + "-11d6744"},
	} {
		t.Run(name, func(t *testing.T) {
			got := env.Name(c.things...)
			require.Equal(t, c.want, got)
			require.LessOrEqual(t, len(got), 57)
		})
	}
}

// Names that differ only beyond the cut stay different.
func TestLongNamesStayUnique(t *testing.T) {
	env := components.Environment{Stack: "prod", Site: "singapore"}
	long := strings.Repeat("x", 60)
	require.NotEqual(t, env.Name(long, "a"), env.Name(long, "b"))
}
