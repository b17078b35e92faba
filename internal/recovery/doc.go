// Package recovery repairs a stack whose last run was cut off.
//
// A run that is killed between a request to the cloud and the note of its answer leaves
// resources that exist and that the stack's state does not know; a lock that nobody
// holds; and notes of operations that were never finished. The next run then fails
// ("name is already in use"), or makes a second one of what needs no unique name.
// Recovery breaks a lock whose process is dead, finds by name what the program wants
// and the state lacks, imports it, deletes surplus copies of what holds no data, and
// clears the notes.
//
// Objects of Kubernetes need none of this: the provider applies them again.
package recovery
