package commands

import (
	"bufio"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gomeet/infra/sandbox/internal/sandboxd"
)

func serve(o *options) *cobra.Command {
	cmd := &cobra.Command{Use: "serve", Short: "Run the sandbox in the foreground", Args: cobra.NoArgs}
	ports := portFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		dir, tools, err := o.resolve()
		if err != nil {
			return err
		}
		p, err := ports(dir)
		if err != nil {
			return err
		}
		return sandboxd.Serve(cmd.Context(), dir, p, tools, slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil)))
	}
	return cmd
}

func start(o *options) *cobra.Command {
	cmd := &cobra.Command{Use: "start", Short: "Start the sandbox in the background, if it is not running", Args: cobra.NoArgs}
	ports := portFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		dir, tools, err := o.resolve()
		if err != nil {
			return err
		}
		p, err := ports(dir)
		if err != nil {
			return err
		}
		if dir.Died() {
			fmt.Fprintf(cmd.ErrOrStderr(), "the sandbox ended without being stopped; starting it again with its data\n")
		}
		if err := sandboxd.Start(cmd.Context(), dir, p, tools); err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "sandbox up: API %s, Spaces %s, data in %s\n", p.APIURL(), p.SpacesURL(), dir)
		return nil
	}
	return cmd
}

func stop(o *options) *cobra.Command {
	var ifEmpty bool
	cmd := &cobra.Command{
		Use: "stop", Short: "Stop the sandbox; its data stays", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, tools, err := o.resolve()
			if err != nil {
				return err
			}
			if ifEmpty && dir.Running() {
				ports, err := dir.Ports()
				if err != nil {
					return err
				}
				left, err := sandboxd.Inventory(cmd.Context(), ports)
				if err != nil {
					return err
				}
				if left.Total > 0 {
					fmt.Fprintf(cmd.ErrOrStderr(), "the sandbox goes on, because it is not empty:\n")
					writeInventory(cmd.ErrOrStderr(), left)
					return nil
				}
			}
			if err := sandboxd.Stop(cmd.Context(), dir, tools); err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), "sandbox stopped; its data stays in", dir)
			return nil
		},
	}
	cmd.Flags().BoolVar(&ifEmpty, "if-empty", false, "stop only when nothing exists in the sandbox")
	return cmd
}

func reset(o *options) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use: "reset", Short: "Stop the sandbox and delete its data, the stacks' state included", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, tools, err := o.resolve()
			if err != nil {
				return err
			}
			if !yes {
				fmt.Fprintf(cmd.ErrOrStderr(), "This deletes the sandbox in %s and the state of every stack in it. Type \"yes\" to go on: ", dir)
				// An input that ends is a no.
				answer, _ := bufio.NewReader(cmd.InOrStdin()).ReadString('\n')
				if strings.TrimSpace(answer) != "yes" {
					return errors.New("nothing was deleted")
				}
			}
			if err := sandboxd.Stop(cmd.Context(), dir, tools); err != nil {
				return err
			}
			return dir.Remove()
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}
