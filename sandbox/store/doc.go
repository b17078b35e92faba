// Package store keeps the sandbox's resources on disk, as typed collections in a
// bbolt file.
//
// Every write transaction is synced to disk before it returns, so what the API
// has acknowledged survives a kill -9. A value is stored as JSON: the file can be
// read by a later version of the sandbox whose types have more fields.
package store
