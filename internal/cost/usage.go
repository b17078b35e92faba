package cost

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/shopspring/decimal"

	"github.com/gomeet/infra/sizing"
)

// StackUsage reads the stack's output "usage" (see package stacks); nil when the stack
// has none, or one of another form.
func StackUsage(outputs resource.PropertyMap) Usage {
	stated := object(outputs, "usage")
	if stated == nil {
		return nil
	}
	usage := Usage{}
	for _, s := range Scenarios {
		given, complete := object(stated, string(s)), true
		gib := func(key string) decimal.Decimal {
			written, _ := text(given, key)
			n, err := ParseAmount(written)
			complete = complete && err == nil
			return n
		}
		usage[s] = sizing.Usage{
			Egress: gib("egressGiB"), Recordings: gib("recordingsGiB"), Backups: gib("backupsGiB"),
		}
		if !complete {
			return nil
		}
	}
	return usage
}
