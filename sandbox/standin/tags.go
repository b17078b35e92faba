package standin

import (
	"context"

	"github.com/digitalocean/godo"
)

// tagState is digitalocean.Tag. Its id is its name.
type tagState struct {
	Name                 string `json:"name" pulumi:"replace"`
	DatabasesCount       int    `json:"databasesCount" pulumi:"output"`
	DropletsCount        int    `json:"dropletsCount" pulumi:"output"`
	ImagesCount          int    `json:"imagesCount" pulumi:"output"`
	TotalResourceCount   int    `json:"totalResourceCount" pulumi:"output"`
	VolumeSnapshotsCount int    `json:"volumeSnapshotsCount" pulumi:"output"`
	VolumesCount         int    `json:"volumesCount" pulumi:"output"`
}

var tag = of[tagState]{
	make: func(ctx context.Context, c *clients, in tagState) (string, error) {
		made, _, err := c.Tags.Create(ctx, &godo.TagCreateRequest{Name: in.Name})
		if err != nil {
			return "", err
		}
		return made.Name, nil
	},
	look: func(ctx context.Context, c *clients, id string, _ tagState) (tagState, error) {
		t, _, err := c.Tags.Get(ctx, id)
		if err != nil {
			return tagState{}, err
		}
		s := tagState{Name: t.Name}
		if r := t.Resources; r != nil {
			s.TotalResourceCount = r.Count
			if r.Droplets != nil {
				s.DropletsCount = r.Droplets.Count
			}
			s.ImagesCount = count((*godo.TaggedResourcesData)(r.Images))
			s.VolumesCount = count((*godo.TaggedResourcesData)(r.Volumes))
			s.VolumeSnapshotsCount = count((*godo.TaggedResourcesData)(r.VolumeSnapshots))
			s.DatabasesCount = count((*godo.TaggedResourcesData)(r.Databases))
		}
		return s, nil
	},
	remove: func(ctx context.Context, c *clients, id string, _ tagState) error {
		_, err := c.Tags.Delete(ctx, id)
		return err
	},
}

// count is the number of tagged resources of a kind. Answers leave out kinds.
func count(r *godo.TaggedResourcesData) int {
	if r == nil {
		return 0
	}
	return r.Count
}
