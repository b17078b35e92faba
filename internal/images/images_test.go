package images

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/manifests"
)

// base is what Debian's smallest image has: packages that Debian marks essential or
// required (packages.debian.org: coreutils, findutils, grep, gzip, libc-bin, mawk, sed,
// tar).
var base = set(`awk basename cat chmod cp cut date dirname env find getent grep gzip head id ls mkdir mktemp mv rm rmdir sed sha256sum
	sleep sort tail tar timeout touch tr wc xargs sh`)

// packages are the programs that the images' packages are there for.
var packages = map[string]map[string]bool{
	"age":             set("age"),
	"ca-certificates": set(""), // what curl, rclone and pgBackRest check the bucket against
	"curl":            set("curl"),
	"jq":              set("jq"),
	"patroni":         set("patroni patronictl"),
	"pgbackrest":      set("pgbackrest"),
	"pgbouncer":       set("pgbouncer"),
	"postgresql-17":   set("postgres psql initdb pg_ctl pg_basebackup pg_checksums pg_rewind"),
	"rclone":          set("rclone"),
}

// redis is what the Redis image adds to Debian's.
var redis = set("redis-server redis-cli redis-check-rdb")

// images says what runs in each image: scripts, and what components and configuration
// start there.
var images = map[string]struct{ scripts, started string }{
	"postgres": {
		"metrics-lib.sh postgres-backup.sh postgres-drill.sh postgres-migrate.sh postgres-passwords.sh postgres-role-change.sh",
		"sh mkdir patroni patronictl pgbouncer pgbackrest pg_rewind pg_basebackup initdb postgres",
	},
	"minio": {"minio-setup.sh", "minio"},
	"tools": {
		"metrics-lib.sh offsite-copy.sh recordings-copy.sh postgres-backup-exec.sh redis-lib.sh redis-backup.sh redis-restore.sh state-backup.sh",
		"sh",
	},
	// Redis' own image, not ours.
	"": {"redis-lib.sh redis-cluster.sh redis-ready.sh redis-start.sh", ""},
}

// available are the programs of an image.
func available(t *testing.T, image string) map[string]bool {
	has := maps.Clone(base)
	if image == "" {
		maps.Copy(has, redis)
		return has
	}
	d := readDockerfile(t, image)
	if d.bases[len(d.bases)-1] == manifests.RedisImage {
		maps.Copy(has, redis)
	}
	for _, name := range d.copied {
		has[name] = true
	}
	for _, name := range d.packages {
		provides, known := packages[name]
		require.True(t, known, "%s: say in this test what %s is there for", image, name)
		maps.Copy(has, provides)
	}
	return has
}

// needed are the programs that an image's scripts call or that are started in it.
func needed(t *testing.T, image string) map[string]bool {
	texts, err := manifests.Scripts()
	require.NoError(t, err)
	functions := map[string]bool{}
	for name := range set(images[image].scripts) {
		if strings.HasSuffix(name, "-lib.sh") {
			maps.Copy(functions, functionsOf(t, name, texts[name]))
		}
	}
	needs := set(images[image].started)
	for name := range set(images[image].scripts) {
		require.Contains(t, texts, name)
		own := maps.Clone(functions)
		maps.Copy(own, functionsOf(t, name, texts[name]))
		maps.Copy(needs, programs(t, name, texts[name], own))
	}
	return needs
}

func TestImagesHaveWhatScriptsCall(t *testing.T) {
	for image := range images {
		has := available(t, image)
		for _, program := range slices.Sorted(maps.Keys(needed(t, image))) {
			require.True(t, has[program], "image %q has no %s", image, program)
		}
	}
}

func TestNothingIsInstalledInVain(t *testing.T) {
	for _, image := range []string{"postgres", "tools"} {
		needs, d := needed(t, image), readDockerfile(t, image)
		for _, name := range d.packages {
			used := len(packages[name]) == 0
			for program := range packages[name] {
				used = used || needs[program]
			}
			require.True(t, used, "image %s installs %s, which nothing calls", image, name)
		}
	}
}

func TestEveryScriptRunsSomewhere(t *testing.T) {
	texts, err := manifests.Scripts()
	require.NoError(t, err)
	all := map[string]bool{}
	for _, image := range images {
		maps.Copy(all, set(image.scripts))
	}
	require.ElementsMatch(t, slices.Collect(maps.Keys(texts)), slices.Collect(maps.Keys(all)))
}

func TestImagesArePinnedAndUnprivileged(t *testing.T) {
	pinned := regexp.MustCompile(`^[a-z0-9./-]+:v?(\d+\.\d+\.\d+(-[a-z]+)?|[a-z]+-\d{8}-slim@sha256:[0-9a-f]{64})$`)
	for image, user := range map[string]string{"minio": "65532:65532", "postgres": "999:999", "tools": "65532:65532"} {
		d := readDockerfile(t, image)
		for _, from := range d.bases {
			require.Regexp(t, pinned, from, image)
		}
		require.Equal(t, user, d.user, image)
	}
}

// TestToolsSpeakRedisOfTheCluster holds because a snapshot of another release is refused,
// by redis-check-rdb or by the cluster.
func TestToolsSpeakRedisOfTheCluster(t *testing.T) {
	bases := readDockerfile(t, "tools").bases
	require.Equal(t, manifests.RedisImage, bases[len(bases)-1])
}

// TestPostgreSQLIsWhereItIsLookedFor: Patroni and the drill find programs in BinDir.
func TestPostgreSQLIsWhereItIsLookedFor(t *testing.T) {
	major := regexp.MustCompile(`^/usr/lib/postgresql/(\d+)/bin$`).FindStringSubmatch(manifests.DefaultPatroni().BinDir)
	require.NotNil(t, major, "BinDir is not Debian's")
	require.Contains(t, readDockerfile(t, "postgres").packages, "postgresql-"+major[1])
}

func TestKubectlIsOfTheClustersMinorVersion(t *testing.T) {
	project, err := os.ReadFile("../../Pulumi.yaml")
	require.NoError(t, err)
	minor := regexp.MustCompile(`default: (\d+\.\d+)\.\d+-do\.\d+`).FindSubmatch(project)
	require.NotNil(t, minor, "Pulumi.yaml has no default kubernetesVersion")
	require.Contains(t, readDockerfile(t, "tools").bases[0], ":v"+string(minor[1])+".")
}

// TestMinIOIsBuiltFromWhatTheLiveTestsRun: one module pins both.
func TestMinIOIsBuiltFromWhatTheLiveTestsRun(t *testing.T) {
	image, err := os.ReadFile("../../tools/images/minio/Dockerfile")
	require.NoError(t, err)
	require.Contains(t, string(image), "-f tools/images/minio/Dockerfile tools/minio\n")
	build, err := os.ReadFile("../../tools/build")
	require.NoError(t, err)
	module, err := os.ReadFile("../../tools/minio/go.mod")
	require.NoError(t, err)
	for _, program := range []string{"minio", "mc"} {
		path := "github.com/minio/" + program
		require.Regexp(t, `(?m)^RUN go build .* `+path+`\b`, string(image))
		require.Contains(t, string(build), "build "+program+" minio "+path+"\n")
		require.Regexp(t, `(?m)^\s+`+path+` v0\.0\.0-\d{14}-[0-9a-f]{12}\b`, string(module))
	}
	commit := regexp.MustCompile(`github\.com/minio/minio v0\.0\.0-(\d{4})(\d{2})(\d{2})`).FindStringSubmatch(string(module))
	require.Contains(t, string(image), "ghcr.io/gomeet/minio:"+strings.Join(commit[1:], "-")+"-", "the tag is the commit's day")
}
