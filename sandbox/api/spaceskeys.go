package api

import (
	"crypto/rand"
	"slices"
	"time"

	"github.com/digitalocean/godo"

	"github.com/gomeet/infra/sandbox/store"
)

var spacesKeys = store.NewCollection[godo.SpacesKey]("spaces_keys")

func (s *Server) registerSpacesKeys() {
	register(s, simple[godo.SpacesKey, godo.SpacesKeyCreateRequest]{
		path: "/v2/spaces/keys", one: "key", many: "keys", inventory: "spaces_keys",
		items: spacesKeys, id: func(k godo.SpacesKey) string { return k.AccessKey },
		describe: func(k godo.SpacesKey) item { return item{id: k.AccessKey, name: k.Name, created: parsed(k.CreatedAt)} },
		// The secret is shown once, in the answer to the creation.
		conceal: func(k godo.SpacesKey) godo.SpacesKey {
			k.SecretKey = ""
			return k
		},
		make: func(c *call, req godo.SpacesKeyCreateRequest) (godo.SpacesKey, error) {
			// Access keys begin as DigitalOcean's do; 20 and 43 characters are S3's and theirs.
			k := godo.SpacesKey{AccessKey: ("DO" + rand.Text())[:20], SecretKey: (rand.Text() + rand.Text())[:43], CreatedAt: c.now.Format(time.RFC3339)}
			return fillKey(c, k, req)
		},
		edit: fillKey,
	})
	s.patch("/v2/spaces/keys/{id}", func(c *call) (reply, error) {
		k, err := find(c, spacesKeys, c.param("id"))
		if err != nil {
			return reply{}, err
		}
		req := godo.SpacesKeyCreateRequest{Name: k.Name, Grants: k.Grants}
		if err := c.decode(&req); err != nil {
			return reply{}, err
		}
		if k, err = fillKey(c, k, req); err != nil {
			return reply{}, err
		}
		if err := spacesKeys.Put(c.tx, k.AccessKey, k); err != nil {
			return reply{}, err
		}
		k.SecretKey = ""
		return ok("key", k)
	})
}

func fillKey(_ *call, k godo.SpacesKey, req godo.SpacesKeyCreateRequest) (godo.SpacesKey, error) {
	if req.Name == "" {
		return k, invalid("name is empty, want a name")
	}
	permissions := []godo.SpacesKeyPermission{godo.SpacesKeyRead, godo.SpacesKeyReadWrite, godo.SpacesKeyFullAccess}
	for _, g := range req.Grants {
		if !slices.Contains(permissions, g.Permission) {
			return k, invalid("permission %q of a grant is invalid, want one of %q", g.Permission, permissions)
		}
		if g.Permission == godo.SpacesKeyFullAccess && g.Bucket != "" {
			return k, invalid("a grant of fullaccess names bucket %q, want none: it is for all buckets", g.Bucket)
		}
		if g.Permission != godo.SpacesKeyFullAccess && g.Bucket == "" {
			return k, invalid("a grant of %s names no bucket", g.Permission)
		}
	}
	k.Name, k.Grants = req.Name, req.Grants
	return k, nil
}

// SpacesKey returns the secret and the grants of an access key made through the API,
// for the S3 endpoint to check signatures with.
func (s *Server) SpacesKey(id string) (secret string, grants []*godo.Grant, found bool) {
	err := s.view(func(c *call) error {
		k, ok, err := spacesKeys.Get(c.tx, id)
		secret, grants, found = k.SecretKey, k.Grants, ok
		return err
	})
	return secret, grants, found && err == nil
}
