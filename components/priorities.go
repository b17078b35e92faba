package components

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	schedulingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/scheduling/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Priorities is one cluster's PriorityClasses: what stays when nodes are short. They cost
// nothing. A changed value replaces a class; running pods keep theirs.
type Priorities struct {
	pulumi.ResourceState
}

// priority is the name of a PriorityClass.
type priority string

// The order says what a participant loses first: a running meeting last.
const (
	priorityData      priority = "gomeet-data"
	priorityMedia     priority = "gomeet-media"
	priorityEdge      priority = "gomeet-edge"
	priorityAPI       priority = "gomeet-api"
	priorityWatch     priority = "gomeet-monitoring"
	priorityRecording priority = "gomeet-recording"
)

var priorities = []struct {
	name        priority
	value       int
	description string
}{
	// Kubernetes' own classes begin at two thousand million; ours leave room between.
	{priorityData, 600_000, "Data: everything else waits for it"},
	{priorityMedia, 500_000, "Running meetings"},
	{priorityEdge, 400_000, "The way in"},
	{priorityAPI, 300_000, "The API"},
	{priorityWatch, 200_000, "Monitoring"},
	{priorityRecording, 100_000, "Recording: a meeting without it goes on"},
}

// NewPriorities creates the classes.
func NewPriorities(ctx *pulumi.Context, name string, env Environment, opts ...pulumi.ResourceOption) (*Priorities, error) {
	p := &Priorities{}
	if err := ctx.RegisterComponentResource("gomeet:app:Priorities", name, p, opts...); err != nil {
		return nil, err
	}
	for _, class := range priorities {
		if _, err := schedulingv1.NewPriorityClass(ctx, name+"-"+string(class.name), &schedulingv1.PriorityClassArgs{
			Metadata:    &metav1.ObjectMetaArgs{Name: pulumi.String(string(class.name)), Labels: partOf(env), Annotations: takenBack()},
			Value:       pulumi.Int(class.value),
			Description: pulumi.String(class.description),
		}, pulumi.Parent(p)); err != nil {
			return nil, err
		}
	}
	return p, ctx.RegisterResourceOutputs(p, pulumi.Map{})
}
