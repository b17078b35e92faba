package manifests_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// kubectl answers for three members as ANSWERS says: p is the primary, r a replica, and x
// cannot be reached.
const kubectl = `#!/bin/sh
case "$*" in
*" get pods "*) printf 'pod/postgres-0\npod/postgres-1\npod/postgres-2\n' && exit ;;
*pod/postgres-0*) answer=${ANSWERS%??} ;;
*pod/postgres-1*) answer=${ANSWERS#?} answer=${answer%?} ;;
*pod/postgres-2*) answer=${ANSWERS#??} ;;
esac
case $answer in
p) echo "backup command end: completed successfully" ;;
r) echo "postgres-backup.sh: not the primary, nothing to do" ;;
*) echo "error dialing backend" >&2 && exit 1 ;;
esac
`

// One member that does not answer must not cost the backup of another one.
func TestBackupPassesOverAMemberThatDoesNotAnswer(t *testing.T) {
	bin := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(bin, "kubectl"), []byte(kubectl), 0o755))
	for answers, test := range map[string]struct {
		fails bool
		says  []string
		never string
	}{
		"prr": {false, []string{"pod/postgres-0: backup command end", "pod/postgres-2: postgres-backup.sh: not the primary"}, "did not answer"},
		"xrp": {false, []string{"pod/postgres-0 did not answer", "pod/postgres-2: backup", "is taken, but look at pod/postgres-0\n"}, "want"},
		"pxx": {false, []string{"is taken, but look at pod/postgres-1 pod/postgres-2\n"}, "want"},
		"rrr": {true, []string{"0 members took a backup, want exactly the primary\n"}, "is taken"},
		"xrr": {true, []string{"0 members took a backup, want exactly the primary; failed: pod/postgres-0\n"}, "is taken"},
		"ppx": {true, []string{"2 members took a backup", "pod/postgres-2 did not answer"}, "is taken"},
	} {
		t.Run(answers, func(t *testing.T) {
			run := exec.Command("sh", "scripts/postgres-backup-exec.sh", "full")
			run.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "ANSWERS="+answers,
				"NAMESPACE=data", "SELECTOR=a=b", "CONTAINER=postgres", "SCRIPTS=/scripts")
			out, err := run.CombinedOutput()
			require.Equal(t, test.fails, err != nil, "%s", out)
			for _, want := range test.says {
				require.Contains(t, string(out), want)
			}
			require.NotContains(t, string(out), test.never)
		})
	}
}
