package provider_test

// vpcInSingapore is a network that other resources need.
var vpcInSingapore = need{"net", "Vpc", object{"name": "net", "region": "sgp1", "ipRange": "10.64.0.0/20"}}

var clusterInSingapore = need{"cluster", "KubernetesCluster", object{
	"name": "c", "region": "sgp1", "version": "1.35.4-do.0", "vpcUuid": "${net}",
	"nodePool": object{"name": "default", "size": "s-2vcpu-4gb", "nodeCount": 1},
}}

var scenarios = []scenario{
	{
		name: "vpc", resource: "Vpc", importID: "${subject}",
		inputs: object{"name": "net", "region": "sgp1", "ipRange": "10.64.0.0/20", "description": "media"},
		changes: []change{
			{name: "name", edit: object{"name": "other"}, apply: true},
			{name: "description", edit: object{"description": "signalling"}, apply: true},
			{name: "no description", edit: object{"description": nil}, apply: true},
			{name: "region", edit: object{"region": "blr1"}},
			{name: "range", edit: object{"ipRange": "10.0.0.0/20"}},
			{name: "no range", edit: object{"ipRange": nil}},
			{name: "unknown region", edit: object{"region": unknown}},
		},
	},
	{
		name: "vpc-smallest", resource: "Vpc", importID: "${subject}",
		inputs:  object{"region": "sgp1"},
		changes: []change{{name: "description", edit: object{"description": "d"}, apply: true}},
	},
	{
		name: "vpcpeering", resource: "VpcPeering", importID: "${subject}",
		needs:  []need{vpcInSingapore, {"far", "Vpc", object{"name": "far", "region": "fra1", "ipRange": "10.80.0.0/20"}}},
		inputs: object{"name": "p", "vpcIds": []any{"${net}", "${far}"}},
		changes: []change{
			{name: "name", edit: object{"name": "q"}, apply: true},
			{name: "other order", edit: object{"vpcIds": []any{"${far}", "${net}"}}},
			{name: "another network", edit: object{"vpcIds": []any{"${far}", "another"}}},
		},
	},
	{
		name: "tag", resource: "Tag", importID: "${subject}",
		inputs:  object{"name": "gomeet"},
		changes: []change{{name: "name", edit: object{"name": "other"}}},
	},
	{
		name: "project", resource: "Project", importID: "${subject}", needs: []need{clusterNetwork, clusterForProject},
		inputs: object{"name": "p", "description": "d", "environment": "Production", "resources": []any{"${cluster.clusterUrn}"}},
		changes: []change{
			{name: "name", edit: object{"name": "q"}, apply: true},
			{name: "environment in other case", edit: object{"environment": "production"}},
			{name: "no description", edit: object{"description": nil}, apply: true},
			{name: "no resources named", edit: object{"resources": nil}},
			{name: "no resources", edit: object{"resources": []any{}}},
			{name: "purpose", edit: object{"purpose": "Service or API"}, apply: true},
		},
	},
	{
		name: "project-smallest", resource: "Project", importID: "${subject}", inputs: object{},
		changes: []change{
			{name: "purpose", edit: object{"purpose": "Just for fun"}, apply: true},
			{name: "environment", edit: object{"environment": "staging"}, apply: true},
		},
	},
	{
		name: "project-resources", resource: "ProjectResources",
		needs:  []need{clusterNetwork, clusterForProject, {"p", "Project", object{"name": "p"}}},
		inputs: object{"project": "${p}", "resources": []any{"${cluster.clusterUrn}"}},
		changes: []change{
			{name: "none", edit: object{"resources": []any{}}, apply: true},
			{name: "project", edit: object{"project": "another"}},
		},
	},
	{
		name: "cluster-smallest", resource: "KubernetesCluster", importID: "${subject}", needs: []need{vpcInSingapore},
		inputs: object{
			"region": "sgp1", "version": "1.34.8-do.0", "vpcUuid": "${net}",
			"nodePool": object{"name": "default", "size": "s-2vcpu-4gb", "nodeCount": 1},
		},
		changes: []change{
			{name: "name", edit: object{"name": "d"}, apply: true},
			{name: "ha", edit: object{"ha": true}, apply: true},
			{name: "newer version", edit: object{"version": "1.35.4-do.0"}, apply: true},
			{name: "older version", edit: object{"version": "1.33.1-do.0"}},
			{name: "pool size", edit: object{"nodePool.size": "c-4"}},
			{name: "pool name", edit: object{"nodePool.name": "other"}},
			{name: "pool count", edit: object{"nodePool.nodeCount": 2}, apply: true},
			{name: "pool labels", edit: object{"nodePool.labels": object{"role": "x"}}, apply: true},
			{name: "pool taints", edit: object{"nodePool.taints": []any{object{"key": "a", "value": "b", "effect": "NoSchedule"}}}, apply: true},
			{name: "pool tags", edit: object{"nodePool.tags": []any{"t"}}, apply: true},
			{name: "pool scales itself", edit: object{"nodePool.autoScale": true, "nodePool.nodeCount": nil, "nodePool.minNodes": 1, "nodePool.maxNodes": 3}, apply: true},
			{name: "tags", edit: object{"tags": []any{"t", "s"}}, apply: true},
			{name: "maintenance", edit: object{"maintenancePolicy": object{"day": "sunday", "startTime": "04:00"}}, apply: true},
			{name: "region", edit: object{"region": "fra1"}},
			{name: "network", edit: object{"vpcUuid": "another"}},
			{name: "no network", edit: object{"vpcUuid": nil}},
			{name: "pod range", edit: object{"clusterSubnet": "10.70.0.0/16"}},
			{name: "service range", edit: object{"serviceSubnet": "10.71.0.0/20"}},
			{name: "auto upgrade", edit: object{"autoUpgrade": true}, apply: true},
			{name: "no surge upgrade", edit: object{"surgeUpgrade": false}, apply: true},
			{name: "all associated resources", edit: object{"destroyAllAssociatedResources": true}, apply: true},
		},
	},
	{
		name: "cluster", resource: "KubernetesCluster", importID: "${subject}", needs: []need{vpcInSingapore},
		inputs: object{
			"name": "c", "region": "sgp1", "version": "1.35.4-do.0", "vpcUuid": "${net}",
			"clusterSubnet": "10.65.0.0/18", "serviceSubnet": "10.65.64.0/20", "ha": true, "autoUpgrade": true,
			"tags": []any{"stack:dev", "gomeet"}, "maintenancePolicy": object{"day": "sunday", "startTime": "04:00"},
			"controlPlaneFirewall":            object{"enabled": true, "allowedAddresses": []any{"192.0.2.0/24"}},
			"clusterAutoscalerConfigurations": []any{object{"scaleDownUtilizationThreshold": 0.5, "scaleDownUnneededTime": "5m"}},
			"routingAgent":                    object{"enabled": true},
			"nodePool": object{
				"name": "default", "size": "s-2vcpu-4gb", "autoScale": true, "minNodes": 1, "maxNodes": 3,
				"tags": []any{"gomeet"}, "labels": object{"role": "default"},
				"taints": []any{object{"key": "a", "value": "b", "effect": "NoSchedule"}},
			},
		},
		changes: []change{
			{name: "tags in another order", edit: object{"tags": []any{"gomeet", "stack:dev"}}},
			{name: "no tags", edit: object{"tags": nil}, apply: true},
			{name: "no maintenance", edit: object{"maintenancePolicy": nil}},
			{name: "maintenance hour", edit: object{"maintenancePolicy.startTime": "05:00"}, apply: true},
			{name: "no firewall", edit: object{"controlPlaneFirewall": nil}},
			{name: "firewall off", edit: object{"controlPlaneFirewall": object{"enabled": false, "allowedAddresses": []any{}}}, apply: true},
			{name: "autoscaler", edit: object{"clusterAutoscalerConfigurations": []any{object{"scaleDownUnneededTime": "7m"}}}, apply: true},
			{name: "no autoscaler", edit: object{"clusterAutoscalerConfigurations": nil}, apply: true},
			{name: "no routing agent", edit: object{"routingAgent": nil}},
			{name: "no ha named", edit: object{"ha": nil}},
			{name: "no labels", edit: object{"nodePool.labels": nil}, apply: true},
			{name: "no taints", edit: object{"nodePool.taints": nil}, apply: true},
			{name: "limits", edit: object{"nodePool.maxNodes": 5}, apply: true},
			{name: "a count besides", edit: object{"nodePool.nodeCount": 2}},
		},
	},
	{
		name: "pool", resource: "KubernetesNodePool", importID: "${subject}", needs: []need{vpcInSingapore, clusterInSingapore},
		inputs: object{
			"name": "sfu", "clusterId": "${cluster}", "size": "c-2", "nodeCount": 2,
			"tags": []any{"gomeet"}, "labels": object{"role": "sfu"},
			"taints": []any{object{"key": "role", "value": "sfu", "effect": "NoSchedule"}},
		},
		changes: []change{
			{name: "name", edit: object{"name": "other"}, apply: true},
			{name: "size", edit: object{"size": "c-4"}},
			{name: "cluster", edit: object{"clusterId": "another"}},
			{name: "unknown cluster", edit: object{"clusterId": unknown}},
			{name: "count", edit: object{"nodeCount": 3}, apply: true},
			{name: "no count", edit: object{"nodeCount": nil}},
			{name: "labels", edit: object{"labels": object{"role": "sfu", "x": "y"}}, apply: true},
			{name: "no labels", edit: object{"labels": nil}, apply: true},
			{name: "no taints", edit: object{"taints": nil}, apply: true},
			{name: "taint", edit: object{"taints": []any{object{"key": "role", "value": "other", "effect": "NoSchedule"}}}, apply: true},
			{name: "tags", edit: object{"tags": []any{"a", "gomeet"}}, apply: true},
			{name: "scales itself", edit: object{"autoScale": true, "minNodes": 1, "maxNodes": 4, "nodeCount": nil}, apply: true},
		},
	},
	{
		name: "pool-autoscaled", resource: "KubernetesNodePool", importID: "${subject}", needs: []need{vpcInSingapore, clusterInSingapore},
		inputs: object{"name": "sfu", "clusterId": "${cluster}", "size": "c-2", "autoScale": true, "minNodes": 1, "maxNodes": 3},
		changes: []change{
			{name: "limits", edit: object{"minNodes": 2, "maxNodes": 4}, apply: true},
			{name: "a count besides", edit: object{"nodeCount": 3}},
			{name: "fixed", edit: object{"autoScale": false, "minNodes": nil, "maxNodes": nil, "nodeCount": 2}, apply: true},
		},
	},
}

var clusterNetwork = vpcInSingapore

var clusterForProject = clusterInSingapore
