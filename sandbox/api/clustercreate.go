package api

import (
	"crypto/rand"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"

	"github.com/digitalocean/godo"
	"github.com/google/uuid"
)

// clusterName is what the names of clusters are made of. DigitalOcean documents no
// pattern; this one takes every name that can stand in a kubeconfig's context.
var clusterName = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?$`)

// maxClusterName is the length of a DNS label (RFC 1035) in characters, the
// sandbox's choice for the same reason.
const maxClusterName = 63

// checkClusterName checks the name of the cluster with this ID, "" for a new one.
func (c *call) checkClusterName(id, name string) error {
	if !clusterName.MatchString(name) || len(name) > maxClusterName {
		return invalid("name %q is invalid, want at most %d letters, digits, dashes and periods", name, maxClusterName)
	}
	list, err := c.liveClusters()
	if err != nil {
		return err
	}
	for _, k := range list {
		if k.Shown.ID != id && k.Shown.Name == name {
			return invalid("a cluster with this name already exists: %q is %s", name, k.Shown.ID)
		}
	}
	return nil
}

func createCluster(c *call) (reply, error) {
	var req struct {
		godo.KubernetesClusterCreateRequest
		NodePools []poolRequest `json:"node_pools"`
	}
	if err := c.decode(&req); err != nil {
		return reply{}, err
	}
	k, err := c.newCluster(req.KubernetesClusterCreateRequest)
	if err != nil {
		return reply{}, err
	}
	if len(req.NodePools) == 0 {
		return reply{}, invalid("node_pools is empty, want at least one node pool")
	}
	for _, p := range req.NodePools {
		if err := c.addPool(&k, p); err != nil {
			return reply{}, err
		}
	}
	if err := clusters.Put(c.tx, k.Shown.ID, k); err != nil {
		return reply{}, err
	}
	c.afterCommit(func() { c.startCluster(k.Shown.ID) })
	return created("kubernetes_cluster", k.show())
}

// newCluster checks everything of a request but the node pools.
func (c *call) newCluster(req godo.KubernetesClusterCreateRequest) (cluster, error) {
	var none cluster
	if err := c.checkClusterName("", req.Name); err != nil {
		return none, err
	}
	if _, err := openRegion(req.RegionSlug); err != nil {
		return none, err
	}
	version, err := resolveVersion(req.VersionSlug)
	if err != nil {
		return none, err
	}
	vpc, err := c.vpcOrDefault(req.VPCUUID, req.RegionSlug)
	if err != nil {
		return none, err
	}
	if req.WorkerSubnetUUID != "" {
		return none, invalid("worker_subnet_uuid %q is invalid: the VPC has no such subnet", req.WorkerSubnetUUID)
	}
	if req.IsolatedWorkers {
		return none, invalid("isolated_workers is true: the VPC %q has no NAT gateway", vpc.Name)
	}
	k := cluster{Subnets: req.ClusterSubnet != "" || req.ServiceSubnet != ""}
	if err := c.checkSubnets(&req, vpc, k.Subnets); err != nil {
		return none, err
	}
	policy, err := maintenance(req.MaintenancePolicy)
	if err != nil {
		return none, err
	}
	id := uuid.NewString()
	tags, err := c.ensureTags(append(slices.Clone(req.Tags), clusterTags(id)...))
	if err != nil {
		return none, err
	}
	if k.Token, err = newToken(); err != nil {
		return none, err
	}
	k.Shown = godo.KubernetesCluster{
		ID: id, Name: req.Name, RegionSlug: req.RegionSlug, VersionSlug: version.Slug,
		ClusterSubnet: req.ClusterSubnet, ServiceSubnet: req.ServiceSubnet,
		Tags: tags, VPCUUID: vpc.ID,
		// Before 1.36 a control plane is highly available only on request
		// (godo, KubernetesClusterCreateRequest.HA); the sandbox offers none later.
		HA:                req.HA != nil && *req.HA,
		MaintenancePolicy: policy,
		AutoUpgrade:       req.AutoUpgrade, SurgeUpgrade: req.SurgeUpgrade,
		GPUOperatorReady: req.GPUOperatorReady,
		Status:           &godo.KubernetesClusterStatus{State: godo.KubernetesClusterStatusProvisioning},
		CreatedAt:        c.now, UpdatedAt: c.now,
	}
	setComponents(&k.Shown, componentsOfCreate(req))
	k.SettleAt = c.due("cluster")
	k.Broken = c.r.Context().Value(halfCreated{}) != nil
	return k, nil
}

// newToken returns a token in the form of a DigitalOcean one: a prefix and 64
// hexadecimal digits.
func newToken() (string, error) {
	var b [32]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", err
	}
	return "dop_v1_" + hex.EncodeToString(b[:]), nil
}

// startTime is the form of a maintenance policy's start_time: HH:MM in UTC
// (DigitalOcean's OpenAPI document, kubernetes/models/maintenance_policy.yml).
var startTime = regexp.MustCompile(`^([01]?[0-9]|2[0-3]):[0-5][0-9]$`)

// maintenance checks a maintenance policy. Every cluster has one: DigitalOcean
// picks an hour, the sandbox always midnight. The window lasts four hours
// (maintenance_policy.yml, duration).
func maintenance(p *godo.KubernetesMaintenancePolicy) (*godo.KubernetesMaintenancePolicy, error) {
	policy := godo.KubernetesMaintenancePolicy{StartTime: "00:00", Duration: "4h0m0s"}
	if p != nil {
		policy.StartTime, policy.Day = p.StartTime, p.Day
	}
	if !startTime.MatchString(policy.StartTime) {
		return nil, invalid("maintenance_policy.start_time is %q, want HH:MM such as %q", policy.StartTime, "04:00")
	}
	if strings.Index(policy.StartTime, ":") == 1 {
		policy.StartTime = "0" + policy.StartTime
	}
	return &policy, nil
}
