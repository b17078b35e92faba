// Package drift compares a stack with the world, and only reads.
//
// Three things can differ, and each wants another answer: the world changed behind the
// program's back; the code has not been applied yet; something exists that nobody
// manages, and costs money.
package drift
