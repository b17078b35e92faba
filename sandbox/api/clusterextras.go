package api

import (
	"net/http"

	"github.com/digitalocean/godo"
	"github.com/google/uuid"
)

// registerClusterExtras serves the small endpoints around a cluster: the registry
// integration, clusterlint and the status messages.
func (s *Server) registerClusterExtras() {
	for _, path := range []string{"/v2/kubernetes/registry", "/v2/kubernetes/registries"} {
		s.post(path, func(c *call) (reply, error) { return c.integrateRegistry(true) })
		s.delete(path, func(c *call) (reply, error) { return c.integrateRegistry(false) })
	}
	s.post(clusterPath+"/{id}/clusterlint", func(c *call) (reply, error) {
		if _, err := c.cluster(); err != nil {
			return reply{}, err
		}
		return object(http.StatusAccepted, "run_id", uuid.NewString()), nil
	})
	// The sandbox does not lint: every run finds nothing.
	s.get(clusterPath+"/{id}/clusterlint", func(c *call) (reply, error) {
		if _, err := c.cluster(); err != nil {
			return reply{}, err
		}
		return ok("diagnostics", []godo.ClusterlintDiagnostic{})
	})
	s.get(clusterPath+"/{id}/status_messages", func(c *call) (reply, error) {
		k, err := c.cluster()
		if err != nil {
			return reply{}, err
		}
		messages := []godo.KubernetesClusterStatusMessage{}
		if k.Shown.Status.Message != "" {
			messages = append(messages, godo.KubernetesClusterStatusMessage{Message: k.Shown.Status.Message, Timestamp: k.Shown.UpdatedAt})
		}
		return ok("messages", messages)
	})
}

func (c *call) integrateRegistry(on bool) (reply, error) {
	var req godo.KubernetesClusterRegistryRequest
	if err := c.decode(&req); err != nil {
		return reply{}, err
	}
	if _, found, err := registries.Get(c.tx, theRegistry); on && (err != nil || !found) {
		return reply{}, orError(err, invalid("the account has no container registry to integrate"))
	}
	for _, id := range req.ClusterUUIDs {
		k, err := find(c, clusters, id)
		if err == nil && k.Deleting {
			err = errNotFound
		}
		if err != nil {
			return reply{}, err
		}
		k.Shown.RegistryEnabled = on
		if err := clusters.Put(c.tx, id, k); err != nil {
			return reply{}, err
		}
	}
	return noContent()
}
