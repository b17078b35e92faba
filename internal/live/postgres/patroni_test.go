//go:build live

package postgres_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/manifests"
)

// prepare makes what the chart makes: the namespace, Patroni's account, the Service of
// the primary and, as there are no kubelets, the pods.
func (k *kubernetes) prepare(members int) {
	k.t.Helper()
	type object = map[string]any
	k.create("/api/v1/namespaces", object{"metadata": object{"name": namespace}})
	var rules []object
	for _, r := range manifests.PatroniRules {
		rules = append(rules, object{"apiGroups": []string{""}, "resources": r.Resources, "verbs": r.Verbs})
	}
	rbac := "/apis/rbac.authorization.k8s.io/v1/namespaces/" + namespace
	k.create(rbac+"/roles", object{"metadata": object{"name": "postgres"}, "rules": rules})
	k.create(rbac+"/rolebindings", object{"metadata": object{"name": "postgres"},
		"roleRef":  object{"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "postgres"},
		"subjects": []object{{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "patroni"}}})
	scope := manifests.DefaultPatroni().Scope
	labels := object{"app.kubernetes.io/name": "postgres", manifests.PatroniScopeLabel: scope}
	k.create("/api/v1/namespaces/"+namespace+"/services", object{"metadata": object{"name": scope, "labels": labels},
		"spec": object{"ports": []object{{"name": "postgresql", "port": 5432}}}})
	for i := range members {
		k.create("/api/v1/namespaces/"+namespace+"/pods", object{
			"metadata": object{"name": fmt.Sprintf("postgres-%d", i), "labels": labels},
			"spec":     object{"containers": []object{{"name": "postgres", "image": "postgres"}}}})
	}
}

// state is what Patroni says of its members, by name.
func (c *cluster) state() map[string]string {
	client := http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{TLSClientConfig: c.tls(c.host), DisableKeepAlives: true}}
	for _, m := range c.members {
		resp, err := client.Get(fmt.Sprintf("https://%s/cluster", net.JoinHostPort(c.host, strconv.Itoa(m.rest))))
		if err != nil {
			continue
		}
		var answer struct {
			Members []struct{ Name, Role, State string }
		}
		err = json.NewDecoder(resp.Body).Decode(&answer)
		_ = resp.Body.Close()
		if err != nil {
			continue
		}
		roles := map[string]string{}
		for _, m := range answer.Members {
			if m.State == "running" || m.State == "streaming" {
				roles[m.Name] = m.Role
			}
		}
		return roles
	}
	return nil
}

// waitUntilWhole waits for a primary, a synchronous replica if there can be one, and
// everybody else.
func (c *cluster) waitUntilWhole() {
	c.t.Helper()
	require.Eventually(c.t, func() bool {
		if _, err := c.kubernetes.endpoint(manifests.DefaultPatroni().Scope); err != nil {
			return false
		}
		count := map[string]int{}
		for _, role := range c.state() {
			count[role]++
		}
		replicas := len(c.members) - 1
		return count["leader"] == 1 && count["sync_standby"] == min(1, replicas) && count["replica"] == max(0, replicas-1)
	}, 90*time.Second, 200*time.Millisecond, "the cluster does not become whole")
}

// primary returns the member that holds the lock.
func (c *cluster) primary() *member {
	c.t.Helper()
	for name, role := range c.state() {
		for _, m := range c.members {
			if role == "leader" && m.name == name {
				return m
			}
		}
	}
	require.FailNow(c.t, "there is no primary")
	return nil
}
