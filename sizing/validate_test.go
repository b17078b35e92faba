package sizing_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sizing"
)

// fields returns the fields of all FieldErrors in a joined error.
func fields(t *testing.T, err error) []string {
	t.Helper()
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []string
		for _, e := range joined.Unwrap() {
			all = append(all, fields(t, e)...)
		}
		return all
	}
	var field *sizing.FieldError
	require.ErrorAs(t, err, &field)
	require.NotEmpty(t, field.Allowed)
	return []string{field.Field}
}

// Every case changes one thing of prod and expects exactly these fields.
func TestBadInput(t *testing.T) {
	unsold := func(in *sizing.Input) {
		catalogue := sizing.DefaultCatalogue()
		size, _ := catalogue.Size("c-16")
		size.Regions = []string{"nyc1"}
		other, _ := catalogue.Size("c-32")
		c, err := sizing.NewCatalogue("2026-11-23", []sizing.Size{size, other}, catalogue.Regions, catalogue.Prices)
		if err != nil {
			panic(err)
		}
		in.Catalogue = c
	}
	cases := map[string]struct {
		change func(*sizing.Input)
		want   []string
		text   string
	}{
		"zero meetings":      {func(in *sizing.Input) { in.Target.Meetings = 0 }, []string{"target.meetings"}, `"0": must be between 1 and 10000`},
		"negative meetings":  {func(in *sizing.Input) { in.Target.Meetings = -1 }, []string{"target.meetings"}, `"-1"`},
		"absurd size":        {func(in *sizing.Input) { in.Target.ParticipantsPerMeeting = 1_000_000_000 }, []string{"target.participantsPerMeeting"}, "between 1 and 100000"},
		"absurd together":    {func(in *sizing.Input) { in.Target.Meetings, in.Target.ParticipantsPerMeeting = 10_000, 100_000 }, []string{"target.meetings"}, "at most 1000 with 100000"},
		"too large a room":   {func(in *sizing.Input) { in.Target.ParticipantsPerMeeting = 5_000 }, []string{"target.participantsPerMeeting"}, "a meeting lives on one node"},
		"publishers":         {func(in *sizing.Input) { in.Target.MaxVideoPublishers = -1 }, []string{"target.maxVideoPublishers"}, ""},
		"sees more than is":  {func(in *sizing.Input) { in.Target.High.Visible = 51 }, []string{"target.high.visible"}, "at most maxVideoPublishers (50)"},
		"sees nothing sent":  {func(in *sizing.Input) { in.Target.Low = sizing.Layer{Visible: 2} }, []string{"target.low.visible"}, "not published"},
		"layers upside down": {func(in *sizing.Input) { in.Target.Low.BitsPerSecond = 600_000 }, []string{"target.low.bitsPerSecond"}, "the layer above (450000)"},
		"no audio":           {func(in *sizing.Input) { in.Target.AudioBitsPerSecond = 0 }, []string{"target.audioBitsPerSecond"}, ""},
		"recorded percent":   {func(in *sizing.Input) { in.Target.RecordedPercent = 101 }, []string{"target.recordedPercent"}, "between 0 and 100"},
		"contradictory days": {func(in *sizing.Input) { in.Target.RetentionDays = 7 }, []string{"target.retentionDays"}, "at least hotDays (30)"},
		"empty day":          {func(in *sizing.Input) { in.Target.DayProfile = [24]int{} }, []string{"target.dayProfile"}, ""},
		"hour above 100":     {func(in *sizing.Input) { in.Target.DayProfile[3] = 101 }, []string{"target.dayProfile[3]"}, ""},
		"days of a month":    {func(in *sizing.Input) { in.Target.DaysPerMonth = 32 }, []string{"target.daysPerMonth"}, ""},
		"negative growth":    {func(in *sizing.Input) { in.Target.GrowthPercentPerYear = -1 }, []string{"target.growthPercentPerYear"}, ""},
		"no sites":           {func(in *sizing.Input) { in.Sites = nil }, []string{"sites"}, ""},
		"two of a name":      {func(in *sizing.Input) { in.Sites[1].Name = "singapore" }, []string{"sites[1].name"}, ""},
		"no name":            {func(in *sizing.Input) { in.Sites[0].Name = "" }, []string{"sites[0].name"}, ""},
		"unknown region":     {func(in *sizing.Input) { in.Sites[1].Region = "jkt1" }, []string{"sites[1].region"}, "sgp1"},
		"closed region":      {func(in *sizing.Input) { in.Sites[1].Region = "sfo1" }, []string{"sites[1].region"}, ""},
		"unknown model":      {func(in *sizing.Input) { in.Model = "guess" }, []string{"model"}, "one of [design capacity]"},
		"redundancy":         {func(in *sizing.Input) { in.Options.Redundancy = -2 }, []string{"options.redundancy"}, ""},
		"utilisation":        {func(in *sizing.Input) { in.Options.SFUUtilisationPercent = 100 }, []string{"options.sfuUtilisationPercent"}, ""},
		"benchmark":          {func(in *sizing.Input) { in.Options.BenchmarkPercent = 101 }, []string{"options.benchmarkPercent"}, ""},
		"discount":           {func(in *sizing.Input) { in.Options.CommittedUsePercent = 91 }, []string{"options.committedUsePercent"}, ""},
		"unknown role":       {fixed("ssu", sizing.FixedPool{Count: 1}), []string{"fixed.ssu"}, ""},
		"unknown size":       {fixed("api", sizing.FixedPool{Size: "s-3vcpu-5gb"}), []string{"fixed.api.size"}, `"s-3vcpu-5gb"`},
		"negative count":     {fixed("api", sizing.FixedPool{Count: -1}), []string{"fixed.api.count"}, ""},
		"min above max":      {fixed("sfu", sizing.FixedPool{Min: 5, Max: 4}), []string{"fixed.sfu.min"}, "at most max (4)"},
		"count above max":    {fixed("sfu", sizing.FixedPool{Count: 5, Max: 4}), []string{"fixed.sfu.count"}, ""},
		"count below min":    {fixed("sfu", sizing.FixedPool{Count: 5, Min: 6}), []string{"fixed.sfu.count"}, ""},
		"no default node":    {fixed("default", sizing.FixedPool{Count: 1}), []string{"fixed.default.count"}, "at least 2: a DOKS cluster"},
		"not sold there":     {unsoldWith(unsold, "sfu", "c-16"), []string{"fixed.sfu.size"}, `region "sgp1" of site "singapore"`},
		"many at once": {func(in *sizing.Input) { in.Target.Meetings, in.Target.DaysPerMonth, in.Model = 0, 0, "x" },
			[]string{"target.meetings", "target.daysPerMonth", "model"}, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			in := designed(sizing.ModelCapacity)
			c.change(&in)
			p, err := sizing.NewPlan(in)
			require.Nil(t, p)
			require.Error(t, err)
			require.Subset(t, c.want, fields(t, err))
			require.Subset(t, fields(t, err), c.want)
			require.ErrorContains(t, err, c.text)
		})
	}
}

func fixed(role sizing.Role, pool sizing.FixedPool) func(*sizing.Input) {
	return func(in *sizing.Input) { in.Fixed = map[sizing.Role]sizing.FixedPool{role: pool} }
}

func unsoldWith(catalogue func(*sizing.Input), role sizing.Role, slug string) func(*sizing.Input) {
	return func(in *sizing.Input) {
		catalogue(in)
		fixed(role, sizing.FixedPool{Size: slug})(in)
	}
}

// A target that needs more nodes than a VPC holds says so instead of planning them.
func TestTooManyNodes(t *testing.T) {
	for _, model := range sizing.Models {
		in := designed(model)
		in.Target.Meetings, in.Target.ParticipantsPerMeeting = 10_000, 500
		in.Fixed = map[sizing.Role]sizing.FixedPool{sizing.RoleSFU: {Size: "c-16", Count: 10_000}, sizing.RoleRecorder: {Size: "c-16", Count: 10_000}}
		_, err := sizing.NewPlan(in)
		require.ErrorContains(t, err, "10000 nodes at site", "%s", model)
	}
}

func TestDesignSizesMustBeInTheCatalogue(t *testing.T) {
	catalogue := sizing.DefaultCatalogue()
	sfu, _ := catalogue.Size("g-16vcpu-64gb")
	small, err := sizing.NewCatalogue("2026-11-23", []sizing.Size{sfu}, catalogue.Regions, catalogue.Prices)
	require.NoError(t, err)
	in := designed(sizing.ModelDesign)
	in.Catalogue = small
	_, err = sizing.NewPlan(in)
	require.ErrorContains(t, err, `fixed.api.size: "c-4"`)
	require.NotContains(t, err.Error(), "fixed.sfu.size")
}

func TestFieldErrorReadsWell(t *testing.T) {
	err := &sizing.FieldError{Field: "target.meetings", Value: "0", Allowed: "between 1 and 10000"}
	require.EqualError(t, err, `target.meetings: "0": must be between 1 and 10000`)
}
