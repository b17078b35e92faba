// Package images tests the Dockerfiles of the program's own images against what runs in
// them. The images cannot be built by a test; that a program is missing shows only when
// a backup fails at night.
package images
