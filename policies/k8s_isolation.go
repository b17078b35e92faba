package policies

import (
	"fmt"
	"maps"
	"slices"
)

// The lists are those of Pod Security's levels
// (kubernetes.io/docs/concepts/security/pod-security-standards). hostPath has a rule of
// its own.
var (
	managedVolumes = []string{
		"hostPath", "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret",
	}
	safeSysctls = []string{
		"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start", "net.ipv4.tcp_syncookies",
		"net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout",
		"net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
	}
	safeSELinuxTypes = []string{"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}
)

func volumeTypes(spec Value) []Problem {
	var problems []Problem
	for _, volume := range spec.Get("volumes").Items() {
		fields := volume.Fields()
		for _, kind := range slices.Sorted(maps.Keys(fields)) {
			name := volume.Get("name").Text()
			wrong := kind != "name" && !slices.Contains(managedVolumes, kind) && !fields[kind].Absent() && !fields[kind].Unknown()
			problems = append(problems, one(wrong, "volume "+name, "volume %q is of type %s", name, kind)...)
		}
	}
	return problems
}

// isolation judges the security contexts of a pod and of its containers.
func isolation(spec Value) []Problem {
	var problems []Problem
	for _, sysctl := range spec.Get("securityContext", "sysctls").Items() {
		name := sysctl.Get("name")
		problems = append(problems, one(name.NotText(safeSysctls...), "sysctl "+name.Text(), "sysctl %s is not a safe one", name.Text())...)
	}
	contexts := map[string]Value{"": spec.Get("securityContext")}
	for _, list := range []string{"initContainers", "containers", "ephemeralContainers"} {
		for _, c := range spec.Get(list).Items() {
			contexts["container "+c.Get("name").Text()] = c.Get("securityContext")
		}
	}
	for _, subject := range slices.Sorted(maps.Keys(contexts)) {
		for _, message := range loosened(contexts[subject]) {
			problems = append(problems, Problem{Subject: subject, Message: message})
		}
	}
	return problems
}

// loosened says what a security context gives up; what is absent is the runtime's default.
func loosened(context Value) []string {
	var messages []string
	say := func(wrong bool, message string, args ...any) {
		if wrong {
			messages = append(messages, fmt.Sprintf(message, args...))
		}
	}
	mount, profile := context.Get("procMount"), context.Get("appArmorProfile", "type")
	say(!mount.Absent() && mount.NotText("Default"), "procMount is %s", quoted(mount))
	say(!profile.Absent() && profile.NotText("RuntimeDefault", "Localhost"), "the AppArmor profile is %s", quoted(profile))
	linux := context.Get("seLinuxOptions")
	kind := linux.Get("type")
	say(!kind.Absent() && kind.NotText(safeSELinuxTypes...), "the SELinux type is %s", quoted(kind))
	for _, field := range []string{"user", "role"} {
		chosen := linux.Get(field)
		say(!chosen.Absent() && chosen.NotText(""), "the SELinux %s is %s", field, quoted(chosen))
	}
	say(context.Get("windowsOptions", "hostProcess").True(), "it runs as a process of its node")
	return messages
}
