package calibrate

import (
	"net"
	"net/url"
	"runtime"
	"time"

	"github.com/prometheus/procfs"
)

// driverShare is how much of its machine the driver may use, and machineShare how busy that
// may be, before participants are late because of it: nine tenths of a CPU in use is where
// queues of ready threads grow.
const driverShare, machineShare = 0.8, 0.9

// driver is the CPU time of this process and of this machine.
type driver struct {
	at            time.Time
	own           float64
	busy, machine float64
	known         bool
}

// readDriver reads /proc; where there is none, nothing is known.
func readDriver() driver {
	d := driver{at: time.Now()}
	fs, err := procfs.NewDefaultFS()
	if err != nil {
		return d
	}
	self, err := fs.Self()
	if err != nil {
		return d
	}
	stat, err := self.Stat()
	if err != nil {
		return d
	}
	all, err := fs.Stat()
	if err != nil {
		return d
	}
	c := all.CPUTotal
	waits := c.Idle + c.Iowait
	d.own, d.busy, d.known = stat.CPUTime(), c.User+c.Nice+c.System+c.IRQ+c.SoftIRQ+c.Steal, true
	d.machine = d.busy + waits
	return d
}

// since returns the vCPUs that the driver used, and whether it may have wanted more.
func (d driver) since(before driver) (vCPUs float64, saturated bool) {
	elapsed := d.at.Sub(before.at).Seconds()
	if !d.known || !before.known || elapsed <= 0 {
		return 0, false
	}
	vCPUs = (d.own - before.own) / elapsed
	if machine := d.machine - before.machine; machine > 0 && (d.busy-before.busy)/machine > machineShare {
		return vCPUs, true
	}
	return vCPUs, vCPUs > driverShare*float64(runtime.GOMAXPROCS(0))
}

// OnThisMachine reports whether a URL leads to this machine, as far as its addresses tell.
func OnThisMachine(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	targets, err := net.LookupIP(u.Hostname())
	if err != nil {
		return false
	}
	own, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	for _, target := range targets {
		if target.IsLoopback() {
			return true
		}
		for _, address := range own {
			if network, ok := address.(*net.IPNet); ok && network.IP.Equal(target) {
				return true
			}
		}
	}
	return false
}
