// Package policypack serves the policies to Pulumi's engine as a policy pack, so that
// "pulumi preview --policy-pack policies" judges every resource before it exists.
//
// It speaks the engine's analyzer protocol itself. The SDK's package for that, policyx,
// decodes every resource once per policy, which alone adds a fifth to a preview, and
// lacks what docs/policies.md lists.
package policypack
