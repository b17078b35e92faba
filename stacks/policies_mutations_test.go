package stacks_test

import "github.com/gomeet/infra/policies"

// mutation breaks one rule in the real prod program.
type mutation struct {
	// resource is the end of the URN of what changes: type and name.
	resource string
	// path leads to the property that becomes value. Lists are indexed by "0", "1".
	path  string
	value any
	// change is for what is no property.
	change func(r *policies.Resource)
	// elsewhere is set when the finding is not on the changed resource.
	elsewhere bool
}

const (
	doks       = "digitalocean:index/kubernetesCluster:KubernetesCluster::singapore"
	api        = "kubernetes:apps/v1:Deployment::singapore-signalling"
	container0 = "spec.template.spec.containers.0."
	edgeBucket = "digitalocean:index/spacesBucket:SpacesBucket::storage-backups"
	role       = "kubernetes:rbac.authorization.k8s.io/v1:Role::singapore-postgres-jobs"
	binding    = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding::singapore-postgres-jobs"
	sfuPool    = "digitalocean:index/kubernetesNodePool:KubernetesNodePool::singapore-sfu"
	database   = "kubernetes:apps/v1:StatefulSet::singapore-postgres"
	redisWall  = "digitalocean:index/firewall:Firewall::singapore-redis"
)

func unprotect(r *policies.Resource) { r.Protect = false }

// mutations has one for every rule.
var mutations = map[string]mutation{
	"do-bucket-versioning":    {resource: edgeBucket, path: "versioning.enabled", value: false},
	"do-bucket-private":       {resource: edgeBucket, path: "acl", value: "public-read"},
	"do-bucket-force-destroy": {resource: edgeBucket, path: "forceDestroy", value: true},
	"do-droplet-ssh-keys": {resource: doks, change: func(r *policies.Resource) {
		r.Type, r.Properties = "digitalocean:index/droplet:Droplet", map[string]any{"size": "c-2"}
	}},
	"do-firewall-inbound":           {resource: "Firewall::singapore-api", path: "inboundRules.2.sourceAddresses", value: []any{"0.0.0.0/0"}},
	"do-firewall-outbound":          {resource: redisWall, path: "outboundRules.5.destinationAddresses", value: []any{"::/0"}},
	"do-loadbalancer-https":         {resource: "LoadBalancer::singapore-web", path: "redirectHttpToHttps", value: false},
	"do-cluster-surge-upgrade":      {resource: doks, path: "surgeUpgrade", value: false},
	"do-cluster-auto-upgrade":       {resource: doks, path: "maintenancePolicy", value: nil},
	"gomeet-pinned-version":         {resource: doks, path: "version", value: "latest"},
	"gomeet-associated-resources":   {resource: doks, path: "destroyAllAssociatedResources", value: true},
	"gomeet-high-availability":      {resource: doks, path: "ha", value: false},
	"gomeet-control-plane-firewall": {resource: doks, path: "controlPlaneFirewall.enabled", value: false},
	"gomeet-default-pool":           {resource: doks, path: "nodePool.autoScale", value: true},

	"k8s-host-namespaces":   {resource: api, path: "spec.template.spec.hostNetwork", value: true},
	"k8s-host-path":         {resource: api, path: "spec.template.spec.volumes", value: []any{map[string]any{"hostPath": map[string]any{"path": "/"}}}},
	"k8s-volume-types":      {resource: api, path: "spec.template.spec.volumes", value: []any{map[string]any{"name": "share", "nfs": map[string]any{"server": "192.0.2.1"}}}},
	"k8s-isolation":         {resource: api, path: container0 + "securityContext.procMount", value: "Unmasked"},
	"k8s-service-account":   {resource: api, path: "spec.template.spec.automountServiceAccountToken", value: nil},
	"k8s-default-namespace": {resource: api, path: "metadata.namespace", value: nil},
	"k8s-pod-security":      {resource: "Namespace::singapore-data", path: "metadata.labels", value: nil},

	"k8s-privileged":           {resource: api, path: container0 + "securityContext.privileged", value: true},
	"k8s-privilege-escalation": {resource: api, path: container0 + "securityContext.allowPrivilegeEscalation", value: nil},
	"k8s-run-as-non-root":      {resource: "CronJob::singapore-redis-redis-cluster", path: "spec.jobTemplate.spec.template.spec.securityContext", value: nil},
	"k8s-capabilities":         {resource: database, path: container0 + "securityContext.capabilities.add", value: []any{"SYS_ADMIN"}},
	"k8s-read-only-root":       {resource: "DaemonSet::jakarta-edge", path: container0 + "securityContext.readOnlyRootFilesystem", value: false},
	"k8s-seccomp":              {resource: api, path: "spec.template.spec.securityContext.seccompProfile", value: nil},
	"k8s-host-ports":           {resource: api, path: container0 + "ports.0.hostPort", value: 22.0},
	"gomeet-pinned-images":     {resource: "Job::singapore-postgres-migrate", path: container0 + "image", value: "ghcr.io/gomeet/postgres"},

	"k8s-rbac-cluster-admin": {resource: binding, path: "roleRef.name", value: "cluster-admin"},
	"k8s-rbac-anybody":       {resource: binding, path: "subjects.0.name", value: "system:authenticated"},
	"k8s-rbac-wildcards":     {resource: role, path: "rules.0.verbs", value: []any{"*"}},
	"k8s-rbac-secrets":       {resource: role, path: "rules.0.resources", value: []any{"secrets"}},
	"k8s-rbac-escalation":    {resource: role, path: "rules.0.verbs", value: []any{"impersonate"}},

	"k8s-rbac-powers": {resource: "Role::singapore-postgres", path: "rules.2.verbs", value: []any{"create"}},

	"k8s-network-policy":      {resource: "NetworkPolicy::jakarta-edge-deny-all", path: "spec.policyTypes", value: []any{"Ingress"}, elsewhere: true},
	"k8s-network-policy-open": {resource: "/v1:NetworkPolicy::singapore-postgres", path: "spec.ingress.0.from", value: nil},
	"k8s-service-exposed":     {resource: "Service::singapore-chat", path: "spec.type", value: "LoadBalancer"},
	"k8s-api-version":         {resource: "PodDisruptionBudget::singapore-redis", change: func(r *policies.Resource) { r.Type = "kubernetes:policy/v1beta1:PodDisruptionBudget" }},

	"k8s-resources":           {resource: api, path: container0 + "resources.limits.memory", value: nil},
	"k8s-probes":              {resource: api, path: container0 + "readinessProbe", value: nil},
	"k8s-variables":           {resource: api, path: container0 + "env", value: []any{map[string]any{"name": "A", "value": "x"}, map[string]any{"name": "A", "value": "y"}}},
	"k8s-autoscaler-target":   {resource: "HorizontalPodAutoscaler::singapore-signalling", path: "spec.scaleTargetRef.name", value: "signaling"},
	"k8s-spread":              {resource: database, path: "spec.template.spec.affinity", value: nil},
	"k8s-statefulset-service": {resource: database, path: "spec.serviceName", value: nil},
	"k8s-cronjob-deadline":    {resource: "CronJob::singapore-state-state-backup", path: "spec.startingDeadlineSeconds", value: nil},
	"k8s-selectors":           {resource: "Service::jakarta-chat", path: "spec.selector", value: map[string]any{"app.kubernetes.io/name": "chta"}},
	"k8s-disruption-budget":   {resource: "PodDisruptionBudget::singapore-postgres", path: "metadata.namespace", value: "gomeet", elsewhere: true},

	"gomeet-protect":           {resource: "NodePool::singapore-pg", change: unprotect},
	"gomeet-retain-volumes":    {resource: database, path: "spec.persistentVolumeClaimRetentionPolicy.whenScaled", value: "Delete"},
	"gomeet-backups-elsewhere": {resource: edgeBucket, path: "region", value: "sgp1"},
	"gomeet-tags":              {resource: sfuPool, path: "tags", value: []any{"gomeet", "role:sfu"}},
	"gomeet-budget":            {resource: sfuPool, path: "maxNodes", value: 80.0, elsewhere: true},
	"gomeet-carries-target":    {resource: "NodePool::singapore-sfu", path: "maxNodes", value: 1.0, elsewhere: true},

	"gomeet-address-ranges":    {resource: doks, path: "clusterSubnet", value: "10.72.0.0/18", elsewhere: true},
	"gomeet-region":            {resource: doks, path: "region", value: "fra1"},
	"gomeet-autoscale":         {resource: "NodePool::singapore-monitoring", path: "autoScale", value: true},
	"gomeet-loadbalancer-name": {resource: "LoadBalancer::singapore-web", path: "name", value: "gomeet-prod-jakarta-edge", elsewhere: true},
	"gomeet-media-ports":       {resource: "Firewall::singapore-api", path: "inboundRules.0.sourceAddresses", value: []any{"0.0.0.0/0"}},
	"gomeet-secret-inputs":     {resource: "pulumi:providers:kubernetes::singapore", path: "kubeconfig", value: "apiVersion: v1"},
	"gomeet-secret-data":       {resource: "core/v1:Secret::singapore-livekit", path: "stringData", value: map[string]any{"keys.yaml": "key: secret"}},
	"gomeet-secret-config":     {resource: "ConfigMap::singapore-postgres", path: "data", value: map[string]any{"patroni.yml": "postgresql:\n  password: hunter2\n"}},
	"gomeet-secret-env":        {resource: api, path: container0 + "env", value: []any{map[string]any{"name": "DATABASE_PASSWORD", "value": "hunter2"}}},
}
