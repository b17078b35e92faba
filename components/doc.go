// Package components holds the typed ComponentResources of the platform, one per
// capability. Each takes plain, validated values and the outputs of other
// components, creates its resources as its own children, and says in its doc
// comment what it makes and what a change replaces.
package components
