package manifests

import (
	"fmt"
	"math"
	"strings"
)

// KernelFile is the name of the kernel settings of a media node, for "sysctl -p";
// each line is also an argument of "sysctl -w".
const KernelFile = "sysctl.conf"

const (
	// liveKitUDPBuffer is what LiveKit asks of the kernel for each UDP socket, 16 MiB;
	// the kernel grants no more than its maximum, and says nothing (mediatransportutil,
	// pkg/rtcconfig).
	liveKitUDPBuffer = 16 << 20
	// kernelUDPBuffer and kernelBacklog are what LiveKit's load tester asks of a
	// machine (livekit-cli, README, system tuning).
	kernelUDPBuffer, kernelBacklog = 24 << 20, 65_535
	// linuxBacklog is the default since Linux 5.4.
	linuxBacklog = 4_096
)

// Kernel is the settings of the Linux kernel that a media node needs. The media pods
// are on the host network, where a pod may not set its own (Kubernetes, safe sysctls),
// so that a privileged init container sets those of the node.
//
// The load tester's fs.file-max of 2,097,152 is left out: Linux derives its default
// from memory, on 24 GB it is above that already, and the setting would lower it.
type Kernel struct {
	// ReceiveBufferMax and SendBufferMax are the largest buffer a socket may ask for,
	// in bytes: net.core.rmem_max and net.core.wmem_max.
	ReceiveBufferMax, SendBufferMax int
	// Backlog is the connections a listener may have waiting, net.core.somaxconn: as
	// many come at once when clients return from another node.
	Backlog int
}

// NewKernel returns the settings of a media node.
func NewKernel() Kernel {
	return Kernel{ReceiveBufferMax: kernelUDPBuffer, SendBufferMax: kernelUDPBuffer, Backlog: kernelBacklog}
}

type kernelSetting struct {
	key   string
	value int
	least int
}

func (k Kernel) settings() []kernelSetting {
	return []kernelSetting{
		{"net.core.rmem_max", k.ReceiveBufferMax, liveKitUDPBuffer},
		{"net.core.wmem_max", k.SendBufferMax, liveKitUDPBuffer},
		{"net.core.somaxconn", k.Backlog, linuxBacklog},
	}
}

// Validate returns every value that is too small for LiveKit or too large for Linux.
func (k Kernel) Validate() error {
	c := &checks{file: KernelFile}
	for _, s := range k.settings() {
		c.that(s.value >= s.least && s.value <= math.MaxInt32, s.key, s.value, fmt.Sprintf("%d to %d", s.least, math.MaxInt32))
	}
	return c.err()
}

// Render returns one "key=value" line per setting, or everything Validate found.
func (k Kernel) Render() (string, error) {
	if err := k.Validate(); err != nil {
		return "", err
	}
	var b strings.Builder
	for _, s := range k.settings() {
		fmt.Fprintf(&b, "%s=%d\n", s.key, s.value)
	}
	return b.String(), nil
}
