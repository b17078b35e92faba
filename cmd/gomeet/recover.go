package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"

	"github.com/spf13/cobra"
	"gopkg.in/yaml.v3"

	"github.com/gomeet/infra/internal/account"
	"github.com/gomeet/infra/internal/engine"
	"github.com/gomeet/infra/internal/recovery"
)

func newRecover() *cobra.Command {
	var stack string
	var interrupted, alone bool
	cmd := &cobra.Command{
		Use:   "recover",
		Short: "Repair a stack whose last run was cut off",
		Long: `Repair a stack whose last run was cut off or failed.

A killed run leaves a lock that nobody holds, and resources that exist and that the
state does not know. recover breaks the lock if its process is dead, imports what has
the name of something that the program wants, deletes surplus copies of what holds no
data (DNS records, alerts, unused keys), and forgets unfinished operations. Then deploy
again. It refuses while another run is alive, and keeps others away while it looks.

Both need a backend that is a folder. With any other, whose locks it cannot read, it
deletes nothing until you say with --alone that no run is alive: what a run has just
made looks like a surplus copy.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return recoverStack(cmd.Context(), cmd.ErrOrStderr(), stack, interrupted, alone)
		},
	}
	cmd.Flags().StringVar(&stack, "stack", "dev", "the stack")
	cmd.Flags().BoolVar(&interrupted, "if-interrupted", false, "look only when the last run left signs of an accident")
	cmd.Flags().BoolVar(&alone, "alone", false, "no run is alive: delete surplus copies also where the backend's locks cannot be read")
	return cmd
}

func recoverStack(ctx context.Context, log io.Writer, stack string, onlyInterrupted, alone bool) error {
	reader, err := engine.NewCLI(".", nil)
	if err != nil {
		return err
	}
	project, err := projectName()
	if err != nil {
		return err
	}
	backend, err := backendURL(ctx)
	if err != nil {
		return err
	}
	cli := &recovery.CLI{Backend: backend, Project: project, Name: stack, Reader: reader, Alone: alone}
	broken, err := breakLock(ctx, log, cli)
	if err != nil {
		return err
	}
	if onlyInterrupted && !broken {
		if interrupted, err := cli.Interrupted(ctx); err != nil || !interrupted {
			return err
		}
	}
	fmt.Fprintf(log, "looking for what the last run of %s left behind\n", stack)
	config, err := reader.Config(ctx, stack)
	if err != nil {
		return err
	}
	cloud, err := newCloud(config)
	if err != nil {
		return err
	}
	result, err := recovery.Run(ctx, cli, cloud, log)
	if err != nil {
		return err
	}
	fmt.Fprintf(log, "recovered %s: %d imported, %d surplus copies deleted, %d unfinished operations forgotten\n",
		stack, len(result.Imported), len(result.Deleted), result.Cleared)
	return nil
}

// breakLock breaks the stack's lock if nobody holds it any more.
func breakLock(ctx context.Context, log io.Writer, cli *recovery.CLI) (broken bool, err error) {
	locks, err := cli.Dead()
	if err != nil {
		return false, err
	}
	mended, err := recovery.Mend(cli.Backend, cli.Project, cli.Name)
	for _, file := range mended {
		fmt.Fprintln(log, "deleting notes that were never finished:", file)
	}
	if err != nil || len(locks) == 0 {
		return len(mended) > 0, err
	}
	fmt.Fprintf(log, "breaking the lock of process %d, which is dead\n", locks[0].PID)
	return true, cli.Cancel(ctx)
}

// newCloud makes a client for the account that a configuration deploys to. Like the
// provider it takes the token from the stack's configuration or the environment.
func newCloud(config map[string]string) (*recovery.Cloud, error) {
	token := cmp.Or(config["digitalocean:token"], os.Getenv("DIGITALOCEAN_TOKEN"), os.Getenv("DIGITALOCEAN_ACCESS_TOKEN"))
	if token == "" {
		return nil, errors.New("no API token: set DIGITALOCEAN_TOKEN, or digitalocean:token as a secret of the stack")
	}
	endpoint := cmp.Or(config["digitalocean:apiEndpoint"], os.Getenv("DIGITALOCEAN_API_URL"), "https://api.digitalocean.com")
	client, _, err := account.NewClient(endpoint, token)
	return &recovery.Cloud{Client: client, Spaces: os.Getenv("SPACES_ENDPOINT_URL")}, err
}

// backendURL is where Pulumi keeps the states: as the environment says, or as it was logged in.
func backendURL(ctx context.Context) (string, error) {
	if url := os.Getenv("PULUMI_BACKEND_URL"); url != "" {
		return url, nil
	}
	output, err := exec.CommandContext(ctx, "pulumi", "whoami", "--json", "--non-interactive").Output()
	if err != nil {
		return "", fmt.Errorf("asking pulumi which backend it uses: %w", err)
	}
	var who struct {
		URL string `json:"url"`
	}
	if err := json.Unmarshal(output, &who); err != nil {
		return "", fmt.Errorf("reading which backend pulumi uses: %w", err)
	}
	return who.URL, nil
}

// projectName reads the project's name from Pulumi.yaml.
func projectName() (string, error) {
	text, err := os.ReadFile("Pulumi.yaml")
	if err != nil {
		return "", fmt.Errorf("reading the project: %w", err)
	}
	var project struct {
		Name string `yaml:"name"`
	}
	if err := yaml.Unmarshal(text, &project); err != nil {
		return "", fmt.Errorf("reading Pulumi.yaml: %w", err)
	}
	return project.Name, nil
}
