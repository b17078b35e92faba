package api

import "github.com/gomeet/infra/sandbox/store"

// registerBuckets makes the Spaces buckets known to projects and the inventory. They
// have no route here: DigitalOcean manages them through the S3 API.
func (s *Server) registerBuckets() {
	if s.cfg.Buckets == nil {
		return
	}
	s.addKind(kind{name: "spaces_buckets", inProjects: true, list: func(*store.Tx) ([]item, error) {
		all, err := s.cfg.Buckets()
		items := make([]item, len(all))
		for i, b := range all {
			items[i] = item{id: b.Name, name: b.Name, urn: "do:space:" + b.Name, created: b.Created}
		}
		return items, err
	}})
}
