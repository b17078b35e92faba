package e2e_test

// shape is which stack a campaign deploys, and how an operator does it.
type shape struct {
	stack string
	// smaller is what is set in the committed stack file first, and changes are what a
	// change changes.
	smaller, changes []string
	// keepsVolumes says that the volumes of the data outlive the stack.
	keepsVolumes bool
	// lift is what "make down" does before it destroys a protected stack.
	lift string
}

var shapes = map[string]shape{
	// One site. The change is a count, a pool that is replaced, new alerts, and a rollout.
	"dev": {stack: "dev", changes: []string{
		"pools.api.count=2", "pools.sfu.size=c-4", "alertEmails[0]=oncall@gomeet.example", "apiImage=ghcr.io/gomeet/api:1.0.1",
	}},
	// Two sites, protected, highly available and autoscaled, for a target that fits a laptop.
	// The change is new alerts, a rollout, and a pool that is replaced.
	"prod": {
		stack: "prod", smaller: []string{"meetings=1", "participantsPerMeeting=20"},
		changes:      []string{"alertEmails[0]=second@gomeet.example", "apiImage=ghcr.io/gomeet/api:1.0.1", "pools.monitoring.size=s-4vcpu-8gb"},
		keepsVolumes: true,
		lift:         "pulumi up --yes --skip-preview --config gomeet:protect=false --non-interactive --stack prod && ",
	},
}

// script is what the operator types, or make.
func (s shape) script(what operation) string {
	options := " --yes --skip-preview --non-interactive --stack " + s.stack
	if what == destroy {
		return "bash -c '" + s.lift + "pulumi destroy" + options + "'"
	}
	return "pulumi up" + options
}
