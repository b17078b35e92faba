package api

import (
	"net/netip"
	"net/url"
	"strconv"
	"time"

	"github.com/digitalocean/godo"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// defaultExpiry is how long a token lasts that asked for no other time: seven
// days (https://docs.digitalocean.com/reference/api/, "Retrieve Credentials for a
// Kubernetes Cluster"). The sandbox's tokens last longer than they say.
const defaultExpiry = 7 * 24 * time.Hour

func (s *Server) registerCredentials() {
	s.get(clusterPath+"/{id}/credentials", getCredentials)
	s.get(clusterPath+"/{id}/kubeconfig", getKubeconfig)
	s.get(clusterPath+"/{id}/user", getClusterUser)
}

// reachable returns the cluster of the path when its control plane has been up.
func (c *call) reachable() (cluster, error) {
	k, err := c.cluster()
	if err == nil && k.Shown.Endpoint == "" {
		err = precondition("the cluster %q is still being provisioned, it has no endpoint yet", k.Shown.Name)
	}
	return k, err
}

// masterIP is the IPv4 address in the endpoint. A highly available control plane
// shows none (DigitalOcean's OpenAPI document, kubernetes/models/cluster.yml).
func (k cluster) masterIP() string {
	u, err := url.Parse(k.Shown.Endpoint)
	if err != nil || k.Shown.HA {
		return ""
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil && a.Is4() {
		return a.String()
	}
	return ""
}

func getCredentials(c *call) (reply, error) {
	k, err := c.reachable()
	if err != nil {
		return reply{}, err
	}
	expiry := defaultExpiry
	if text := c.query("expiry_seconds"); text != "" {
		seconds, err := strconv.Atoi(text)
		if err != nil || seconds < 0 {
			return reply{}, badRequest("expiry_seconds is %q, want a number of seconds of at least 0", text)
		}
		if seconds > 0 { // 0 asks for the default
			expiry = time.Duration(seconds) * time.Second
		}
	}
	return reply{status: 200, body: godo.KubernetesClusterCredentials{
		Server:                   k.Shown.Endpoint,
		CertificateAuthorityData: k.CA,
		Token:                    k.Token,
		ExpiresAt:                c.now.Add(expiry).Truncate(time.Second),
	}}, nil
}

func getKubeconfig(c *call) (reply, error) {
	k, err := c.reachable()
	if err != nil {
		return reply{}, err
	}
	name := "do-" + k.Shown.RegionSlug + "-" + k.Shown.Name
	config := clientcmdapi.NewConfig()
	config.Clusters[name] = &clientcmdapi.Cluster{Server: k.Shown.Endpoint, CertificateAuthorityData: k.CA}
	config.AuthInfos[name+"-admin"] = &clientcmdapi.AuthInfo{Token: k.Token}
	config.Contexts[name] = &clientcmdapi.Context{Cluster: name, AuthInfo: name + "-admin"}
	config.CurrentContext = name
	data, err := clientcmd.Write(*config)
	if err != nil {
		return reply{}, err
	}
	return reply{status: 200, raw: data, contentType: "application/yaml"}, nil
}

func getClusterUser(c *call) (reply, error) {
	if _, err := c.cluster(); err != nil {
		return reply{}, err
	}
	return ok("kubernetes_cluster_user", godo.KubernetesClusterUser{
		ID: accountUUID, Username: account.Email, Groups: []string{"k8saas:authenticated"},
	})
}
