package api

import "github.com/digitalocean/godo"

// updateCluster changes what the request names. A request without surge_upgrade
// switches it off: godo cannot say false in any other way.
func updateCluster(c *call) (reply, error) {
	k, err := c.cluster()
	if err != nil {
		return reply{}, err
	}
	var req godo.KubernetesClusterUpdateRequest
	if err := c.decode(&req); err != nil {
		return reply{}, err
	}
	if req.Name != "" {
		if err := c.checkClusterName(k.Shown.ID, req.Name); err != nil {
			return reply{}, err
		}
		k.Shown.Name = req.Name
	}
	if req.Tags != nil {
		if k.Shown.Tags, err = c.ensureTags(append(req.Tags, clusterTags(k.Shown.ID)...)); err != nil {
			return reply{}, err
		}
	}
	if req.MaintenancePolicy != nil {
		if k.Shown.MaintenancePolicy, err = maintenance(req.MaintenancePolicy); err != nil {
			return reply{}, err
		}
	}
	if req.HA != nil {
		if k.Shown.HA && !*req.HA {
			return reply{}, invalid("ha is false, want true: high availability cannot be switched off")
		}
		k.Shown.HA = *req.HA
		k.Shown.IPv4 = k.masterIP()
	}
	if req.AutoUpgrade != nil {
		k.Shown.AutoUpgrade = *req.AutoUpgrade
	}
	if req.GPUOperatorReady != nil {
		k.Shown.GPUOperatorReady = *req.GPUOperatorReady
	}
	k.Shown.SurgeUpgrade = req.SurgeUpgrade
	setComponents(&k.Shown, componentsOfUpdate(req))
	k.Shown.UpdatedAt = c.now
	if err := c.putCluster(k); err != nil {
		return reply{}, err
	}
	return accepted("kubernetes_cluster", k.show())
}
