package policies_test

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/policies"
)

// FuzzSettings reads what may be a settings file: it is refused, or it can judge, and what
// it excepts has a rule, a reason and a last day.
func FuzzSettings(f *testing.F) {
	committed, err := os.ReadFile("settings.yaml")
	require.NoError(f, err)
	f.Add(committed)
	f.Add([]byte(oneException))
	f.Add([]byte("monthlyBudget: {dev: 1e3, prod: .inf}\nexceptions: []"))
	f.Add([]byte("exceptions: [{rule: gomeet-budget, name: '[a-', reason: it is agreed with the board, expires: 2027-01-01}]"))
	today := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := policies.Parse(text)
		if err != nil {
			return
		}
		verdict, err := policies.Judge(file.For("prod", today), []policies.Resource{firewall("singapore-sfu", "7882-7913")})
		require.NoError(t, err)
		require.Equal(t, 1, len(verdict.Violations)+len(verdict.Excepted), "an exception hides nothing for good")
		for _, e := range file.Exceptions {
			require.NotEmpty(t, e.Rule)
			require.NotEmpty(t, e.Reason)
		}
	})
}
