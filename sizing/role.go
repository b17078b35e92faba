package sizing

// Role is what a node pool is for. Its text is used in node labels, tags and
// configuration keys.
type Role string

// The roles of the platform.
const (
	// RoleDefault is the small fixed pool every DOKS cluster has for cluster
	// services. Resizing a cluster's default pool replaces the cluster
	// (terraform-provider-digitalocean#424), so no workload lives there.
	RoleDefault Role = "default"
	// RoleSFU runs LiveKit, one per node, on the host network.
	RoleSFU Role = "sfu"
	// RoleAPI runs the API and its WebSockets, one instance per node.
	RoleAPI Role = "api"
	// RolePG runs PostgreSQL.
	RolePG Role = "pg"
	// RoleRedis runs the Redis cluster.
	RoleRedis Role = "redis"
	// RoleMinIO runs the object store.
	RoleMinIO Role = "minio"
	// RoleMonitoring runs Prometheus, Grafana and Alertmanager.
	RoleMonitoring Role = "monitoring"
	// RoleRecorder runs LiveKit egress, the recorders. The design document has no
	// such pool; the capacity model plans one when meetings are recorded.
	RoleRecorder Role = "recorder"
)

// Roles lists every role in the order in which plans list pools.
var Roles = []Role{
	RoleDefault, RoleSFU, RoleAPI, RolePG, RoleRedis, RoleMinIO, RoleMonitoring, RoleRecorder,
}

// Known reports whether the role is one of Roles.
func (r Role) Known() bool {
	for _, known := range Roles {
		if r == known {
			return true
		}
	}
	return false
}

// Model is a way to derive counts from a target.
type Model string

// The models.
const (
	// ModelDesign reproduces the design document's arithmetic and sizes.
	ModelDesign Model = "design"
	// ModelCapacity derives counts from measured capacity.
	ModelCapacity Model = "capacity"
)

// Models lists the known models.
var Models = []Model{ModelDesign, ModelCapacity}
