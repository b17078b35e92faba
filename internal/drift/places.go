package drift

import (
	"context"
	"net/http"
	"strings"

	"github.com/digitalocean/godo"

	"github.com/gomeet/infra/internal/pages"
)

// readProjects reads what is in the stack's projects, and the buckets of the whole account:
// every resource is in some project, and no other list of the API has buckets.
func (k *known) readProjects(ctx context.Context, client *godo.Client) error {
	projects, err := pages.All("projects", func(o *godo.ListOptions) ([]godo.Project, *godo.Response, error) {
		return client.Projects.List(ctx, o)
	})
	if err != nil {
		return err
	}
	for _, p := range projects {
		resources, err := pages.All("resources of project "+p.Name, func(o *godo.ListOptions) ([]godo.ProjectResource, *godo.Response, error) {
			return client.Projects.ListResources(ctx, p.ID, o)
		})
		if err != nil {
			return err
		}
		for _, r := range resources {
			if k.projects[p.ID] {
				k.within[r.URN] = true
			}
			if kind, name := parts(r.URN); kind == "space" {
				k.buckets = append(k.buckets, name)
			}
		}
	}
	return nil
}

// parts splits a URN of DigitalOcean, such as "do:space:recordings".
func parts(urn string) (kind, id string) {
	kind, id, _ = strings.Cut(strings.TrimPrefix(urn, "do:"), ":")
	return kind, id
}

// looked are the kinds in URNs that a look has judged, each with more than a URN says.
var looked = map[string]bool{
	"droplet": true, "volume": true, "loadbalancer": true, "firewall": true, "kubernetes": true, "vpc": true,
	"floatingip": true, "reservedip": true, "volumesnapshot": true, "image": true,
}

// members finds what is in the stack's networks and projects and is of no kind that has a
// look of its own, such as a database or an app, and buckets with the stack's name.
func members(ctx context.Context, client *godo.Client, k *known) ([]Finding, error) {
	names := map[string]string{}
	for urn := range k.within {
		_, names[urn] = parts(urn)
	}
	for vpc := range k.vpcs {
		list, err := pages.All("members of VPC "+vpc, func(o *godo.ListOptions) ([]*godo.VPCMember, *godo.Response, error) {
			list, response, err := client.VPCs.ListMembers(ctx, vpc, nil, o)
			if response != nil && response.Response != nil && response.StatusCode == http.StatusNotFound { // a VPC that is gone is another finding
				return nil, response, nil
			}
			return list, response, err
		})
		if err != nil {
			return nil, err
		}
		for _, m := range list {
			names[m.URN] = m.Name
		}
	}
	for _, bucket := range k.buckets {
		if strings.HasPrefix(bucket, k.owner.Prefix) {
			names["do:space:"+bucket] = bucket
		}
	}
	var found []Finding
	for urn, name := range names {
		kind, id := parts(urn)
		if looked[kind] || k.ids[id] {
			continue
		}
		f := Finding{Class: Unmanaged, What: "stray", Type: kind, Name: name, ID: id, Fix: "look at it, then delete it in the control panel"}
		if kind == "space" {
			f.Type, f.Fix = "Spaces bucket", "look at it, then s3cmd rb s3://"+id
		}
		found = append(found, f)
	}
	return found, nil
}
