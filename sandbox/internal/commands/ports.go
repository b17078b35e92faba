package commands

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gomeet/infra/sandbox/internal/sandboxd"
)

// portFlags adds the port flags. A port that is not given is the one of the last
// start, or the default.
func portFlags(cmd *cobra.Command) func(sandboxd.Dir) (sandboxd.Ports, error) {
	var asked sandboxd.Ports
	flags := cmd.Flags()
	flags.IntVar(&asked.API, "api-port", sandboxd.DefaultPorts.API, "port of the DigitalOcean API")
	flags.IntVar(&asked.Spaces, "spaces-port", sandboxd.DefaultPorts.Spaces, "port of the object storage")
	flags.IntVar(&asked.Provider, "provider-port", sandboxd.DefaultPorts.Provider, "port of the stand-in provider")
	return func(dir sandboxd.Dir) (sandboxd.Ports, error) {
		ports, err := dir.Ports()
		if err != nil {
			return ports, err
		}
		for _, p := range []struct {
			flag        string
			port, asked *int
		}{
			{"api-port", &ports.API, &asked.API},
			{"spaces-port", &ports.Spaces, &asked.Spaces},
			{"provider-port", &ports.Provider, &asked.Provider},
		} {
			if flags.Changed(p.flag) {
				*p.port = *p.asked
			}
			const highest = 65535
			if *p.port < 1 || *p.port > highest {
				return ports, fmt.Errorf("--%s is %d, want 1 to %d", p.flag, *p.port, highest)
			}
		}
		return ports, nil
	}
}
