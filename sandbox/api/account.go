package api

import "github.com/digitalocean/godo"

// The sandbox's only account. The UUID is a constant, so that what a program stores
// about its account survives a new sandbox.
const (
	accountUUID = "00000000-0000-4000-8000-000000000001"
	accountID   = 1
)

// account has no limits worth meeting: the largest stack of this project has
// fewer than 100 Droplets. The real limits depend on the account.
var account = godo.Account{
	DropletLimit:    1000,
	FloatingIPLimit: 100,
	ReservedIPLimit: 100,
	VolumeLimit:     1000,
	Email:           "sandbox@example.com",
	Name:            "Sandbox",
	UUID:            accountUUID,
	EmailVerified:   true,
	Status:          "active",
	Team:            &godo.TeamInfo{Name: "Sandbox", UUID: accountUUID},
}

func (s *Server) registerAccount() {
	s.get("/v2/account", func(*call) (reply, error) { return ok("account", account) })
}
