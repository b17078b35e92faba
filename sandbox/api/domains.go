package api

import (
	"slices"
	"strconv"
	"strings"

	"github.com/digitalocean/godo"

	"github.com/gomeet/infra/sandbox/store"
)

var domains = store.NewCollection[godo.Domain]("domains")

// dnsRecord is a record with the domain it belongs to.
type dnsRecord struct {
	Domain string
	godo.DomainRecord
}

var dnsRecords = store.NewCollection[dnsRecord]("domain_records")

// defaultTTL is DigitalOcean's, in seconds (domain.yml of the OpenAPI document).
const defaultTTL = 1800

func (s *Server) registerDomains() {
	register(s, simple[godo.Domain, godo.DomainCreateRequest]{
		path: "/v2/domains", one: "domain", many: "domains", inventory: "domains",
		items: domains, id: func(d godo.Domain) string { return d.Name }, inProjects: true,
		describe: func(d godo.Domain) item { return item{id: d.Name, name: d.Name, urn: d.URN()} },
		make: func(c *call, req godo.DomainCreateRequest) (godo.Domain, error) {
			if err := unused(c, domains, "", req.Name, func(o godo.Domain) (string, string) { return o.Name, o.Name }); err != nil {
				return godo.Domain{}, err
			}
			// DigitalOcean makes the zone's own records at once.
			for _, server := range []string{"ns1", "ns2", "ns3"} {
				record := godo.DomainRecord{Type: "NS", Name: "@", Data: server + ".digitalocean.com", TTL: defaultTTL}
				if _, err := c.addRecord(req.Name, record); err != nil {
					return godo.Domain{}, err
				}
			}
			if req.IPAddress != "" {
				record := godo.DomainRecord{Type: "A", Name: "@", Data: req.IPAddress, TTL: defaultTTL}
				if _, err := c.addRecord(req.Name, record); err != nil {
					return godo.Domain{}, err
				}
			}
			return godo.Domain{Name: req.Name, TTL: defaultTTL}, nil
		},
		drop: func(c *call, d godo.Domain) error {
			list, err := c.records(d.Name)
			if err != nil {
				return err
			}
			for _, r := range list {
				if err := dnsRecords.Delete(c.tx, strconv.Itoa(r.ID)); err != nil {
					return err
				}
			}
			return nil
		},
	})
	s.get("/v2/domains/{domain}/records", func(c *call) (reply, error) {
		if _, err := find(c, domains, c.param("domain")); err != nil {
			return reply{}, err
		}
		list, err := c.records(c.param("domain"))
		if err != nil {
			return reply{}, err
		}
		return paged(c, "domain_records", list)
	})
	s.post("/v2/domains/{domain}/records", func(c *call) (reply, error) {
		if _, err := find(c, domains, c.param("domain")); err != nil {
			return reply{}, err
		}
		var req godo.DomainRecord
		if err := c.decode(&req); err != nil {
			return reply{}, err
		}
		r, err := c.addRecord(c.param("domain"), req)
		if err != nil {
			return reply{}, err
		}
		return created("domain_record", r)
	})
	s.get("/v2/domains/{domain}/records/{id}", func(c *call) (reply, error) {
		r, err := c.record()
		if err != nil {
			return reply{}, err
		}
		return ok("domain_record", r.DomainRecord)
	})
	s.put("/v2/domains/{domain}/records/{id}", changeRecord)
	s.patch("/v2/domains/{domain}/records/{id}", changeRecord)
	s.delete("/v2/domains/{domain}/records/{id}", func(c *call) (reply, error) {
		r, err := c.record()
		if err != nil {
			return reply{}, err
		}
		if err := dnsRecords.Delete(c.tx, strconv.Itoa(r.ID)); err != nil {
			return reply{}, err
		}
		return noContent()
	})
}

// records returns a domain's records, filtered as the request's query asks.
func (c *call) records(domain string) ([]godo.DomainRecord, error) {
	all, err := dnsRecords.List(c.tx)
	list := []godo.DomainRecord{}
	for _, r := range all {
		name := r.Name
		if name == "@" {
			name = domain
		} else {
			name += "." + domain
		}
		if r.Domain == domain && (c.query("type") == "" || c.query("type") == r.Type) && (c.query("name") == "" || c.query("name") == name) {
			list = append(list, r.DomainRecord)
		}
	}
	return list, err
}

func (c *call) record() (dnsRecord, error) {
	r, err := find(c, dnsRecords, c.param("id"))
	if err == nil && r.Domain != c.param("domain") {
		err = errNotFound
	}
	return r, err
}

func (c *call) addRecord(domain string, r godo.DomainRecord) (godo.DomainRecord, error) {
	if err := checkRecord(r); err != nil {
		return r, err
	}
	id, err := c.tx.NextID("domain_records", 1)
	if err != nil {
		return r, err
	}
	r.ID, r.Data = id, relative(r)
	if r.TTL == 0 {
		r.TTL = defaultTTL
	}
	return r, dnsRecords.Put(c.tx, strconv.Itoa(r.ID), dnsRecord{domain, r})
}

func changeRecord(c *call) (reply, error) {
	r, err := c.record()
	if err != nil {
		return reply{}, err
	}
	id := r.ID
	if err := c.decode(&r.DomainRecord); err != nil {
		return reply{}, err
	}
	r.ID = id
	if err := checkRecord(r.DomainRecord); err != nil {
		return reply{}, err
	}
	r.Data = relative(r.DomainRecord)
	if err := dnsRecords.Put(c.tx, strconv.Itoa(id), r); err != nil {
		return reply{}, err
	}
	return ok("domain_record", r.DomainRecord)
}

// relative is a record's data without the dot at the end of a host name, which
// DigitalOcean wants and does not tell: the Terraform provider puts it back
// (v2.62, resource_record.go).
func relative(r godo.DomainRecord) string {
	if slices.Contains([]string{"CNAME", "MX", "NS", "SRV", "CAA"}, r.Type) {
		return strings.TrimSuffix(r.Data, ".")
	}
	return r.Data
}

func checkRecord(r godo.DomainRecord) error {
	types := []string{"A", "AAAA", "CAA", "CNAME", "MX", "NS", "SOA", "SRV", "TXT"}
	switch {
	case !slices.Contains(types, r.Type):
		return invalid("type %q of a record is invalid, want one of %q", r.Type, types)
	case r.Data == "":
		return invalid("data of a record is empty")
	case r.Name == "":
		return invalid("name of a record is empty, want @ for the domain itself")
	default:
		return nil
	}
}
