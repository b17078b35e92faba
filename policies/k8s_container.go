package policies

import (
	"fmt"
	"strings"
)

// containerRules are about what a container may do.
func containerRules() []*Rule {
	return []*Rule{
		{
			ID: "k8s-privileged", Severity: Critical,
			Title: "Containers are not privileged",
			Why:   "A privileged container is root on its node.",
			Fix:   "Remove privileged; add the one capability that is needed.", References: []string{"CIS 5.2.2", "Pod Security baseline", "kube-score container-security-context-privileged"},
			Types: workloadTypes,
			Each: containers(func(_, c Value) string {
				return when(c.Get("securityContext", "privileged").True(), "it is privileged")
			}),
		},
		{
			ID: "k8s-privilege-escalation", Severity: High,
			Title: "Containers cannot gain privileges",
			Why:   "A setuid program in the image makes a user root.",
			Fix:   "Set allowPrivilegeEscalation to false.", References: []string{"CIS 5.2.6", "Pod Security restricted"},
			Types: workloadTypes,
			Each: containers(func(_, c Value) string {
				return when(c.Get("securityContext", "allowPrivilegeEscalation").NotFalse(), "allowPrivilegeEscalation is not false")
			}),
		},
		{
			ID: "k8s-run-as-non-root", Severity: High,
			Title: "Containers do not run as root",
			Why:   "Root in a container is root on the node after the next hole in the kernel.",
			Fix:   "Set runAsNonRoot to true and runAsUser to a user above 0.", References: []string{"CIS 5.2.7", "Pod Security restricted", "kube-score container-security-context-user-group-id"},
			Types: workloadTypes,
			Each: containers(func(spec, c Value) string {
				user, known := inherited(spec, c, "runAsUser").Number()
				if known && user == 0 {
					return "it runs as user 0"
				}
				return when(inherited(spec, c, "runAsNonRoot").NotTrue(), "runAsNonRoot is not true")
			}),
		},
		{
			ID: "k8s-capabilities", Severity: Medium,
			Title: "Containers drop all capabilities",
			Why:   "The runtime gives fourteen, among them raw sockets; servers need none of them.",
			Fix:   "Drop ALL, and add NET_BIND_SERVICE at most.", References: []string{"CIS 5.2.8-5.2.10", "Pod Security restricted"},
			Types: workloadTypes, Each: containers(capabilities),
		},
		{
			ID: "k8s-read-only-root", Severity: Medium,
			Title: "Containers cannot change their own files",
			Why:   "What breaks in cannot install itself.",
			Fix:   "Set readOnlyRootFilesystem, and mount an emptyDir where a program writes.", References: []string{"NSA/CISA", "kube-score container-security-context-readonlyrootfilesystem"},
			Types: workloadTypes,
			Each: containers(func(_, c Value) string {
				return when(c.Get("securityContext", "readOnlyRootFilesystem").NotTrue(), "readOnlyRootFilesystem is not true")
			}),
		},
		{
			ID: "k8s-seccomp", Severity: Medium,
			Title: "Containers run with a seccomp profile",
			Why:   "It keeps away the system calls that most escapes from containers use.",
			Fix:   "Set seccompProfile.type to RuntimeDefault on the pod.", References: []string{"CIS 5.7.2", "Pod Security restricted"},
			Types: workloadTypes,
			Each: containers(func(spec, c Value) string {
				profile := inherited(spec, c, "seccompProfile", "type")
				return when(profile.NotText("RuntimeDefault", "Localhost"), "the seccomp profile is "+quoted(profile))
			}),
		},
		{
			ID: "k8s-host-ports", Severity: High,
			Title: "Containers open no ports of their node",
			Why:   "A host port is reached around Services and NetworkPolicies, from wherever the node is.",
			Fix:   "Use a Service.", References: []string{"CIS 5.2.13", "Pod Security baseline"},
			Types: workloadTypes,
			Each: containers(func(_, c Value) string {
				var ports []string
				for _, p := range c.Get("ports").Items() {
					if n, known := p.Get("hostPort").Number(); known && n > 0 {
						ports = append(ports, fmt.Sprint(n))
					}
				}
				return when(len(ports) > 0, "it opens "+strings.Join(ports, ", ")+" of its node")
			}),
		},
		{
			ID: "gomeet-pinned-images", Severity: High,
			Title: "Images are pinned",
			Why:   "The same manifest runs something else after the next pull, and a rollback rolls nothing back.",
			Fix:   "Name a version or a digest; latest is neither.", References: []string{"kube-score container-image-tag", "NSA/CISA"},
			Types: workloadTypes,
			Each: containers(func(_, c Value) string {
				image := c.Get("image")
				return when(!image.Unknown() && !pinned(image.Text()), "image "+quoted(image)+" is not pinned")
			}),
		},
	}
}

// capabilities: everything is dropped, and at most the right to low ports is added.
func capabilities(_, c Value) string {
	set := c.Get("securityContext", "capabilities")
	dropped, complete := set.Get("drop").Texts()
	all := false
	for _, d := range dropped {
		all = all || strings.EqualFold(d, "ALL")
	}
	if !all && complete {
		return "it does not drop all capabilities"
	}
	added, _ := set.Get("add").Texts()
	for _, a := range added {
		if !strings.EqualFold(a, "NET_BIND_SERVICE") {
			return "it adds capability " + a
		}
	}
	return ""
}

// pinned reports whether an image names a digest, or a tag other than latest.
func pinned(image string) bool {
	if strings.Contains(image, "@sha256:") {
		return true
	}
	_, tag, found := strings.Cut(image[strings.LastIndex(image, "/")+1:], ":")
	return found && tag != "" && tag != "latest"
}

func when(wrong bool, message string) string {
	if wrong {
		return message
	}
	return ""
}

func quoted(v Value) string { return fmt.Sprintf("%q", v.Text()) }
