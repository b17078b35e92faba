package components

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// selector returns the label a workload selects its pods by. It never changes: a
// Deployment's selector is immutable.
func selector(app string) pulumi.StringMap {
	return pulumi.StringMap{"app.kubernetes.io/name": pulumi.String(app)}
}

// recommended returns Kubernetes' recommended labels for an application.
func recommended(app string, env Environment) pulumi.StringMap {
	return merge(selector(app), partOf(env))
}

// partOf returns the labels of everything the platform puts into a cluster.
func partOf(env Environment) pulumi.StringMap {
	return pulumi.StringMap{
		"app.kubernetes.io/part-of":  pulumi.String(platform),
		"app.kubernetes.io/instance": pulumi.String(env.Stack),
		SiteLabel:                    pulumi.String(env.Site),
	}
}

// merge returns the union of label sets; later ones win.
func merge(sets ...pulumi.StringMap) pulumi.StringMap {
	union := pulumi.StringMap{}
	for _, set := range sets {
		for key, value := range set {
			union[key] = value
		}
	}
	return union
}
