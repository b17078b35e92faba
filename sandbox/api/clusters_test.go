package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/gomeet/infra/sandbox/api"
	"github.com/gomeet/infra/sandbox/kube/kubetest"
)

func TestClusterLifecycle(t *testing.T) {
	s := start(t)
	v := s.vpc("meet", "10.64.0.0/20")
	req := clusterRequest("one")
	req.VPCUUID, req.ClusterSubnet, req.ServiceSubnet = v.ID, "10.65.0.0/18", "10.65.64.0/20"
	req.HA, req.SurgeUpgrade, req.AutoUpgrade = godo.PtrTo(true), true, true
	req.MaintenancePolicy = &godo.KubernetesMaintenancePolicy{StartTime: "4:00", Day: godo.KubernetesMaintenanceDaySunday}
	req.ControlPlaneFirewall = &godo.KubernetesControlPlaneFirewall{Enabled: godo.PtrTo(true), AllowedAddresses: []string{"1.2.3.4/32"}}
	req.RoutingAgent = &godo.KubernetesRoutingAgent{Enabled: godo.PtrTo(true)}

	first, resp, err := s.client.Kubernetes.Create(ctx, req)
	require.NoError(t, err)
	require.Equal(t, http.StatusCreated, resp.StatusCode)
	require.Equal(t, godo.KubernetesClusterStatusProvisioning, first.Status.State)
	require.Len(t, first.NodePools[0].Nodes, 2)
	require.Equal(t, "provisioning", first.NodePools[0].Nodes[0].Status.State)

	k := s.running(first.ID)
	require.Equal(t, kubetest.URL(k.ID), k.Endpoint)
	require.Empty(t, k.IPv4, "a highly available control plane has no single address")
	require.ElementsMatch(t, []string{"own", "k8s", "k8s:" + k.ID}, k.Tags)
	require.Equal(t, "04:00", k.MaintenancePolicy.StartTime)
	require.Equal(t, godo.KubernetesMaintenanceDaySunday, k.MaintenancePolicy.Day)
	require.Equal(t, req.ControlPlaneFirewall, k.ControlPlaneFirewall)
	require.Equal(t, req.RoutingAgent, k.RoutingAgent)
	require.True(t, k.HA && k.SurgeUpgrade && k.AutoUpgrade)
	p := k.NodePools[0]
	require.ElementsMatch(t, []string{"terraform:default-node-pool", "k8s", "k8s:" + k.ID, "k8s:worker"}, p.Tags)
	require.Equal(t, map[string]string{"role": "system"}, p.Labels)
	require.Equal(t, []godo.Taint{{Key: "only", Value: "system", Effect: "NoSchedule"}}, p.Taints)
	_, _, raw := s.raw("GET", "/v2/kubernetes/clusters/"+k.ID, "")
	require.Contains(t, raw, `{"key":"only","value":"system","effect":"NoSchedule"}`)

	spec := s.planes.Specs()[k.ID]
	require.Equal(t, "10.65.0.0/18", spec.ClusterSubnet)
	nodes := s.planes.Nodes(k.ID)
	require.Len(t, nodes, 2)
	require.Equal(t, "s-4vcpu-8gb", nodes[0].Size.Slug)
	require.Equal(t, p.ID, nodes[0].PoolID)
	require.Equal(t, p.Nodes[0].Name, nodes[0].Name)
	require.Equal(t, p.Taints, nodes[0].Taints)

	// What the Terraform provider sends for parts that are not configured.
	updated, resp, err := s.client.Kubernetes.Update(ctx, k.ID, &godo.KubernetesClusterUpdateRequest{
		Name: "two", Tags: []string{"other"}, AutoUpgrade: godo.PtrTo(false),
		ControlPlaneFirewall: &godo.KubernetesControlPlaneFirewall{}, RoutingAgent: &godo.KubernetesRoutingAgent{},
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusAccepted, resp.StatusCode)
	require.Equal(t, "two", updated.Name)
	require.False(t, updated.AutoUpgrade || updated.SurgeUpgrade)
	require.ElementsMatch(t, []string{"other", "k8s", "k8s:" + k.ID}, updated.Tags)
	require.Equal(t, req.ControlPlaneFirewall, updated.ControlPlaneFirewall)
	_, _, err = s.client.Kubernetes.Update(ctx, k.ID, &godo.KubernetesClusterUpdateRequest{Name: "two", HA: new(bool)})
	requireStatus(t, err, 422, "ha is false")

	_, err = s.client.Kubernetes.Delete(ctx, k.ID)
	require.NoError(t, err)
	_, _, err = s.client.Kubernetes.Get(ctx, k.ID)
	requireStatus(t, err, 404, "could not be found")
	_, err = s.client.Kubernetes.Delete(ctx, k.ID)
	requireStatus(t, err, 404, "could not be found")
	s.eventually("the cluster is gone", func() bool { return s.inventory().Kinds["kubernetes_clusters"].Count == 0 })
	require.Empty(t, s.planes.Specs())
	require.Zero(t, s.inventory().Kinds["droplets"].Count)
	require.Zero(t, s.inventory().Kinds["node_pools"].Count)
}

func TestClusterRules(t *testing.T) {
	s := start(t)
	v := s.vpc("meet", "10.64.0.0/20")
	native := clusterRequest("taken")
	native.VPCUUID, native.ClusterSubnet, native.ServiceSubnet = v.ID, "10.65.0.0/18", "10.65.64.0/20"
	_, _, err := s.client.Kubernetes.Create(ctx, native)
	require.NoError(t, err)
	pool := func(r *godo.KubernetesClusterCreateRequest) *godo.KubernetesNodePoolCreateRequest {
		return r.NodePools[0]
	}
	for _, tc := range []struct {
		name, message string
		change        func(*godo.KubernetesClusterCreateRequest)
	}{
		{"name in use", "a cluster with this name already exists", func(r *godo.KubernetesClusterCreateRequest) { r.Name = "taken" }},
		{"bad name", `name "a b" is invalid`, func(r *godo.KubernetesClusterCreateRequest) { r.Name = "a b" }},
		{"region", `region "mars1" is invalid`, func(r *godo.KubernetesClusterCreateRequest) { r.RegionSlug = "mars1" }},
		{"version", `version "1.2.3" is invalid`, func(r *godo.KubernetesClusterCreateRequest) { r.VersionSlug = "1.2.3" }},
		{"unknown VPC", "there is no such VPC", func(r *godo.KubernetesClusterCreateRequest) { r.VPCUUID = "none" }},
		{"VPC elsewhere", `the VPC is in region "sgp1", want "fra1"`, func(r *godo.KubernetesClusterCreateRequest) { r.VPCUUID, r.RegionSlug = v.ID, "fra1" }},
		{"one subnet", `service_subnet "" is invalid`, func(r *godo.KubernetesClusterCreateRequest) { r.ClusterSubnet = "10.66.0.0/18" }},
		{"subnets overlap", "overlap", func(r *godo.KubernetesClusterCreateRequest) {
			r.ClusterSubnet, r.ServiceSubnet = "10.66.0.0/18", "10.66.0.0/20"
		}},
		{"subnet in the VPC", "the range of VPC meet", func(r *godo.KubernetesClusterCreateRequest) {
			r.VPCUUID, r.ClusterSubnet, r.ServiceSubnet = v.ID, "10.64.0.0/18", "10.66.0.0/20"
		}},
		{"subnet of a neighbour", "the cluster_subnet of taken", func(r *godo.KubernetesClusterCreateRequest) {
			r.VPCUUID, r.ClusterSubnet, r.ServiceSubnet = v.ID, "10.66.0.0/18", "10.65.0.0/20"
		}},
		{"isolated workers", "no NAT gateway", func(r *godo.KubernetesClusterCreateRequest) { r.IsolatedWorkers = true }},
		{"worker subnet", "no such subnet", func(r *godo.KubernetesClusterCreateRequest) { r.WorkerSubnetUUID = "x" }},
		{"maintenance", `start_time is "25:00"`, func(r *godo.KubernetesClusterCreateRequest) {
			r.MaintenancePolicy = &godo.KubernetesMaintenancePolicy{StartTime: "25:00"}
		}},
		{"tag", `tag "a b" is invalid`, func(r *godo.KubernetesClusterCreateRequest) { r.Tags = []string{"a b"} }},
		{"no pools", "node_pools is empty", func(r *godo.KubernetesClusterCreateRequest) { r.NodePools = nil }},
		{"pool twice", "already in use in this cluster", func(r *godo.KubernetesClusterCreateRequest) { r.NodePools = append(r.NodePools, r.NodePools[0]) }},
		{"pool name", `node pool name "System" is invalid`, func(r *godo.KubernetesClusterCreateRequest) { pool(r).Name = "System" }},
		{"pool size", `size "huge" is invalid`, func(r *godo.KubernetesClusterCreateRequest) { pool(r).Size = "huge" }},
		{"empty pool", "has count 0", func(r *godo.KubernetesClusterCreateRequest) { pool(r).Count = 0 }},
		{"limits", "min_nodes 3 and max_nodes 2", func(r *godo.KubernetesClusterCreateRequest) {
			pool(r).AutoScale, pool(r).MinNodes, pool(r).MaxNodes = true, 3, 2
		}},
		{"taint", `taint "k" has effect "Never"`, func(r *godo.KubernetesClusterCreateRequest) {
			pool(r).Taints = []godo.Taint{{Key: "k", Effect: "Never"}}
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			req := clusterRequest("new")
			tc.change(req)
			_, _, err := s.client.Kubernetes.Create(ctx, req)
			requireStatus(t, err, 422, tc.message)
		})
	}
	require.Equal(t, 1, s.inventory().Kinds["kubernetes_clusters"].Count)
}

func TestCredentials(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := start(t, func(c *api.Config) { c.Now = func() time.Time { return now } })
	k := s.cluster(clusterRequest("one"))
	require.Equal(t, "127.0.0.1", k.IPv4)
	creds, _, err := s.client.Kubernetes.GetCredentials(ctx, k.ID, &godo.KubernetesClusterCredentialsGetRequest{ExpirySeconds: new(int)})
	require.NoError(t, err)
	require.Equal(t, k.Endpoint, creds.Server)
	require.Equal(t, kubetest.CA, string(creds.CertificateAuthorityData))
	require.Equal(t, s.planes.Specs()[k.ID].Token, creds.Token)
	require.Equal(t, now.AddDate(0, 0, 7), creds.ExpiresAt)
	creds, _, err = s.client.Kubernetes.GetCredentials(ctx, k.ID, &godo.KubernetesClusterCredentialsGetRequest{ExpirySeconds: godo.PtrTo(60)})
	require.NoError(t, err)
	require.Equal(t, now.Add(time.Minute), creds.ExpiresAt)

	file, _, err := s.client.Kubernetes.GetKubeConfigWithExpiry(ctx, k.ID, 60)
	require.NoError(t, err)
	config, err := clientcmd.RESTConfigFromKubeConfig(file.KubeconfigYAML)
	require.NoError(t, err)
	require.Equal(t, creds.Token, config.BearerToken)
	require.Equal(t, k.Endpoint, config.Host)

	user, _, err := s.client.Kubernetes.GetUser(ctx, k.ID)
	require.NoError(t, err)
	require.NotEmpty(t, user.Username)
}

func TestCredentialsBeforeTheEndpoint(t *testing.T) {
	block := make(chan struct{})
	s := start(t)
	s.planes.SetFail(func(ctx context.Context, _, _ string) error {
		select {
		case <-block:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	k, _, err := s.client.Kubernetes.Create(ctx, clusterRequest("one"))
	require.NoError(t, err)
	_, _, err = s.client.Kubernetes.GetKubeConfig(ctx, k.ID, nil)
	requireStatus(t, err, http.StatusPreconditionFailed, "still being provisioned")
	close(block)
	s.running(k.ID)
}

func TestUpgrade(t *testing.T) {
	s := start(t, func(c *api.Config) { c.Delay = api.Delays{"cluster_upgrade": time.Hour} })
	req := clusterRequest("one")
	req.VersionSlug = "1.33"
	k := s.cluster(req)
	require.Equal(t, "1.33.12-do.0", k.VersionSlug)
	upgrades, _, err := s.client.Kubernetes.GetUpgrades(ctx, k.ID)
	require.NoError(t, err)
	require.Len(t, upgrades, 1)
	_, err = s.client.Kubernetes.Upgrade(ctx, k.ID, &godo.KubernetesClusterUpgradeRequest{VersionSlug: "latest"})
	requireStatus(t, err, 422, "is no upgrade from")
	_, err = s.client.Kubernetes.Upgrade(ctx, k.ID, &godo.KubernetesClusterUpgradeRequest{VersionSlug: upgrades[0].Slug})
	require.NoError(t, err)
	got, _, err := s.client.Kubernetes.Get(ctx, k.ID)
	require.NoError(t, err)
	require.Equal(t, "1.34.8-do.0", got.VersionSlug)
	require.Equal(t, godo.KubernetesClusterStatusUpgrading, got.Status.State)
	_, err = s.client.Kubernetes.Upgrade(ctx, k.ID, &godo.KubernetesClusterUpgradeRequest{VersionSlug: "1.35.4-do.0"})
	requireStatus(t, err, 409, `the cluster is "upgrading"`)
}

func TestClusterExtras(t *testing.T) {
	s := start(t, func(cfg *api.Config) { cfg.Registry = "images" })
	k := s.cluster(clusterRequest("one"))
	ids := &godo.KubernetesClusterRegistryRequest{ClusterUUIDs: []string{k.ID}}
	_, err := s.client.Kubernetes.AddRegistry(ctx, ids)
	require.NoError(t, err)
	require.True(t, s.running(k.ID).RegistryEnabled)
	_, err = s.client.Kubernetes.RemoveRegistry(ctx, ids)
	require.NoError(t, err)
	require.False(t, s.running(k.ID).RegistryEnabled)
	_, err = s.client.Kubernetes.AddRegistry(ctx, &godo.KubernetesClusterRegistryRequest{ClusterUUIDs: []string{"none"}})
	requireStatus(t, err, 404, "could not be found")
	run, _, err := s.client.Kubernetes.RunClusterlint(ctx, k.ID, &godo.KubernetesRunClusterlintRequest{})
	require.NoError(t, err)
	require.NotEmpty(t, run)
	found, _, err := s.client.Kubernetes.GetClusterlintResults(ctx, k.ID, nil)
	require.NoError(t, err)
	require.Empty(t, found)
	list, _, err := s.client.Kubernetes.ListAssociatedResourcesForDeletion(ctx, k.ID)
	require.NoError(t, err)
	require.Equal(t, &godo.KubernetesAssociatedResources{
		Volumes: []*godo.AssociatedResource{}, VolumeSnapshots: []*godo.AssociatedResource{}, LoadBalancers: []*godo.AssociatedResource{},
	}, list)
	_, err = s.client.Kubernetes.DeleteDangerous(ctx, k.ID)
	require.NoError(t, err)
	_, _, err = s.client.Kubernetes.Get(ctx, k.ID)
	requireStatus(t, err, 404, "could not be found")
}

// TestClusterContinuesAfterRestart closes the sandbox while the control plane is
// starting, and again when everything runs.
func TestClusterContinuesAfterRestart(t *testing.T) {
	s := start(t)
	s.planes.SetFail(func(ctx context.Context, method, _ string) error {
		<-ctx.Done() // the control plane takes for ever
		return ctx.Err()
	})
	k, _, err := s.client.Kubernetes.Create(ctx, clusterRequest("one"))
	require.NoError(t, err)
	s.close()
	s.planes.SetFail(nil)
	s.open()
	s.running(k.ID)

	path := "/v2/kubernetes/clusters/" + k.ID
	_, _, before := s.raw("GET", path, "")
	creds, _, err := s.client.Kubernetes.GetCredentials(ctx, k.ID, nil)
	require.NoError(t, err)
	ups := s.planes.Calls("Up")
	s.restart()
	s.eventually("the control plane is up again", func() bool {
		return s.planes.Calls("Up") > ups && len(s.planes.Specs()) == 1
	})
	_, _, after := s.raw("GET", path, "")
	require.Equal(t, before, after)
	again, _, err := s.client.Kubernetes.GetCredentials(ctx, k.ID, nil)
	require.NoError(t, err)
	require.Equal(t, creds.Token, again.Token)
}

func TestDeletionContinuesAfterRestart(t *testing.T) {
	s := start(t)
	k := s.cluster(clusterRequest("one"))
	s.planes.SetFail(func(_ context.Context, method, _ string) error {
		if method == "Down" {
			return errors.New("busy")
		}
		return nil
	})
	_, err := s.client.Kubernetes.Delete(ctx, k.ID)
	require.NoError(t, err)
	s.eventually("Down was tried twice", func() bool { return s.planes.Calls("Down") > 1 })
	require.Equal(t, []string{"one"}, s.inventory().Kinds["kubernetes_clusters"].Names)
	// The name is free although the control plane is still there.
	s.cluster(clusterRequest("one"))
	s.close()
	s.planes.SetFail(nil)
	s.open()
	s.eventually("only the new cluster is left", func() bool { return s.inventory().Kinds["kubernetes_clusters"].Count == 1 })
}

func TestFailingControlPlane(t *testing.T) {
	s := start(t)
	s.planes.SetFail(func(_ context.Context, method, _ string) error { return errors.New("etcd: program not found") })
	k, _, err := s.client.Kubernetes.Create(ctx, clusterRequest("one"))
	require.NoError(t, err)
	s.eventually("the cluster shows the error", func() bool {
		got, _, err := s.client.Kubernetes.Get(ctx, k.ID)
		require.NoError(t, err)
		return got.Status.State == godo.KubernetesClusterStatusError && got.Status.Message == "etcd: program not found"
	})
	messages, _, err := s.client.Kubernetes.GetClusterStatusMessages(ctx, k.ID, nil)
	require.NoError(t, err)
	require.Equal(t, "etcd: program not found", messages[0].Message)
}

func TestHalfCreatedCluster(t *testing.T) {
	s := start(t)
	s.sandboxPut("/sandbox/faults", api.Faults{Rules: []api.FaultRule{{Method: "POST", Path: "/v2/kubernetes/clusters", Count: 1, Kind: api.FaultHalfCreated}}})
	broken, _, err := s.client.Kubernetes.Create(ctx, clusterRequest("one"))
	require.NoError(t, err)
	s.eventually("the cluster is in the state error", func() bool {
		got, _, err := s.client.Kubernetes.Get(ctx, broken.ID)
		require.NoError(t, err)
		return got.Status.State == godo.KubernetesClusterStatusError && got.Endpoint == ""
	})
	_, err = s.client.Kubernetes.Delete(ctx, broken.ID)
	require.NoError(t, err)
	s.eventually("it is gone", func() bool { return s.inventory().Kinds["kubernetes_clusters"].Count == 0 })
	whole, _, err := s.client.Kubernetes.Create(ctx, clusterRequest("one"))
	require.NoError(t, err)
	s.eventually("the next one runs", func() bool {
		got, _, err := s.client.Kubernetes.Get(ctx, whole.ID)
		require.NoError(t, err)
		return got.Status.State == godo.KubernetesClusterStatusRunning
	})
}

func TestProvisioningDelay(t *testing.T) {
	s := start(t, func(c *api.Config) { c.Delay = api.Delays{"cluster": time.Hour} })
	k, _, err := s.client.Kubernetes.Create(ctx, clusterRequest("one"))
	require.NoError(t, err)
	var got *godo.KubernetesCluster
	s.eventually("the nodes are running", func() bool {
		got, _, err = s.client.Kubernetes.Get(ctx, k.ID)
		require.NoError(t, err)
		return settled(got)
	})
	require.Equal(t, godo.KubernetesClusterStatusProvisioning, got.Status.State)
}

func TestInventory(t *testing.T) {
	s := start(t)
	s.cluster(clusterRequest("one"))
	_, _, body := s.raw("GET", "/sandbox/inventory", "")
	var got api.Inventory
	require.NoError(t, json.Unmarshal([]byte(body), &got))
	require.Equal(t, 4, got.Total) // cluster, pool, two Droplets
	require.Equal(t, api.InventoryKind{Count: 1, Names: []string{"one/system"}}, got.Kinds["node_pools"])
	require.Equal(t, 2, got.Kinds["droplets"].Count)
	require.Equal(t, api.InventoryKind{Names: []string{}}, got.Kinds["vpcs"])
}
