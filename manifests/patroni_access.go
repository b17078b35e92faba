package manifests

// PatroniRule is what Patroni may do with a kind of object in its own namespace.
type PatroniRule struct {
	Resources, Verbs []string
}

// PatroniRules is the Role of the members' account: no more than Patroni needs to keep
// its lock and state in Endpoints and to label its pods (internal/live/postgres runs
// with exactly this).
var PatroniRules = []PatroniRule{
	{[]string{"endpoints"}, []string{"create", "get", "list", "patch", "update", "watch"}},
	// Without a Service of its name Kubernetes deletes the Endpoints with the state.
	{[]string{"services"}, []string{"create"}},
	{[]string{"pods"}, []string{"get", "list", "patch", "update", "watch"}},
}
