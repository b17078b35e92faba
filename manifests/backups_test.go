package manifests_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/manifests"
)

// The alerts wait for what the scripts say when a backup is complete: under another name
// BackupTooOld would never fire, and BackupMissing always.
func TestBackupsAreCalledWhatAlertsWaitFor(t *testing.T) {
	said := regexp.MustCompile(`(?m)^backed_up (\S+) "?([^\s"]+)"?$`)
	kinds := regexp.MustCompile(`(?m)^((?:\w+ \| )*\w+)\) `)
	texts, err := manifests.Scripts()
	require.NoError(t, err)
	var says []string
	for name, text := range texts {
		for _, m := range said.FindAllStringSubmatch(text, -1) {
			alternatives := []string{m[2]}
			if m[2] == "$kind" {
				_, body, found := strings.Cut(text, "\ncase $kind in\n")
				require.True(t, found, name)
				body, _, _ = strings.Cut(body, "\nesac")
				alternatives = nil
				for _, branch := range kinds.FindAllStringSubmatch(body, -1) {
					alternatives = append(alternatives, strings.Split(branch[1], " | ")...)
				}
			}
			for _, kind := range alternatives {
				says = append(says, m[1]+" "+kind)
			}
		}
	}
	// Runs where the account's keys do not reach, and none of the platform's alerts.
	says = slices.DeleteFunc(says, func(s string) bool { return s == "all offsite" })
	var waits []string
	for _, b := range limits().Backups {
		waits = append(waits, b.System+" "+b.Kind)
	}
	require.ElementsMatch(t, waits, says)
}
