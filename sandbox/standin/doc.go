// Package standin is a test instrument: it stands in for Pulumi's official
// digitalocean provider where that plugin cannot be fetched. It has the same
// tokens, property names and replace-versus-update behaviour for the resources the
// program uses, does every operation through godo, and refuses every endpoint that
// is not loopback, so it can never touch a real account.
package standin
