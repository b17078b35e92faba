package standin

import (
	"context"

	"github.com/digitalocean/godo"
)

// grant is what a key may do in a bucket.
type grant struct {
	Bucket     string `json:"bucket"`
	Permission string `json:"permission"`
}

// spacesKeyState is digitalocean.SpacesKey. Its id is the access key.
type spacesKeyState struct {
	Name      string  `json:"name"`
	Grants    []grant `json:"grants,omitempty"`
	AccessKey string  `json:"accessKey" pulumi:"output"`
	SecretKey string  `json:"secretKey" pulumi:"output"`
	CreatedAt string  `json:"createdAt" pulumi:"output"`
}

func (s spacesKeyState) grants() []*godo.Grant {
	list := []*godo.Grant{}
	for _, g := range s.Grants {
		list = append(list, &godo.Grant{Bucket: g.Bucket, Permission: godo.SpacesKeyPermission(g.Permission)})
	}
	return list
}

var spacesKey = of[spacesKeyState]{
	secrets: []string{"secretKey"},
	once: func(ctx context.Context, c *clients, in *spacesKeyState) (string, error) {
		made, _, err := c.SpacesKeys.Create(ctx, &godo.SpacesKeyCreateRequest{Name: in.Name, Grants: in.grants()})
		if err != nil {
			return "", err
		}
		in.SecretKey = made.SecretKey
		return made.AccessKey, nil
	},
	look: func(ctx context.Context, c *clients, id string, old spacesKeyState) (spacesKeyState, error) {
		k, _, err := c.SpacesKeys.Get(ctx, id)
		if err != nil {
			return spacesKeyState{}, err
		}
		s := spacesKeyState{Name: k.Name, AccessKey: k.AccessKey, SecretKey: old.SecretKey, CreatedAt: k.CreatedAt}
		for _, g := range k.Grants {
			s.Grants = append(s.Grants, grant{g.Bucket, string(g.Permission)})
		}
		return s, nil
	},
	change: func(ctx context.Context, c *clients, id string, in, _ spacesKeyState) error {
		_, _, err := c.SpacesKeys.Update(ctx, id, &godo.SpacesKeyUpdateRequest{Name: in.Name, Grants: in.grants()})
		return err
	},
	remove: func(ctx context.Context, c *clients, id string, _ spacesKeyState) error {
		_, err := c.SpacesKeys.Delete(ctx, id)
		return err
	},
}
