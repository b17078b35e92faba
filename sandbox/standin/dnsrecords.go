package standin

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/digitalocean/godo"
)

// dnsRecordState is digitalocean.DnsRecord.
type dnsRecordState struct {
	Domain   string `json:"domain" pulumi:"required,replace"`
	Type     string `json:"type" pulumi:"required,replace"`
	Name     string `json:"name"`
	Value    string `json:"value" pulumi:"required"`
	TTL      int    `json:"ttl"`
	Priority int    `json:"priority" pulumi:"cleared"`
	Port     int    `json:"port" pulumi:"cleared"`
	Weight   int    `json:"weight" pulumi:"cleared"`
	Flags    int    `json:"flags" pulumi:"cleared"`
	Tag      string `json:"tag" pulumi:"cleared"`
	Fqdn     string `json:"fqdn" pulumi:"output"`
}

func (s dnsRecordState) request() *godo.DomainRecordEditRequest {
	return &godo.DomainRecordEditRequest{
		Type: s.Type, Name: s.Name, Data: s.Value, TTL: s.TTL, Priority: s.Priority, Port: s.Port,
		Weight: s.Weight, Flags: s.Flags, Tag: s.Tag,
	}
}

var dnsRecord = of[dnsRecordState]{
	make: func(ctx context.Context, c *clients, in dnsRecordState) (string, error) {
		made, _, err := c.Domains.CreateRecord(ctx, in.Domain, in.request())
		if err != nil {
			return "", err
		}
		return strconv.Itoa(made.ID), nil
	},
	name: func(_ context.Context, _ *clients, name string) (string, dnsRecordState, error) {
		zone, id, ok := strings.Cut(name, ",")
		if !ok {
			return "", dnsRecordState{}, fmt.Errorf("%q is no DNS record, want ZONE,ID such as a.example,123", name)
		}
		return id, dnsRecordState{Domain: zone}, nil
	},
	look: func(ctx context.Context, c *clients, id string, old dnsRecordState) (dnsRecordState, error) {
		number, err := recordNumber(id)
		if err != nil {
			return dnsRecordState{}, err
		}
		r, _, err := c.Domains.Record(ctx, old.Domain, number)
		if err != nil {
			return dnsRecordState{}, err
		}
		s := dnsRecordState{
			Domain: old.Domain, Type: r.Type, Name: r.Name, Value: absolute(r), TTL: r.TTL, Priority: r.Priority,
			Port: r.Port, Weight: r.Weight, Flags: r.Flags, Tag: r.Tag, Fqdn: fqdn(r.Name, old.Domain),
		}
		// A name has more than one spelling; the program's stays.
		zone := old.Domain + "."
		if s.Name == "@" && old.Name == zone || s.Name+"."+zone == old.Name {
			s.Name = old.Name
		}
		if s.Value == "@" && old.Value == zone || s.Value == old.Value+"."+zone {
			s.Value = old.Value
		}
		return s, nil
	},
	change: func(ctx context.Context, c *clients, id string, in, _ dnsRecordState) error {
		number, err := recordNumber(id)
		if err != nil {
			return err
		}
		request := in.request()
		request.Type = "" // it is what the record was made with
		_, _, err = c.Domains.EditRecord(ctx, in.Domain, number, request)
		return err
	},
	remove: func(ctx context.Context, c *clients, id string, old dnsRecordState) error {
		number, err := recordNumber(id)
		if err != nil {
			return err
		}
		_, err = c.Domains.DeleteRecord(ctx, old.Domain, number)
		return err
	},
}

func recordNumber(id string) (int, error) {
	number, err := strconv.Atoi(id)
	if err != nil {
		return 0, fmt.Errorf("the id of a record is %q, want a number", id)
	}
	return number, nil
}

// absolute is the value of a record with the dot at the end of a host name, which
// the API wants and does not tell.
func absolute(r *godo.DomainRecord) string {
	host := slices.Contains([]string{"CNAME", "MX", "NS", "SRV", "CAA"}, r.Type) && r.Tag != "iodef"
	if !host || r.Data == "@" || strings.HasSuffix(r.Data, ".") {
		return r.Data
	}
	return r.Data + "."
}

// fqdn is the full name of a record.
func fqdn(name, domain string) string {
	switch {
	case name == "@":
		return domain
	case strings.HasSuffix(strings.ToLower(name), domain+"."):
		return strings.TrimSuffix(strings.ToLower(name), ".")
	default:
		return name + "." + domain
	}
}
