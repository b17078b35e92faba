// Package spaces is the sandbox's Spaces: an S3-compatible endpoint whose buckets
// survive a kill -9.
//
// The S3 protocol for objects is gofakes3's. What gofakes3 does not have, this
// package adds: a bbolt backend with versions and durable multipart uploads, and
// in front of it a handler that knows regions, keys and the configuration
// documents of a bucket (?acl, ?cors, ?lifecycle, ?location, ?logging, ?policy).
// Every write is on disk before it is answered.
//
// # Addresses
//
// Both styles work: http://HOST/BUCKET/KEY, and http://BUCKET.HOST/KEY where HOST
// is localhost, 127.0.0.1 or REGION.localhost. A host with a region sees that
// region's buckets only, as Spaces' regional endpoints do. Names below .localhost
// mean this machine (RFC 6761, section 6.3), but not every resolver knows it; the
// endpoint also serves requests that reach it as an HTTP proxy.
//
// # Who may do what
//
// Signatures of version 4 are verified, in the Authorization header and in
// presigned URLs, by signing the request again; so are the SHA-256 of a body and
// the age of a request. The signatures of the single chunks of an aws-chunked body
// are not: only the headers of such a request are protected. A key does what its
// grants say. A request without a signature can read what is public-read.
//
// # What is kept and what is done
//
// CORS rules are applied. Lifecycle rules, bucket policies and logging targets are
// checked, kept and given back, but nothing expires, no policy allows or denies
// anything, and no access log is written. The entity tag of an object is always
// the MD5 of its content, also after a multipart upload.
package spaces
