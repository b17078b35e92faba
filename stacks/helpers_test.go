package stacks_test

import (
	"strings"

	"github.com/gomeet/infra/sizing"
)

func regions() string {
	var slugs []string
	for _, region := range sizing.DefaultCatalogue().Regions {
		slugs = append(slugs, region.Slug)
	}
	return strings.Join(slugs, ", ")
}

func roles() string {
	var names []string
	for _, role := range sizing.Roles {
		names = append(names, string(role))
	}
	return strings.Join(names, ", ")
}
