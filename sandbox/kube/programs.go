package kube

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strconv"

	"github.com/gomeet/infra/sandbox/kube/internal/daemon"
)

// The programs of one control plane.
const (
	etcd              = "etcd"
	apiserver         = "kube-apiserver"
	controllerManager = "kube-controller-manager"
	scheduler         = "kube-scheduler"
	kwok              = "kwok"
)

var programs = []string{etcd, apiserver, controllerManager, scheduler, kwok}

// plan is what the command lines of one cluster's programs depend on.
type plan struct {
	layout
	binDir  string
	subnets subnets
	ports   ports
	// releaseLeases runs before every start of kwok.
	releaseLeases func(context.Context) error
	// tunnel is the port of the way into the cluster, 0 where there is none.
	tunnel int
}

func (p plan) program(name string, args ...string) daemon.Spec {
	return daemon.Spec{
		Name: name,
		Path: filepath.Join(p.binDir, name),
		Args: args,
		// Nothing of the caller's environment: a proxy or a KWOK_ variable in it
		// would change what the programs do.
		Env:     []string{"HOME=" + string(p.layout), "PATH=" + os.Getenv("PATH"), "GOGC=" + gogc},
		Dir:     string(p.layout),
		LogFile: p.path("log", name+".log"),
		PidFile: p.path("run", name+".pid"),
	}
}

// gogc trades CPU time for memory in the Go programs: they hold little and a
// laptop has many of them to hold.
const gogc = "50"

func (p plan) etcdURL() string {
	return "https://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(p.ports.Etcd))
}

func (p plan) url() string {
	return "https://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(p.ports.APIServer))
}

// etcd runs a single member, without a fixed peer port because it has no peers.
//
// --unsafe-no-fsync: what etcd has written survives kill -9 of every process,
// because the kernel has it; only a crash of the machine can lose it, and then a
// sandbox is made anew. Without the flag every write waits for the disk, which
// makes 55 nodes take minutes on a slow laptop disk.
//
// The quota (bytes) and the snapshot figures keep it small: the objects of one
// cluster are a few MiB.
func (p plan) etcd() daemon.Spec {
	return p.program(etcd,
		"--name=sandbox",
		"--data-dir="+p.path("etcd"),
		"--listen-client-urls="+p.etcdURL(),
		"--advertise-client-urls="+p.etcdURL(),
		"--listen-peer-urls=http://127.0.0.1:0",
		"--initial-advertise-peer-urls=http://127.0.0.1:2380",
		"--initial-cluster=sandbox=http://127.0.0.1:2380",
		"--cert-file="+p.pki(serverCert),
		"--key-file="+p.pki(serverKey),
		"--trusted-ca-file="+p.pki(caCert),
		"--client-cert-auth",
		"--unsafe-no-fsync",
		"--quota-backend-bytes="+strconv.Itoa(512<<20),
		"--snapshot-count=2000",
		"--snapshot-catchup-entries=500",
		"--log-level=warn",
	)
}

// apiserver uses RBAC only: there are no kubelets for the Node authorizer to
// restrict. The advertised address is of TEST-NET-1 (RFC 5737): it must not be a
// loopback address, and nothing in a simulated pod will ever dial it.
func (p plan) apiserver() daemon.Spec {
	var into []string
	if p.tunnel > 0 {
		into = []string{"--egress-selector-config-file=" + p.path(egressConfig)}
	}
	return p.program(apiserver, append(into,
		"--bind-address=127.0.0.1",
		"--secure-port="+strconv.Itoa(p.ports.APIServer),
		"--advertise-address=192.0.2.1",
		"--tls-cert-file="+p.pki(serverCert),
		"--tls-private-key-file="+p.pki(serverKey),
		"--etcd-servers="+p.etcdURL(),
		"--etcd-cafile="+p.pki(caCert),
		"--etcd-certfile="+p.pki(serverCert),
		"--etcd-keyfile="+p.pki(serverKey),
		"--token-auth-file="+p.tokens(),
		"--authorization-mode=RBAC",
		"--allow-privileged=true",
		"--service-cluster-ip-range="+p.subnets.service.String(),
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-key-file="+p.pki(serviceAccountKey),
		"--service-account-signing-key-file="+p.pki(serviceAccountKey),
		"--profiling=false",
	)...)
}

// controllerManager gives each node its pod range, from which kwok takes pod
// addresses. The controllers that need a cloud are off, as they are in DOKS,
// where the cloud controller manager has them. The grace period after which a
// silent node is not ready stays at the default, which DOKS does not let users
// change either.
func (p plan) controllerManager() daemon.Spec {
	return p.program(controllerManager,
		"--kubeconfig="+p.kubeconfig(),
		"--secure-port=0",
		"--leader-elect=false",
		"--controllers=*,-cloud-node-lifecycle-controller,-node-route-controller,-service-lb-controller",
		"--allocate-node-cidrs=true",
		"--cluster-cidr="+p.subnets.cluster.String(),
		"--node-cidr-mask-size="+strconv.Itoa(nodeBits),
		"--service-cluster-ip-range="+p.subnets.service.String(),
		"--configure-cloud-routes=false",
		"--root-ca-file="+p.pki(caCert),
		"--service-account-private-key-file="+p.pki(serviceAccountKey),
		"--kube-api-qps=500",
		"--kube-api-burst=1000",
		"--profiling=false",
	)
}

func (p plan) scheduler() daemon.Spec {
	return p.program(scheduler,
		"--kubeconfig="+p.kubeconfig(),
		"--secure-port=0",
		"--leader-elect=false",
		"--kube-api-qps=500",
		"--kube-api-burst=1000",
		"--profiling=false",
	)
}

// kwok plays the kubelets of the nodes that carry its annotation. It renews a
// lease every quarter of its duration: every 30 s, inside the 50 s after which
// the controller manager gives a node up.
//
// Every start of kwok has a new identity and would respect the leases of the one
// before for up to 120 s, while the nodes go silent. So the leases are dropped
// first; there is never a second kwok to protect.
func (p plan) kwok() daemon.Spec {
	spec := p.program(kwok,
		"--kubeconfig="+p.kubeconfig(),
		"--config="+kwokConfig,
		"--cidr="+p.subnets.cluster.String(),
		"--manage-nodes-with-annotation-selector="+kwokAnnotation+"="+kwokFake,
		"--node-lease-duration-seconds=120",
	)
	spec.BeforeStart = p.releaseLeases
	return spec
}
