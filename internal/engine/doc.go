// Package engine reads what Pulumi's engine would do and what it has done: a preview, as
// the pulumi CLI makes it or as a file keeps it, and a stack's state. It only reads; no
// command that it runs can change a stack or the cloud.
//
// Values are the SDK's own property values. What the engine does not know yet is
// computed (PropertyValue.IsComputed), and a secret is a secret without its text
// (PropertyValue.IsSecret): the engine masks secrets in a preview, and the state's are
// masked here.
package engine
