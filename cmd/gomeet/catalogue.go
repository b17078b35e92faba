package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/digitalocean/godo"
	"github.com/spf13/cobra"
	"golang.org/x/oauth2"

	"github.com/gomeet/infra/internal/refresh"
	"github.com/gomeet/infra/internal/report"
	"github.com/gomeet/infra/sizing"
)

func newCatalogue() *cobra.Command {
	cmd := &cobra.Command{Use: "catalogue", Short: "The sizes, regions and prices that plans are made of"}
	cmd.AddCommand(newCatalogueUpdate())
	return cmd
}

func newCatalogueUpdate() *cobra.Command {
	var folder string
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "update",
		Short: "Read sizes, prices and regions from DigitalOcean's API into the embedded catalogue",
		Long: `Read sizes, prices and regions from DigitalOcean's API into the embedded catalogue.

The token is DIGITALOCEAN_TOKEN; read scope is enough. DIGITALOCEAN_API_URL points
to another API, such as the sandbox's. Prices of everything but Droplets are not in
the API and stay as they are.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := apiClient(cmd)
			if err != nil {
				return err
			}
			old := sizing.DefaultCatalogue()
			fresh, err := refresh.Catalogue(cmd.Context(), client, old, time.Now().UTC().Format(time.DateOnly))
			if err != nil {
				return err
			}
			table := report.Table{
				Title: "Changes of the catalogue", Header: []string{"Size", "Before", "Now"}, Wrap: -1,
			}
			for _, c := range fresh.Changes(old) {
				table.Rows = append(table.Rows, []string{c.Slug, c.Before, c.After})
			}
			table.Remarks = []string{strconv.Itoa(len(table.Rows)) + " sizes changed."}
			if err := report.Text(cmd.OutOrStdout(), []report.Table{table}); err != nil || dryRun {
				return err
			}
			return writeCatalogue(folder, fresh)
		},
	}
	cmd.Flags().StringVar(&folder, "folder", filepath.Join("sizing", "catalogue"), "folder of the embedded catalogue")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "show the changes and write nothing")
	return cmd
}

// apiClient makes a client from the environment, as DigitalOcean's own tools do.
func apiClient(cmd *cobra.Command) (*godo.Client, error) {
	token := os.Getenv("DIGITALOCEAN_TOKEN")
	if token == "" {
		return nil, errors.New("DIGITALOCEAN_TOKEN is not set; a token with read scope is enough")
	}
	var options []godo.ClientOpt
	if url := os.Getenv("DIGITALOCEAN_API_URL"); url != "" {
		options = append(options, godo.SetBaseURL(url+"/"))
	}
	source := oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token})
	client, err := godo.New(oauth2.NewClient(cmd.Context(), source), options...)
	if err != nil {
		return nil, fmt.Errorf("DIGITALOCEAN_API_URL: %w", err)
	}
	return client, nil
}

func writeCatalogue(folder string, c *sizing.Catalogue) error {
	for name, render := range map[string]func() ([]byte, error){
		"sizes.json": c.SizesJSON, "regions.json": c.RegionsJSON,
	} {
		text, err := render()
		if err != nil {
			return fmt.Errorf("writing the catalogue: %w", err)
		}
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path+".part", text, 0o644); err != nil {
			return fmt.Errorf("writing the catalogue: %w", err)
		}
		if err := os.Rename(path+".part", path); err != nil {
			return fmt.Errorf("writing the catalogue: %w", err)
		}
	}
	return nil
}
