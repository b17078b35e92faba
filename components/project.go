package components

import (
	"github.com/pulumi/pulumi-digitalocean/sdk/v4/go/digitalocean"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Project groups the stack's resources on DigitalOcean's dashboard and bill. It costs
// nothing, every change is in place, and deleting it deletes nothing else. What is made
// inside a cluster, such as volumes, stays in the account's default project.
type Project struct {
	pulumi.ResourceState
}

// ProjectArgs configures a Project.
type ProjectArgs struct {
	// Environment is the stack's; it has no site.
	Environment Environment
	// Members are DigitalOcean's own names (URNs) of the resources.
	Members pulumi.StringArrayInput
}

// NewProject creates the project and moves its members there.
func NewProject(ctx *pulumi.Context, name string, args *ProjectArgs, opts ...pulumi.ResourceOption) (*Project, error) {
	project := &Project{}
	if err := ctx.RegisterComponentResource("gomeet:account:Project", name, project, opts...); err != nil {
		return nil, err
	}
	env, stage := args.Environment, "Development"
	if env.Protected {
		stage = "Production"
	}
	group, err := digitalocean.NewProject(ctx, name, &digitalocean.ProjectArgs{
		Name:        pulumi.String(env.Name()),
		Description: pulumi.Sprintf("GoMeet %s, %s", env.Stack, Owner(env.ID)),
		Purpose:     pulumi.String("Web Application"),
		Environment: pulumi.String(stage),
	}, pulumi.Parent(project))
	if err != nil {
		return nil, err
	}
	if _, err := digitalocean.NewProjectResources(ctx, name, &digitalocean.ProjectResourcesArgs{
		Project: group.ID(), Resources: args.Members,
	}, pulumi.Parent(project)); err != nil {
		return nil, err
	}
	return project, ctx.RegisterResourceOutputs(project, pulumi.Map{})
}
