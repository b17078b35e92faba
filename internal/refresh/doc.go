// Package refresh lists Droplet sizes and regions through DigitalOcean's API for
// sizing.Catalogue.Refresh. It is apart from package sizing so that sizing does no
// I/O and does not depend on godo.
package refresh
