// Package live starts real daemons on the configuration that package manifests
// renders. Its tests have the build tag "live" and run with "make live"; what they
// need is built by "tools/build daemons" or comes from Debian, and a daemon that is
// missing fails the test.
package live
