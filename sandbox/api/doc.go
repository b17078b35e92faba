// Package api is the sandbox's DigitalOcean API, version 2: the same paths, JSON
// fields, status codes, error bodies, pagination and asynchronous states. The
// contract is the client library godo, and DigitalOcean's OpenAPI description
// (https://github.com/digitalocean/openapi) where godo is silent.
//
// # One request
//
// A request runs in one transaction of the store: GET in a read transaction,
// everything else in a write transaction, which is on disk before the answer is
// sent. A handler that returns an error changes nothing. So a handler is plain
// code over the store, with no locks:
//
//	func (s *Server) registerWidgets() {
//		s.addKind(kind{name: "widgets", list: widgetItems, inProjects: true})
//		s.get("/v2/widgets", listWidgets)
//		s.post("/v2/widgets", createWidget)
//		s.get("/v2/widgets/{id}", getWidget)
//		s.delete("/v2/widgets/{id}", deleteWidget)
//		s.delays.declare("widget")
//		s.onTask("widget.activate", activateWidget)
//	}
//
//	var widgets = store.NewCollection[widget]("widgets")
//
//	func createWidget(c *call) (reply, error) {
//		var req godo.WidgetCreateRequest
//		if err := c.decode(&req); err != nil {
//			return reply{}, err
//		}
//		if req.Name == "" {
//			return reply{}, invalid("name is empty, want a name")
//		}
//		w := widget{Widget: godo.Widget{ID: uuid.NewString(), Status: "new"}, Created: c.now}
//		if err := c.later("widget.activate", w.ID, "widget"); err != nil {
//			return reply{}, err
//		}
//		return accepted("widget", w.Widget), widgets.Put(c.tx, w.ID, w)
//	}
//
// # To add a resource
//
// Write one file with a register function as above and add that function to the
// table `resources` in server.go. Then:
//
//   - addKind with list is what makes the resource appear in the inventory, in the
//     members of a VPC (item.vpc), in a project (inProjects and item.urn), in the
//     counts of a tag (tagType, item.tags), and among what a Kubernetes cluster
//     owns (remove, and the cluster's tag "k8s:<id>" in item.tags). Mark what every
//     account has as builtin. The resource must still be listed while it is being
//     deleted.
//   - Lists answer with paged, in creation order; single values with ok, created or
//     accepted; errors with errNotFound, invalid (422), conflict (409), forbidden
//     (403), precondition (412) and badRequest (400).
//   - IDs are UUIDs, or numbers from c.tx.NextID where DigitalOcean has numbers.
//   - An asynchronous state is stored, and changed by a task: c.later stores the
//     task in the same transaction, and the background work runs it when the delay
//     of that kind (s.delays.declare makes the kind known; a test sets it) has
//     passed, also after a kill -9.
//   - c.vpcOrDefault, c.ensureTags, openRegion, c.size and find check references,
//     c.assign puts a new resource into the project a request names; times are c.now.
//   - Never write a token or a key to s.cfg.Log or into an error.
//
// # Kubernetes clusters
//
// A cluster's record holds the desired state: pools, and in them the nodes. Two
// loops per cluster (reconcile.go) bring a kube.ControlPlanes to that state and
// write back what they see. They keep nothing in memory that they need, so a
// restarted sandbox goes on where the last one was.
//
// # Knobs
//
// The paths under /sandbox/ are the sandbox's own: health, inventory, requests,
// faults and delays (admin.go, faults.go). They need no token.
package api
