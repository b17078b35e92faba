package standin

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/digitalocean/godo"
)

// defaultPool is the pool inside digitalocean.KubernetesCluster. Its name and size
// replace the cluster, as with the official provider.
type defaultPool struct {
	Name            string            `json:"name" pulumi:"required"`
	Size            string            `json:"size" pulumi:"required,replace"`
	NodeCount       int               `json:"nodeCount,omitempty"`
	AutoScale       bool              `json:"autoScale"`
	MinNodes        int               `json:"minNodes,omitempty"`
	MaxNodes        int               `json:"maxNodes,omitempty"`
	Labels          map[string]string `json:"labels,omitempty"`
	Tags            []string          `json:"tags,omitempty" pulumi:"set"`
	Taints          []taint           `json:"taints,omitempty" pulumi:"set"`
	ID              string            `json:"id" pulumi:"output"`
	ActualNodeCount int               `json:"actualNodeCount" pulumi:"output"`
	Nodes           []node            `json:"nodes" pulumi:"output"`
}

// pool is the default pool as any other pool.
func (d defaultPool) pool(clusterID string) nodePoolState {
	return nodePoolState{
		ClusterID: clusterID, Name: d.Name, Size: d.Size, NodeCount: d.NodeCount, AutoScale: d.AutoScale,
		MinNodes: d.MinNodes, MaxNodes: d.MaxNodes, Labels: d.Labels,
		Tags: append(append([]string{}, d.Tags...), defaultPoolTag), Taints: d.Taints,
	}
}

// maintenance is when a cluster is maintained.
type maintenance struct {
	Day       string `json:"day,omitempty"`
	StartTime string `json:"startTime,omitempty"`
	Duration  string `json:"duration,omitempty" pulumi:"output"`
}

// controlPlaneFirewall says who may reach the control plane.
type controlPlaneFirewall struct {
	Enabled          bool     `json:"enabled" pulumi:"required"`
	AllowedAddresses []string `json:"allowedAddresses" pulumi:"required,set"`
}

// kubeConfig is a way into a cluster.
type kubeConfig struct {
	RawConfig            string `json:"rawConfig"`
	Host                 string `json:"host"`
	ClusterCACertificate string `json:"clusterCaCertificate"`
	Token                string `json:"token"`
	ClientKey            string `json:"clientKey"`
	ClientCertificate    string `json:"clientCertificate"`
	ExpiresAt            string `json:"expiresAt"`
}

// clusterState is digitalocean.KubernetesCluster.
type clusterState struct {
	Name                          string                `json:"name"`
	Region                        string                `json:"region" pulumi:"required,replace"`
	Version                       string                `json:"version" pulumi:"required"`
	VpcUUID                       string                `json:"vpcUuid,omitempty" pulumi:"replace"`
	ClusterSubnet                 string                `json:"clusterSubnet,omitempty" pulumi:"replace"`
	ServiceSubnet                 string                `json:"serviceSubnet,omitempty" pulumi:"replace"`
	Ha                            bool                  `json:"ha"`
	AutoUpgrade                   bool                  `json:"autoUpgrade"`
	SurgeUpgrade                  *bool                 `json:"surgeUpgrade"`
	RegistryIntegration           bool                  `json:"registryIntegration"`
	DestroyAllAssociatedResources bool                  `json:"destroyAllAssociatedResources"`
	KubeconfigExpireSeconds       int                   `json:"kubeconfigExpireSeconds,omitempty"`
	Tags                          []string              `json:"tags,omitempty" pulumi:"set"`
	MaintenancePolicy             *maintenance          `json:"maintenancePolicy,omitempty" pulumi:"object"`
	ControlPlaneFirewall          *controlPlaneFirewall `json:"controlPlaneFirewall,omitempty" pulumi:"object"`
	NodePool                      defaultPool           `json:"nodePool" pulumi:"required,object"`
	ClusterURN                    string                `json:"clusterUrn,omitempty" pulumi:"output"`
	CreatedAt                     string                `json:"createdAt,omitempty" pulumi:"output"`
	UpdatedAt                     string                `json:"updatedAt,omitempty" pulumi:"output"`
	Endpoint                      string                `json:"endpoint,omitempty" pulumi:"output"`
	Ipv4Address                   string                `json:"ipv4Address,omitempty" pulumi:"output"`
	Status                        string                `json:"status,omitempty" pulumi:"output"`
	KubeConfigs                   []kubeConfig          `json:"kubeConfigs,omitempty" pulumi:"output"`
}

func (s clusterState) policy() (*godo.KubernetesMaintenancePolicy, error) {
	if s.MaintenancePolicy == nil {
		return nil, nil
	}
	day, err := godo.KubernetesMaintenanceToDay(s.MaintenancePolicy.Day)
	if err != nil {
		return nil, fmt.Errorf("maintenancePolicy.day: %w", err)
	}
	return &godo.KubernetesMaintenancePolicy{Day: day, StartTime: s.MaintenancePolicy.StartTime}, nil
}

func (s clusterState) firewall() *godo.KubernetesControlPlaneFirewall {
	if s.ControlPlaneFirewall == nil {
		return nil
	}
	return &godo.KubernetesControlPlaneFirewall{
		Enabled: &s.ControlPlaneFirewall.Enabled, AllowedAddresses: s.ControlPlaneFirewall.AllowedAddresses,
	}
}

var cluster = of[clusterState]{
	secrets: []string{"kubeConfigs"},
	// resource_kubernetes_cluster.go, d.SetId("") after waitForKubernetesClusterCreate.
	forgotten: true,
	defaults: func(s *clusterState) {
		if s.SurgeUpgrade == nil {
			yes := true // "Default: true" in the SDK's documentation
			s.SurgeUpgrade = &yes
		}
	},
	make: func(ctx context.Context, c *clients, in clusterState) (string, error) {
		policy, err := in.policy()
		if err != nil {
			return "", err
		}
		pool := in.NodePool.pool("")
		made, _, err := c.Kubernetes.Create(ctx, &godo.KubernetesClusterCreateRequest{
			Name: in.Name, RegionSlug: in.Region, VersionSlug: in.Version, Tags: in.Tags, VPCUUID: in.VpcUUID,
			ClusterSubnet: in.ClusterSubnet, ServiceSubnet: in.ServiceSubnet, HA: &in.Ha,
			MaintenancePolicy: policy, AutoUpgrade: in.AutoUpgrade, SurgeUpgrade: *in.SurgeUpgrade,
			ControlPlaneFirewall: in.firewall(),
			NodePools: []*godo.KubernetesNodePoolCreateRequest{{
				Name: pool.Name, Size: pool.Size, Count: pool.count(), Tags: pool.Tags, Labels: pool.Labels,
				Taints: pool.taints(), AutoScale: pool.AutoScale, MinNodes: pool.MinNodes, MaxNodes: pool.MaxNodes,
			}},
		})
		if err != nil {
			return "", err
		}
		return made.ID, nil
	},
	wait: func(ctx context.Context, c *clients, id string, in clusterState) error {
		if err := clusterRunning(ctx, c, id); err != nil {
			return err
		}
		return integrate(ctx, c, id, in.RegistryIntegration, false)
	},
	look: lookCluster,
	change: func(ctx context.Context, c *clients, id string, in, old clusterState) error {
		policy, err := in.policy()
		if err != nil {
			return err
		}
		if _, _, err := c.Kubernetes.Update(ctx, id, &godo.KubernetesClusterUpdateRequest{
			Name: in.Name, Tags: in.Tags, MaintenancePolicy: policy, AutoUpgrade: &in.AutoUpgrade,
			SurgeUpgrade: *in.SurgeUpgrade, HA: &in.Ha, ControlPlaneFirewall: in.firewall(),
		}); err != nil {
			return err
		}
		if err := integrate(ctx, c, id, in.RegistryIntegration, old.RegistryIntegration); err != nil {
			return err
		}
		if in.Version != old.Version {
			if _, err := c.Kubernetes.Upgrade(ctx, id, &godo.KubernetesClusterUpgradeRequest{VersionSlug: in.Version}); err != nil {
				return err
			}
		}
		if err := nodePool.change(ctx, c, old.NodePool.ID, in.NodePool.pool(id), old.NodePool.pool(id)); err != nil {
			return err
		}
		return clusterRunning(ctx, c, id)
	},
	remove: func(ctx context.Context, c *clients, id string, old clusterState) error {
		remove := c.Kubernetes.Delete
		if old.DestroyAllAssociatedResources {
			remove = c.Kubernetes.DeleteDangerous
		}
		if _, err := remove(ctx, id); err != nil {
			return err
		}
		return untilGone(ctx, func() error {
			_, _, err := c.Kubernetes.Get(ctx, id)
			return err
		})
	},
}

// integrate lets a cluster pull from the account's registry, or stops it.
func integrate(ctx context.Context, c *clients, id string, want, has bool) error {
	request := &godo.KubernetesClusterRegistryRequest{ClusterUUIDs: []string{id}}
	var err error
	switch {
	case want && !has:
		_, err = c.Kubernetes.AddRegistry(ctx, request)
	case has && !want:
		_, err = c.Kubernetes.RemoveRegistry(ctx, request)
	}
	return err
}

func clusterRunning(ctx context.Context, c *clients, id string) error {
	return until(ctx, func() (bool, error) {
		k, _, err := c.Kubernetes.Get(ctx, id)
		if err != nil {
			return false, err
		}
		if k.Status.State == godo.KubernetesClusterStatusError {
			return false, errors.New("the cluster is in state error: " + k.Status.Message)
		}
		return k.Status.State == godo.KubernetesClusterStatusRunning, nil
	})
}

func lookCluster(ctx context.Context, c *clients, id string, old clusterState) (clusterState, error) {
	k, _, err := c.Kubernetes.Get(ctx, id)
	if err != nil {
		return clusterState{}, err
	}
	s := clusterState{
		Name: k.Name, Region: k.RegionSlug, Version: k.VersionSlug, VpcUUID: k.VPCUUID,
		ClusterSubnet: k.ClusterSubnet, ServiceSubnet: k.ServiceSubnet, Ha: k.HA,
		AutoUpgrade: k.AutoUpgrade, SurgeUpgrade: &k.SurgeUpgrade, RegistryIntegration: k.RegistryEnabled,
		DestroyAllAssociatedResources: old.DestroyAllAssociatedResources, KubeconfigExpireSeconds: old.KubeconfigExpireSeconds,
		Tags: ownTags(k.Tags), ClusterURN: k.URN(), Endpoint: k.Endpoint, Ipv4Address: k.IPv4,
		CreatedAt: k.CreatedAt.UTC().String(), UpdatedAt: k.UpdatedAt.UTC().String(), Status: string(k.Status.State),
		KubeConfigs: old.KubeConfigs,
	}
	if m := k.MaintenancePolicy; m != nil {
		s.MaintenancePolicy = &maintenance{Day: m.Day.String(), StartTime: m.StartTime, Duration: m.Duration}
	}
	if f := k.ControlPlaneFirewall; f != nil && f.Enabled != nil {
		s.ControlPlaneFirewall = &controlPlaneFirewall{Enabled: *f.Enabled, AllowedAddresses: f.AllowedAddresses}
	}
	for _, pool := range k.NodePools {
		if pool.ID == old.NodePool.ID || isDefault(pool) {
			p := describePool(id, pool, old.NodePool.NodeCount)
			s.NodePool = defaultPool{
				ID: pool.ID, Name: p.Name, Size: p.Size, NodeCount: p.NodeCount, AutoScale: p.AutoScale, MinNodes: p.MinNodes,
				MaxNodes: p.MaxNodes, Labels: p.Labels, Tags: p.Tags, Taints: p.Taints, ActualNodeCount: p.ActualNodeCount, Nodes: p.Nodes,
			}
		}
	}
	if len(s.KubeConfigs) == 0 && k.Status.State == godo.KubernetesClusterStatusRunning {
		if s.KubeConfigs, err = credentials(ctx, c, k, old.KubeconfigExpireSeconds); err != nil {
			return clusterState{}, err
		}
	}
	return s, nil
}

func isDefault(pool *godo.KubernetesNodePool) bool {
	for _, tag := range pool.Tags {
		if tag == defaultPoolTag {
			return true
		}
	}
	return false
}

// credentials asks for a cluster's credentials and writes the kubeconfig.
func credentials(ctx context.Context, c *clients, k *godo.KubernetesCluster, seconds int) ([]kubeConfig, error) {
	request := &godo.KubernetesClusterCredentialsGetRequest{}
	if seconds > 0 {
		request.ExpirySeconds = &seconds
	}
	creds, _, err := c.Kubernetes.GetCredentials(ctx, k.ID, request)
	if err != nil {
		return nil, err
	}
	raw, _, err := c.Kubernetes.GetKubeConfigWithExpiry(ctx, k.ID, int64(seconds))
	if err != nil {
		return nil, err
	}
	return []kubeConfig{{
		RawConfig: string(raw.KubeconfigYAML), Host: creds.Server, Token: creds.Token,
		ClusterCACertificate: base64.StdEncoding.EncodeToString(creds.CertificateAuthorityData),
		ClientKey:            string(creds.ClientKeyData), ClientCertificate: string(creds.ClientCertificateData),
		ExpiresAt: creds.ExpiresAt.UTC().Format("2006-01-02T15:04:05Z"),
	}}, nil
}
