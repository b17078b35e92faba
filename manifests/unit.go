package manifests

import "strconv"

// mib returns a size in mebibytes as PostgreSQL writes it: its MB is 1024 * 1024 bytes.
func mib(n int) string { return strconv.Itoa(n) + "MB" }
