package manifests

import "fmt"

// NodeExporterRoot is where the exporter finds the host's file systems.
const NodeExporterRoot = "/host"

// NodeExporterArgs are the arguments of the node exporter: the collectors that rules and
// dashboards ask about, since every other one costs memory in Prometheus on each node.
// POD_IP is the node's address.
func NodeExporterArgs() []string {
	args := []string{
		fmt.Sprintf("--web.listen-address=$(POD_IP):%d", NodeExporterPort),
		"--path.rootfs=" + NodeExporterRoot, "--path.procfs=" + NodeExporterRoot + "/proc", "--path.sysfs=" + NodeExporterRoot + "/sys",
		"--collector.disable-defaults",
		// Interfaces of pods come and go.
		"--collector.netdev.device-include=^(eth|ens|enp).*$",
		`--collector.filesystem.mount-points-exclude=^/(dev|proc|run|sys|var/lib/(kubelet|containerd)/.+)($|/)`,
	}
	for _, name := range []string{
		"conntrack", "cpu", "diskstats", "filefd", "filesystem", "loadavg", "meminfo", "netdev", "netstat", "pressure", "softnet", "stat",
		"time", "udp_queues", "uname", "vmstat",
	} {
		args = append(args, "--collector."+name)
	}
	return args
}
