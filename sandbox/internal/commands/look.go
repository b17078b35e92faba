package commands

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/digitalocean/godo"
	"github.com/spf13/cobra"

	"github.com/gomeet/infra/sandbox/api"
	"github.com/gomeet/infra/sandbox/internal/sandboxd"
)

func status(o *options) *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "Show whether the sandbox runs, where, and what exists in it; exits 3 when it does not run",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, ports, err := running(o)
			if err != nil {
				return err
			}
			left, err := sandboxd.Inventory(cmd.Context(), ports)
			if err != nil {
				return fmt.Errorf("process %d runs, but: %w; its log is %s", dir.Process(), err, dir.Log())
			}
			clusters, err := sandboxd.Clusters(cmd.Context(), ports)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
			fmt.Fprintf(table, "running\tprocess %d, data in %s\n", dir.Process(), dir)
			fmt.Fprintf(table, "API\t%s\n", ports.APIURL())
			fmt.Fprintf(table, "Spaces\t%s\n", ports.SpacesURL())
			fmt.Fprintf(table, "provider\t127.0.0.1:%d\n", ports.Provider)
			for _, c := range clusters {
				fmt.Fprintf(table, "cluster\t%s\n", describe(c))
			}
			if err := table.Flush(); err != nil {
				return err
			}
			writeInventory(out, left)
			return nil
		},
	}
}

// describe says in a line how a cluster is.
func describe(c *godo.KubernetesCluster) string {
	ready, all := 0, 0
	for _, pool := range c.NodePools {
		for _, node := range pool.Nodes {
			all++
			if node.Status != nil && node.Status.State == "running" {
				ready++
			}
		}
	}
	state := "unknown"
	if c.Status != nil {
		state = string(c.Status.State)
	}
	return fmt.Sprintf("%s in %s, %s, %d of %d nodes running, %s", c.Name, c.RegionSlug, state, ready, all, c.Endpoint)
}

// running returns the sandbox, or says that it died or is not running.
func running(o *options) (sandboxd.Dir, sandboxd.Ports, error) {
	dir, _, err := o.resolve()
	if err != nil {
		return dir, sandboxd.Ports{}, err
	}
	ports, err := dir.Ports()
	if err != nil {
		return dir, ports, err
	}
	return dir, ports, notRunning(dir)
}

// notRunning is nil for a sandbox that runs.
func notRunning(dir sandboxd.Dir) error {
	switch {
	case dir.Running():
		return nil
	case dir.Died():
		return fmt.Errorf("the sandbox ended without being stopped; its data is safe, and the end of its log %s may say why; %w",
			dir.Log(), errStopped)
	default:
		return fmt.Errorf("the sandbox is not running; %w", errStopped)
	}
}

func writeInventory(w io.Writer, inventory api.Inventory) {
	if inventory.Total == 0 {
		fmt.Fprintln(w, "nothing exists in it")
		return
	}
	for _, kind := range slices.Sorted(maps.Keys(inventory.Kinds)) {
		if part := inventory.Kinds[kind]; part.Count > 0 {
			// A screen shows some names; the rest is counted.
			const shown = 5
			names := strings.Join(part.Names[:min(shown, len(part.Names))], ", ")
			if len(part.Names) > shown {
				names += ", ..."
			}
			fmt.Fprintf(w, "%6d %s: %s\n", part.Count, kind, names)
		}
	}
}

func inventory(o *options) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "inventory", Short: "List what exists in the sandbox", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, ports, err := running(o)
			if err != nil {
				return err
			}
			left, err := sandboxd.Inventory(cmd.Context(), ports)
			if err != nil {
				return err
			}
			if !asJSON {
				writeInventory(cmd.OutOrStdout(), left)
				return nil
			}
			counts := map[string]int{}
			for kind, part := range left.Kinds {
				counts[kind] = part.Count
			}
			encoder := json.NewEncoder(cmd.OutOrStdout())
			encoder.SetIndent("", "  ")
			return encoder.Encode(counts)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the number of resources by kind, as JSON")
	return cmd
}

func logs(o *options) *cobra.Command {
	return &cobra.Command{
		Use: "logs", Short: "Print the sandbox's log", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, _, err := o.resolve()
			if err != nil {
				return err
			}
			log, err := os.Open(dir.Log())
			if err != nil {
				return fmt.Errorf("opening the sandbox's log: %w", err)
			}
			defer log.Close()
			_, err = io.Copy(cmd.OutOrStdout(), log)
			return err
		},
	}
}
