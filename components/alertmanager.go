package components

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
)

const alertmanagerApp = manifests.AlertmanagerApp

// alertmanager makes as many Alertmanagers as there are Prometheus servers. They tell
// each other what they have sent, so that people are told once; with it go silences,
// which live as long as one of them does.
func alertmanager(ctx *pulumi.Context, logical string, args *MonitoringArgs, opts ...pulumi.ResourceOption) error {
	rendered, err := args.Alertmanager.Render()
	if err != nil {
		return err
	}
	config, err := filesConfig(ctx, logical, alertmanagerApp, "config", args.Environment, map[string]string{manifests.AlertmanagerFile: rendered}, opts...)
	if err != nil {
		return err
	}
	own := peer{app: alertmanagerApp, namespace: manifests.MonitoringNamespace}
	w := watcher{
		app: alertmanagerApp, image: manifests.AlertmanagerImage, portName: "metrics", port: manifests.AlertmanagerPort, ready: "/-/ready",
		args: []string{
			"--config.file=" + manifests.AlertmanagerConfigDir + "/" + manifests.AlertmanagerFile,
			"--storage.path=/data",
			fmt.Sprintf("--cluster.listen-address=[$(POD_IP)]:%d", manifests.AlertmanagerMeshPort),
		},
		env:     corev1.EnvVarArray{fromField("POD_IP", "status.podIP")},
		request: args.Layout.Small, changes: rolls(rendered),
		mounts:  corev1.VolumeMountArray{mount("config", manifests.AlertmanagerConfigDir), writable("data", "/data")},
		volumes: corev1.VolumeArray{config, inMemory("data", "32Mi")},
		edges: edges{
			in: []allowed{
				fromPrometheus(manifests.AlertmanagerPort),
				tcp(own, manifests.AlertmanagerMeshPort), udp(own, manifests.AlertmanagerMeshPort, manifests.AlertmanagerMeshPort),
			},
			out: []allowed{
				tcp(own, manifests.AlertmanagerMeshPort), udp(own, manifests.AlertmanagerMeshPort, manifests.AlertmanagerMeshPort),
				// PagerDuty and Slack.
				tcp(world, 443),
			},
		},
	}
	for i := range args.Layout.Replicas {
		w.args = append(w.args, fmt.Sprintf("--cluster.peer=%s-%d.%s:%d", alertmanagerApp, i,
			manifests.ServiceHost(manifests.AlertmanagerMembers, manifests.MonitoringNamespace), manifests.AlertmanagerMeshPort))
	}
	if len(args.Receivers) > 0 {
		secret, err := keepSecret(ctx, logical+"-receivers", manifests.MonitoringNamespace, alertmanagerApp, args.Environment, "", args.Receivers, opts...)
		if err != nil {
			return err
		}
		w.mounts = append(w.mounts, mount("receivers", manifests.AlertmanagerSecretDir))
		w.volumes = append(w.volumes, secretVolume("receivers", secret))
	}
	return w.replicated(ctx, logical, args.Environment, manifests.AlertmanagerMembers, args.Layout.Replicas, 0, opts...)
}
