package manifests_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/golden"
	"github.com/gomeet/infra/manifests"
)

func TestKernelRender(t *testing.T) {
	text, err := manifests.NewKernel().Render()
	require.NoError(t, err)
	golden.Equal(t, manifests.KernelFile, text)
}

func TestKernelRejects(t *testing.T) {
	for name, c := range map[string]struct {
		kernel manifests.Kernel
		want   string
	}{
		"small buffer":  {manifests.Kernel{ReceiveBufferMax: 212_992, SendBufferMax: 24 << 20, Backlog: 65_535}, "net.core.rmem_max is 212992; it must be 16777216 to 2147483647"},
		"huge buffer":   {manifests.Kernel{ReceiveBufferMax: 24 << 20, SendBufferMax: 1 << 31, Backlog: 65_535}, "net.core.wmem_max is 2147483648; it must be 16777216 to 2147483647"},
		"lower backlog": {manifests.Kernel{ReceiveBufferMax: 24 << 20, SendBufferMax: 24 << 20, Backlog: 128}, "net.core.somaxconn is 128; it must be 4096 to 2147483647"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.kernel.Render()
			require.EqualError(t, err, "sysctl.conf: "+c.want)
		})
	}
}
