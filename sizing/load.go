package sizing

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"
)

// What one load worker carries: a k6 process on a node of its own.
const (
	// LoadUsersPerWorker and LoadMiBPerUser are what k6's documentation counts with, each
	// its cautious end: "a single instance of k6 can run 30,000-40,000 simultaneous users
	// (VUs)", with 1 to 5 MB each (grafana.com/docs/k6, testing guides, "Running large
	// tests", k6 v2.2, read 2026-11-23).
	LoadUsersPerWorker = 30_000
	LoadMiBPerUser     = 5
	// LoadConnectionsPerAddress is how many connections one address has to one other at a
	// time: Linux's default net.ipv4.ip_local_port_range is 32768 to 60999
	// (kernel.org, ip-sysctl). k6's document counts with all 64 thousand, which nodes that
	// translate their pods' addresses do not give. So each worker has its own node.
	LoadConnectionsPerAddress = 60_999 - 32_768 + 1
	// loadSystemMiB is an allowance for k6 itself, which its documentation does not count.
	loadSystemMiB = 256
	// loadCPUPercent of a node's CPU is asked for: k6's document wants 20 % idle, or what is
	// measured is the worker.
	loadCPUPercent = 80
)

// DropletHours is how many hours of a Droplet its monthly price is the cap of (see
// Size.Monthly).
const DropletHours = 672

// LoadTest is a test in which so many virtual users are there at the same time.
type LoadTest struct {
	// Users are k6's virtual users, each with one connection.
	Users int
	// RequestsPerSecond is of all users together, once all are there.
	RequestsPerSecond float64
	// Duration is how long all of them are there.
	Duration time.Duration
	// BytesToStart is what a user sends and receives to begin, BytesPerSecond after that.
	BytesToStart, BytesPerSecond float64
}

// LoadLimits are those of the platform that a test must not run into: it would measure
// them instead.
type LoadLimits struct {
	// RequestsPerAddress is the requests per second that the edge takes of one address.
	RequestsPerAddress int
	// HandshakesPerSecond is the new TLS connections that the load balancers take.
	HandshakesPerSecond int
}

// LoadPlan is what a test takes.
type LoadPlan struct {
	// Workers are nodes of Size with one k6 each, Users the most users of one of them.
	Workers, Users int
	Size           Size
	// Request is what a worker asks its node for.
	Request PodRequest
	// Ramp is how long the users take to begin, so that no limit is met.
	Ramp time.Duration
	// NodeHours and TransferGiB are what is paid for: started hours of all nodes, and what
	// goes over the public network, in and out. The transfer that Droplets include is not
	// set against it.
	NodeHours   int
	TransferGiB decimal.Decimal
	// Cost is in US dollars at list prices.
	Cost decimal.Decimal
}

// Load plans a test from sizes that a region sells: the fewest dollars, and dedicated CPUs,
// because a neighbour's load would be in what is measured.
func (c *Catalogue) Load(t LoadTest, l LoadLimits, region string) (LoadPlan, error) {
	switch {
	case t.Users < 1:
		return LoadPlan{}, &FieldError{Field: "users", Value: fmt.Sprint(t.Users), Allowed: "at least 1"}
	case t.Duration <= 0:
		return LoadPlan{}, &FieldError{Field: "duration", Value: t.Duration.String(), Allowed: "more than nothing"}
	case l.RequestsPerAddress < 1 || l.HandshakesPerSecond < 1:
		return LoadPlan{}, &FieldError{Field: "limits", Value: fmt.Sprintf("%+v", l), Allowed: "requests and handshakes of at least 1 per second"}
	}
	var sizes []Size
	for _, size := range c.Sizes {
		if size.Dedicated() && size.In(region) != NotSold {
			sizes = append(sizes, size)
		}
	}
	choice, err := Cheapest(sizes, Requirement{
		Need: t.Users, Units: loadUsers, MinNodes: ceilRatio(t.RequestsPerSecond, float64(l.RequestsPerAddress)),
	})
	if err != nil {
		return LoadPlan{}, fmt.Errorf("a load of %d users from %s: %w", t.Users, region, err)
	}
	p := LoadPlan{Workers: choice.Count, Users: ceilDiv(t.Users, choice.Count), Size: choice.Size}
	p.Request = PodRequest{
		MilliCPU: choice.Size.Allocatable().MilliCPU * loadCPUPercent / 100, MemoryMiB: loadSystemMiB + p.Users*LoadMiBPerUser,
	}
	p.Ramp = time.Duration(max(ceilDiv(p.Users, l.RequestsPerAddress), ceilDiv(t.Users, l.HandshakesPerSecond))) * time.Second
	// Users that come evenly are there for half of the ramp.
	there := (t.Duration + p.Ramp/2).Seconds()
	p.NodeHours = p.Workers * ceilRatio((t.Duration+p.Ramp).Hours(), 1)
	p.TransferGiB = measured(float64(t.Users) * (t.BytesToStart + t.BytesPerSecond*there) / gib)
	nodes, _ := choice.Size.Monthly.Times(whole(p.NodeHours))
	transfer, _ := c.Price(ProductTransfer).Times(p.TransferGiB)
	p.Cost = nodes.Div(whole(DropletHours)).Add(transfer).Round(2)
	return p, nil
}

// loadUsers is how many users one worker on a node of a size carries.
func loadUsers(s Size) int {
	return min(LoadUsersPerWorker, LoadConnectionsPerAddress, max(s.Allocatable().MemoryMiB-loadSystemMiB, 0)/LoadMiBPerUser)
}
