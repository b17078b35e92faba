package policies

import "regexp"

// versionSlug is a whole DOKS version: Kubernetes' own and DigitalOcean's build.
var versionSlug = regexp.MustCompile(`^\d+\.\d+\.\d+-do\.\d+$`)

// clusterRules are about DOKS clusters.
func clusterRules() []*Rule {
	return []*Rule{
		{
			ID: "do-cluster-surge-upgrade", Severity: Medium,
			Title:      "Clusters upgrade by surge",
			Why:        "Without it an upgrade drains a node before another one is there.",
			Fix:        "Set surgeUpgrade.",
			References: []string{"DIG-0005"},
			Types:      []string{clusterType},
			Each: func(_ *Settings, r Resource) []Problem {
				return one(r.Get("surgeUpgrade").NotTrue(), "", "surgeUpgrade is off")
			},
		},
		{
			ID: "do-cluster-auto-upgrade", Severity: Critical,
			Title:      "Clusters take patch releases by themselves, in a maintenance window",
			Why:        "Known holes stay open as long as nobody upgrades.",
			Fix:        "Set autoUpgrade and maintenancePolicy, or except the cluster and say who upgrades it.",
			References: []string{"DIG-0008"},
			Types:      []string{clusterType},
			Each: func(_ *Settings, r Resource) []Problem {
				return append(one(r.Get("autoUpgrade").NotTrue(), "autoUpgrade", "autoUpgrade is off"),
					one(r.Get("maintenancePolicy").Absent(), "maintenancePolicy", "there is no maintenance window")...)
			},
		},
		{
			ID: "gomeet-pinned-version", Severity: Medium,
			Title: "Clusters have a pinned version",
			Why:   `A prefix such as "1.35" means another version on another day.`,
			Fix:   "Set version to a whole slug such as 1.35.4-do.0.",
			Types: []string{clusterType},
			Each: func(_ *Settings, r Resource) []Problem {
				version := r.Get("version")
				return one(!version.Unknown() && !versionSlug.MatchString(version.Text()), "", "version is %q", version.Text())
			},
		},
		{
			ID: "gomeet-associated-resources", Severity: High,
			Title: "A deleted cluster leaves its volumes",
			Why:   "destroyAllAssociatedResources deletes the databases' volumes with the cluster.",
			Fix:   "Set destroyAllAssociatedResources to false.",
			Types: []string{clusterType},
			Each: func(_ *Settings, r Resource) []Problem {
				return one(r.Get("destroyAllAssociatedResources").True(), "", "destroyAllAssociatedResources is on")
			},
		},
		{
			ID: "gomeet-high-availability", Severity: High,
			Title: "Production has highly available control planes",
			Why:   "Without, no pod is moved and no node replaced while DigitalOcean maintains the only one.",
			Fix:   "Set ha; DOKS cannot switch it off again.",
			Types: []string{clusterType},
			Each: func(s *Settings, r Resource) []Problem {
				return one(s.Production && r.Get("ha").NotTrue(), "", "the control plane of a production stack is not highly available")
			},
		},
		{
			ID: "gomeet-control-plane-firewall", Severity: High,
			Title: "Production's control planes answer known networks only",
			Why:   "A leaked kubeconfig, or a hole in the API server, is then of no use from elsewhere.",
			Fix:   "Enable controlPlaneFirewall and list the networks that run Pulumi.",
			Types: []string{clusterType},
			Each: func(s *Settings, r Resource) []Problem {
				if !s.Production {
					return nil
				}
				firewall := r.Get("controlPlaneFirewall")
				problems := one(firewall.Get("enabled").NotTrue(), "", "controlPlaneFirewall is off")
				addresses, _ := firewall.Get("allowedAddresses").Texts()
				for _, address := range addresses {
					problems = append(problems, one(everywhere(address), "", "controlPlaneFirewall lets in %s", address)...)
				}
				return problems
			},
		},
		{
			ID: "gomeet-default-pool", Severity: Critical,
			Title: "The default pool is fixed",
			Why: "A changed default pool replaces the whole cluster (terraform-provider-digitalocean#424); " +
				"one that scales by itself changes on its own.",
			Fix:   "Leave autoScale, minNodes and maxNodes out of nodePool, and give workloads pools of their own.",
			Types: []string{clusterType},
			Each:  defaultPool,
		},
	}
}

func defaultPool(_ *Settings, r Resource) []Problem {
	pool := r.Get("nodePool")
	problems := one(pool.Get("autoScale").True(), "", "nodePool.autoScale is on")
	count := pool.Get("nodeCount")
	n, known := count.Number()
	problems = append(problems, one(count.Absent() || known && n < 1, "", "nodePool.nodeCount is not set")...)
	taints := pool.Get("taints")
	return append(problems, one(len(taints.Items()) > 0, "", "nodePool has taints: cluster services have nowhere else to run")...)
}
