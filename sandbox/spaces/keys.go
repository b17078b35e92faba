package spaces

import (
	"slices"

	"github.com/digitalocean/godo"
)

// Key is a Spaces access key.
type Key struct {
	// ID is the access key id, Secret the secret access key.
	ID, Secret string
	// Grants say what the key may do, as DigitalOcean's API has them: fullaccess
	// for everything, readwrite or read for the objects of one bucket.
	Grants []*godo.Grant
}

// Keys knows the access keys. It is asked on every request, so a key that is
// deleted stops working at once.
type Keys interface {
	// Lookup returns the key of an access key id, and whether there is one.
	Lookup(id string) (Key, bool)
}

// KeyFunc is a function that is a Keys.
type KeyFunc func(id string) (Key, bool)

// Lookup calls the function.
func (f KeyFunc) Lookup(id string) (Key, bool) { return f(id) }

// FullAccess returns a Keys with one key that may do everything.
func FullAccess(id, secret string) Keys {
	key := Key{ID: id, Secret: secret, Grants: []*godo.Grant{{Permission: godo.SpacesKeyFullAccess}}}
	return KeyFunc(func(asked string) (Key, bool) { return key, asked == id })
}

// First asks several Keys in turn.
func First(all ...Keys) Keys {
	return KeyFunc(func(id string) (Key, bool) {
		for _, keys := range all {
			if key, ok := keys.Lookup(id); ok {
				return key, true
			}
		}
		return Key{}, false
	})
}

// access is how much of a bucket a request needs.
type access int

const (
	accessRead  access = iota // objects and what the bucket is
	accessWrite               // objects
	accessFull                // the bucket itself and its configuration
)

// may reports whether the grants cover the access to a bucket.
func (k Key) may(want access, bucket string) bool {
	return slices.ContainsFunc(k.Grants, func(g *godo.Grant) bool {
		switch g.Permission {
		case godo.SpacesKeyFullAccess:
			return true
		case godo.SpacesKeyReadWrite:
			return g.Bucket == bucket && want <= accessWrite
		case godo.SpacesKeyRead:
			return g.Bucket == bucket && want <= accessRead
		default:
			return false
		}
	})
}
