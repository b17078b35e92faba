package stacks_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/pulumitest"
	"github.com/gomeet/infra/stacks"
)

// ownStore is a stack with its own object store, and a pool that records into it.
func ownStore() map[string]string {
	return map[string]string{
		"gomeet:objectStore": "minio", "gomeet:pools": `{"recorder":{"size":"c-16","count":1}}`,
	}
}

// at follows keys and indices into recorded inputs.
func at(t *testing.T, value resource.PropertyMap, path ...any) resource.PropertyValue {
	t.Helper()
	current := resource.NewObjectProperty(value)
	for _, step := range path {
		for current.IsSecret() {
			current = current.SecretValue().Element
		}
		switch s := step.(type) {
		case string:
			require.True(t, current.IsObject(), "%v of %v", step, path)
			current = current.ObjectValue()[resource.PropertyKey(s)]
		case int:
			require.True(t, current.IsArray() && len(current.ArrayValue()) > s, "%v of %v", step, path)
			current = current.ArrayValue()[s]
		}
	}
	return current
}

// named returns the recorded object of a type whose metadata have the name.
func named(t *testing.T, r *pulumitest.Recorder, token, name string) pulumitest.Resource {
	t.Helper()
	for _, res := range r.Resources(token) {
		if at(t, res.Inputs, "metadata", "name").StringValue() == name {
			return res
		}
	}
	t.Fatalf("there is no %s %s", token, name)
	return pulumitest.Resource{}
}

func TestSpacesIsTheDefault(t *testing.T) {
	r := recorder(false)
	require.NoError(t, deploy(t, "prod", r))
	require.Empty(t, r.Resources("gomeet:data:MinIO"))
	require.Contains(t, fmt.Sprint(named(t, r, configMapType, "api").Inputs), "https://sgp1.digitaloceanspaces.com")
	for token := range r.Types() {
		for _, res := range r.Resources(token) {
			require.NotContains(t, fmt.Sprint(res.Inputs), "30900", "%s %s", token, res.Name)
		}
	}
}

// The design's four servers of 2 TB, each on a node of its own.
func TestOwnObjectStore(t *testing.T) {
	r := recorder(false)
	require.NoError(t, deployWith(t, "prod", r, ownStore()))
	set := named(t, r, statefulSetType, "minio")
	require.Equal(t, "singapore-minio", set.Name, "at the primary site only")
	require.Equal(t, 4.0, at(t, set.Inputs, "spec", "replicas").NumberValue())
	claim := at(t, set.Inputs, "spec", "volumeClaimTemplates", 0, "spec").ObjectValue()
	require.Equal(t, "2000Gi", at(t, claim, "resources", "requests", "storage").StringValue())
	require.Equal(t, "do-block-storage-retain", claim["storageClassName"].StringValue())
	pod := at(t, set.Inputs, "spec", "template", "spec").ObjectValue()
	require.Equal(t, "minio", at(t, pod, "nodeSelector", "gomeet.com/role").StringValue())
	require.Equal(t, "kubernetes.io/hostname",
		at(t, pod, "affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution", 0, "topologyKey").StringValue())
	require.Contains(t, fmt.Sprint(pod["containers"]), "https://minio-{0...3}.data.svc.cluster.local:9000/data")
	for i := range 4 {
		own := named(t, r, "kubernetes:core/v1:Service", fmt.Sprintf("minio-%d", i))
		require.Equal(t, "None", at(t, own.Inputs, "spec", "clusterIP").StringValue(), "a server must find its own address")
	}
	require.Equal(t, 1.0, at(t, named(t, r, "kubernetes:policy/v1:PodDisruptionBudget", "minio").Inputs, "spec", "maxUnavailable").NumberValue())
	cron := named(t, r, "kubernetes:batch/v1:CronJob", "recordings-copy")
	require.Equal(t, "30 19 * * *", at(t, cron.Inputs, "spec", "schedule").StringValue())
	require.Equal(t, "Forbid", at(t, cron.Inputs, "spec", "concurrencyPolicy").StringValue())
}

// The design's 30 days on the servers, which are sized for them, and 365 at the copy; a
// copy that is not made is an alert, before the servers let go of what it lacks.
func TestOwnObjectStoreKeepsHotRecordings(t *testing.T) {
	r := recorder(false)
	require.NoError(t, deployWith(t, "prod", r, ownStore()))
	setups := slices.DeleteFunc(r.Resources("kubernetes:batch/v1:Job"), func(job pulumitest.Resource) bool {
		return job.Name != "singapore-minio-setup"
	})
	require.Len(t, setups, 1)
	require.Contains(t, fmt.Sprint(setups[0].Inputs), "{map[name:{RETENTION_DAYS} value:{30}]}")
	for _, b := range r.Resources("digitalocean:index/spacesBucket:SpacesBucket") {
		if b.Name == "gomeet-recordings" {
			require.Equal(t, 365.0, at(t, b.Inputs, "lifecycleRules", 0, "expiration", "days").NumberValue())
		}
	}
	const limited = "kind: copy\n          system: recordings"
	for _, config := range r.Resources(configMapType) {
		if rules := at(t, config.Inputs, "data", "backups.yml"); rules.HasValue() {
			require.Equal(t, config.Name == "singapore-monitoring-prometheus-rules", strings.Contains(rules.StringValue(), limited), config.Name)
		}
	}
}

// What uses the recordings is told of the store, may reach it, and trusts it.
func TestOwnObjectStoreIsUsed(t *testing.T) {
	const endpoint = "https://minio.data.svc.cluster.local:9000"
	r := recorder(false)
	require.NoError(t, deployWith(t, "prod", r, ownStore()))
	var told int
	for _, config := range r.Resources(configMapType) {
		if text := at(t, config.Inputs, "data", "api.yaml"); text.HasValue() {
			told++
			for _, line := range []string{"endpoint: " + endpoint, "bucket: recordings", "pathStyle: true", `publicHost: ""`, "/data-ca.crt"} {
				require.Contains(t, text.StringValue(), line, config.Name)
			}
		}
	}
	require.Equal(t, 2, told, "the API of both sites")
	recorders := fmt.Sprint(named(t, r, deploymentType, "egress").Inputs)
	for _, part := range []string{"endpoint: " + endpoint, "force_path_style: true", "SSL_CERT_DIR"} {
		require.Contains(t, recorders, part)
	}
	for _, from := range []string{"egress", "minio-jobs", "chat"} {
		policy := named(t, r, "kubernetes:networking.k8s.io/v1:NetworkPolicy", from)
		require.Contains(t, fmt.Sprint(at(t, policy.Inputs, "spec", "egress")), "{9000}", from)
	}
	// Jakarta's API comes by the private load balancer.
	linked := slices.ContainsFunc(r.Resources("kubernetes:discovery.k8s.io/v1:EndpointSlice"), func(s pulumitest.Resource) bool {
		return s.Name == "jakarta-minio"
	})
	require.True(t, linked, "the store has its name at the other site")
	balancer := fmt.Sprint(r.Resources("digitalocean:index/loadBalancer:LoadBalancer"))
	firewalls := fmt.Sprint(r.Resources("digitalocean:index/firewall:Firewall"))
	require.Contains(t, balancer, "{30900}")
	require.Contains(t, firewalls, "{30900}")
}

// Prometheus at the store's site asks its servers and knows how many there are; the other
// site has no alert on a store it does not have.
func TestOwnObjectStoreIsWatched(t *testing.T) {
	r := recorder(false)
	require.NoError(t, deployWith(t, "prod", r, ownStore()))
	watched := map[string]bool{}
	for _, config := range r.Resources(configMapType) {
		if rules := at(t, config.Inputs, "data", "monitoring.yml"); rules.HasValue() {
			store := at(t, config.Inputs, "data", "object-store.yml")
			watched[config.Name] = store.HasValue() && strings.Contains(rules.StringValue(), "job: minio")
			require.Equal(t, store.HasValue(), watched[config.Name], "alerts that no job can fire")
			if store.HasValue() {
				require.Contains(t, store.StringValue(), "or vector(0)) < 4")
				require.Contains(t, store.StringValue(), "or vector(0)) < 3")
			}
		}
	}
	require.Equal(t, map[string]bool{"singapore-monitoring-prometheus-rules": true, "jakarta-monitoring-prometheus-rules": false}, watched)
	out := fmt.Sprint(at(t, of(t, r, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "singapore-monitoring-prometheus").Inputs, "spec", "egress"))
	require.Contains(t, out, "{9000}")
}

// Root's password and the user's are derived, in a Secret, and nowhere else.
func TestOwnObjectStoreKeepsItsSecrets(t *testing.T) {
	r := recorder(false)
	require.NoError(t, deployWith(t, "dev", r, ownStore()))
	kept := named(t, r, secretType, "minio")
	data := kept.Inputs["stringData"]
	require.True(t, data.ContainsSecrets())
	root, user := plainText(at(t, kept.Inputs, "stringData", "root-password")), plainText(at(t, kept.Inputs, "stringData", "password"))
	require.Len(t, root, 64)
	require.NotEqual(t, root, user)
	for token := range r.Types() {
		for _, res := range r.Resources(token) {
			text := fmt.Sprint(res.Inputs)
			require.NotContains(t, text, objectStorePassword, "%s %s", token, res.Name)
			if token != secretType {
				require.NotContains(t, text, user, "%s %s", token, res.Name)
				require.NotContains(t, text, root, "%s %s", token, res.Name)
			}
		}
	}
}

func plainText(value resource.PropertyValue) string {
	for value.IsSecret() {
		value = value.SecretValue().Element
	}
	return value.StringValue()
}

// One server is enough for a developer; two or three would be no erasure set.
func TestObjectStoreAndItsPool(t *testing.T) {
	for count, problem := range map[int]string{1: "", 3: "pools.minio.count is 3; it must be 1, or 4 to 16", 6: ""} {
		raw := configuration(t, "dev")
		raw["gomeet:objectStore"] = "minio"
		raw["gomeet:pools"] = fmt.Sprintf(`{"minio":{"count":%d}}`, count)
		_, err := stacks.Load("dev", raw)
		if problem == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, "gomeet:objectStore")
		require.ErrorContains(t, err, problem)
	}
	raw := configuration(t, "dev")
	raw["gomeet:objectStore"] = "s3"
	_, err := stacks.Load("dev", raw)
	require.ErrorContains(t, err, `gomeet:objectStore: "s3": must be "spaces" or "minio"`)
}

func TestOwnObjectStoreInPreviewAndFailing(t *testing.T) {
	require.NoError(t, deployWith(t, "dev", recorder(true), ownStore()))
	with, without := recorder(false), recorder(false)
	require.NoError(t, deployWith(t, "dev", with, ownStore()))
	spaces := ownStore()
	spaces["gomeet:objectStore"] = "spaces"
	require.NoError(t, deployWith(t, "dev", without, spaces))
	for token, count := range with.Types() {
		if count == without.Types()[token] {
			continue
		}
		// All of a type: some are the store's.
		for n := 1; n <= count; n++ {
			r := recorder(false)
			r.FailType, r.FailAt = token, n
			require.ErrorContains(t, deployWith(t, "dev", r, ownStore()), pulumitest.ErrInjected.Error(), "%s %d", token, n)
		}
	}
}
