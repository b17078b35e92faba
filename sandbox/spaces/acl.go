package spaces

import (
	"encoding/xml"
	"net/http"
	"slices"

	"github.com/johannesboyne/gofakes3"
	bolt "go.etcd.io/bbolt"
)

// The canned ACLs that Spaces has
// (https://docs.digitalocean.com/reference/api/spaces/, "Access Control Lists").
const private, publicRead = "private", "public-read"

const (
	allUsers  = "http://acs.amazonaws.com/groups/global/AllUsers"
	schemaXSI = "http://www.w3.org/2001/XMLSchema-instance"
)

type accessControlPolicy struct {
	XMLName xml.Name
	Owner   owner   `xml:"Owner"`
	Grants  []grant `xml:"AccessControlList>Grant"`
}

type grant struct {
	Grantee    grantee
	Permission string
}

// grantee is written with the attribute that says its type and read without, as
// encoding/xml does not know the prefixes of attributes.
type grantee struct {
	XSI         string `xml:"xmlns:xsi,attr"`
	Type        string `xml:"xsi:type,attr"`
	ID          string `xml:",omitempty"`
	DisplayName string `xml:",omitempty"`
	URI         string `xml:",omitempty"`
}

// aclDocument is what S3 says of a canned ACL.
func aclDocument(public bool) accessControlPolicy {
	p := accessControlPolicy{XMLName: xml.Name{Space: namespace, Local: "AccessControlPolicy"}, Owner: account}
	p.Grants = []grant{{grantee{XSI: schemaXSI, Type: "CanonicalUser", ID: account.ID, DisplayName: account.DisplayName}, "FULL_CONTROL"}}
	if public {
		p.Grants = append(p.Grants, grant{grantee{XSI: schemaXSI, Type: "Group", URI: allUsers}, "READ"})
	}
	return p
}

// cannedACL reads the header x-amz-acl; without it the ACL is private.
func cannedACL(header http.Header) (public bool, err error) {
	switch acl := header.Get("X-Amz-Acl"); acl {
	case "", private:
		return false, nil
	case publicRead:
		return true, nil
	default:
		return false, errInvalidArgument("x-amz-acl is %q, want %q or %q.", acl, private, publicRead)
	}
}

// wantedACL reads the ACL of a PUT ?acl from the header or from the body.
func wantedACL(q *request) (public bool, err error) {
	if q.Header.Get("X-Amz-Acl") != "" {
		return cannedACL(q.Header)
	}
	body, err := readDocument(q)
	if err != nil {
		return false, err
	}
	var policy accessControlPolicy
	if err := xml.Unmarshal(body, &policy); err != nil || policy.XMLName.Local != "AccessControlPolicy" {
		return false, errMalformedXML("The body is no AccessControlPolicy, and there is no header x-amz-acl.")
	}
	for _, g := range policy.Grants {
		switch {
		case g.Grantee.URI == "" && g.Permission == "FULL_CONTROL" && slices.Contains([]string{"", account.ID}, g.Grantee.ID):
		case g.Grantee.URI == allUsers && g.Permission == "READ":
			public = true
		default:
			return false, errInvalidArgument("The grant of %s is neither of %q nor of %q.", g.Permission, private, publicRead)
		}
	}
	return public, nil
}

// objectDocument answers a subresource of an object; Spaces has only ?acl.
func (h *handler) objectDocument(w http.ResponseWriter, q *request, name string) error {
	id := q.URL.Query().Get("versionId")
	switch {
	case name != "acl":
		return s3Error(http.StatusNotImplemented, "NotImplemented", "The sandbox does not know ?%s of an object.", name)
	case q.Method == http.MethodGet:
		public, err := h.storage.objectIsPublic(q.bucket, q.address.key, id)
		if err != nil {
			return err
		}
		sendXML(w, http.StatusOK, aclDocument(public))
		return nil
	case q.Method == http.MethodPut:
		public, err := wantedACL(q)
		if err != nil {
			return err
		}
		return h.storage.changeObject(q.bucket, q.address.key, id, func(v *version) { v.Public = public })
	default:
		return errMethod(q.Request, "?acl")
	}
}

// objectIsPublic says whether an object's ACL is public-read.
func (s *storage) objectIsPublic(bucket, key, id string) (public bool, err error) {
	err = s.db.View(func(tx *bolt.Tx) error {
		_, v, err := existing(tx, bucket, key, id)
		public = v.Public
		return err
	})
	return public, err
}

// changeObject changes what describes an object.
func (s *storage) changeObject(bucket, key, id string, change func(*version)) error {
	return s.db.Update(func(tx *bolt.Tx) error {
		table, v, err := existing(tx, bucket, key, id)
		if err != nil {
			return err
		}
		change(&v)
		return put(table, versionKey(key, v.Seq), v)
	})
}

func existing(tx *bolt.Tx, bucket, key, id string) (*bolt.Bucket, version, error) {
	table, err := objectsOf(tx, bucket)
	if err != nil {
		return nil, version{}, err
	}
	v, err := find(table, key, id)
	if err != nil {
		return nil, version{}, err
	}
	if v == nil || v.Marker {
		return nil, version{}, gofakes3.KeyNotFound(key)
	}
	return table, *v, nil
}
