package api

import "github.com/digitalocean/godo"

// components are the optional parts of a cluster that the API passes through. A
// part that a request leaves out, or sends without saying whether it is enabled,
// stays as it is: the Terraform provider sends empty parts.
type components struct {
	firewall      *godo.KubernetesControlPlaneFirewall
	autoscaler    *godo.KubernetesClusterAutoscalerConfiguration
	routing       *godo.KubernetesRoutingAgent
	amdPlugin     *godo.KubernetesAmdGpuDevicePlugin
	amdMetrics    *godo.KubernetesAmdGpuDeviceMetricsExporterPlugin
	amdDriver     *godo.KubernetesAmdGpuDraDriver
	nvidiaPlugin  *godo.KubernetesNvidiaGpuDevicePlugin
	nvidiaDriver  *godo.KubernetesNvidiaGpuDraDriver
	rdma          *godo.KubernetesRdmaSharedDevicePlugin
	dnsAutoscaler *godo.KubernetesCorednsAutoscaler
	sso           *godo.KubernetesClusterSSO
	p2pRegistry   *godo.KubernetesP2pOciRegistry
	nfs           *godo.KubernetesNfsCsiPlugin
}

func componentsOfCreate(r godo.KubernetesClusterCreateRequest) components {
	return components{
		r.ControlPlaneFirewall, r.ClusterAutoscalerConfiguration, r.RoutingAgent, r.AmdGpuDevicePlugin,
		r.AmdGpuDeviceMetricsExporterPlugin, r.AmdGpuDraDriver, r.NvidiaGpuDevicePlugin, r.NvidiaGpuDraDriver,
		r.RdmaSharedDevicePlugin, r.CorednsAutoscaler, r.SSO, r.P2pOciRegistryPlugin, r.NfsCsiPlugin,
	}
}

func componentsOfUpdate(r godo.KubernetesClusterUpdateRequest) components {
	return components{
		r.ControlPlaneFirewall, r.ClusterAutoscalerConfiguration, r.RoutingAgent, r.AmdGpuDevicePlugin,
		r.AmdGpuDeviceMetricsExporterPlugin, r.AmdGpuDraDriver, r.NvidiaGpuDevicePlugin, r.NvidiaGpuDraDriver,
		r.RdmaSharedDevicePlugin, r.CorednsAutoscaler, r.SSO, r.P2pOciRegistryPlugin, r.NfsCsiPlugin,
	}
}

// setComponents changes what the request names.
func setComponents(k *godo.KubernetesCluster, r components) {
	if r.firewall != nil && r.firewall.Enabled != nil {
		k.ControlPlaneFirewall = r.firewall
	}
	if r.routing != nil && r.routing.Enabled != nil {
		k.RoutingAgent = r.routing
	}
	if r.amdPlugin != nil && r.amdPlugin.Enabled != nil {
		k.AmdGpuDevicePlugin = r.amdPlugin
	}
	if r.amdMetrics != nil && r.amdMetrics.Enabled != nil {
		k.AmdGpuDeviceMetricsExporterPlugin = r.amdMetrics
	}
	if r.amdDriver != nil && r.amdDriver.Enabled != nil {
		k.AmdGpuDraDriver = r.amdDriver
	}
	if r.nvidiaPlugin != nil && r.nvidiaPlugin.Enabled != nil {
		k.NvidiaGpuDevicePlugin = r.nvidiaPlugin
	}
	if r.nvidiaDriver != nil && r.nvidiaDriver.Enabled != nil {
		k.NvidiaGpuDraDriver = r.nvidiaDriver
	}
	if r.rdma != nil && r.rdma.Enabled != nil {
		k.RdmaSharedDevicePlugin = r.rdma
	}
	if r.dnsAutoscaler != nil && r.dnsAutoscaler.Enabled != nil {
		k.CorednsAutoscaler = r.dnsAutoscaler
	}
	if r.p2pRegistry != nil && r.p2pRegistry.Enabled != nil {
		k.P2pOciRegistryPlugin = r.p2pRegistry
	}
	if r.nfs != nil && r.nfs.Enabled != nil {
		k.NfsCsiPlugin = r.nfs
	}
	if r.sso != nil {
		k.SSO = r.sso
	}
	if r.autoscaler != nil {
		k.ClusterAutoscalerConfiguration = mergeAutoscaler(k.ClusterAutoscalerConfiguration, *r.autoscaler)
	}
}

// mergeAutoscaler changes the fields that the request names. An empty list of
// expanders unsets them (DigitalOcean's OpenAPI document,
// kubernetes/models/cluster_autoscaler_configuration.yml).
func mergeAutoscaler(old *godo.KubernetesClusterAutoscalerConfiguration, r godo.KubernetesClusterAutoscalerConfiguration) *godo.KubernetesClusterAutoscalerConfiguration {
	var merged godo.KubernetesClusterAutoscalerConfiguration
	if old != nil {
		merged = *old
	}
	if r.ScaleDownUtilizationThreshold != nil {
		merged.ScaleDownUtilizationThreshold = r.ScaleDownUtilizationThreshold
	}
	if r.ScaleDownUnneededTime != nil {
		merged.ScaleDownUnneededTime = r.ScaleDownUnneededTime
	}
	if r.Expanders != nil {
		merged.Expanders = r.Expanders
	}
	if merged.ScaleDownUtilizationThreshold == nil && merged.ScaleDownUnneededTime == nil && len(merged.Expanders) == 0 {
		return nil
	}
	return &merged
}
