package sizing_test

import (
	"fmt"

	"github.com/gomeet/infra/sizing"
)

func ExampleNewPlan() {
	plan, err := sizing.NewPlan(sizing.Input{
		Target: sizing.DefaultTarget(),
		Sites:  []sizing.Site{{Name: "singapore", Region: "sgp1"}},
		Model:  sizing.ModelDesign,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	v := plan.Verdict
	fmt.Printf("%d %s nodes carry %d of %d meetings: %s of %s binds\n",
		plan.Total(sizing.RoleSFU), plan.Size(sizing.RoleSFU), v.Meetings, plan.Target.Meetings, v.Binding, v.FirstToSaturate)
	// Output: 12 g-16vcpu-64gb nodes carry 12 of 100 meetings: cpu of sfu binds
}

func ExampleTarget_SFUCapacity() {
	target := sizing.DefaultTarget()
	for _, slug := range []string{"c-16", "c-32", "c-32-intel"} {
		size, _ := sizing.DefaultCatalogue().Size(slug)
		node := target.SFUCapacity(size, sizing.Options{})
		fmt.Printf("%s: %d meetings of %d, %s binds, largest room %d\n",
			slug, node.Rooms, target.ParticipantsPerMeeting, node.Binding, node.LargestRoom)
	}
	// Output:
	// c-16: 1 meetings of 500, cpu binds, largest room 511
	// c-32: 1 meetings of 500, network binds, largest room 597
	// c-32-intel: 2 meetings of 500, cpu binds, largest room 1122
}
