package spaces

import (
	"context"
	"crypto/subtle"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

const (
	algorithm   = "AWS4-HMAC-SHA256"
	amzTime     = "20060102T150405Z"
	sumHeader   = "X-Amz-Content-Sha256"
	unsignedSum = "UNSIGNED-PAYLOAD"
	// maxSkew is how far a request's date may be from now (S3's error
	// RequestTimeTooSkewed: 15 minutes).
	maxSkew = 15 * time.Minute
)

// signature is what a request says of its own signature.
type signature struct {
	keyID, region, service string
	signedHeaders          []string
	value                  string
	at                     time.Time
	// expires is how long a presigned URL holds, from at.
	expires   time.Duration
	presigned bool
}

// identify verifies the request's signature and returns its key, and the region
// the signature is for. Without a signature both are zero.
func (h *handler) identify(r *http.Request) (*Key, string, error) {
	sig, err := readSignature(r)
	if err != nil || sig == nil {
		return nil, "", err
	}
	now := h.cfg.Now()
	switch age := now.Sub(sig.at); {
	case sig.presigned && age > sig.expires:
		return nil, "", errAccessDenied("Request has expired: the URL was valid for %s.", sig.expires)
	case age < -maxSkew, !sig.presigned && age > maxSkew:
		return nil, "", s3Error(http.StatusForbidden, "RequestTimeTooSkewed",
			"The request's time %s is more than %s from the server's, %s.", sig.at.Format(amzTime), maxSkew, now.UTC().Format(amzTime))
	}
	key, ok := h.cfg.Keys.Lookup(sig.keyID)
	if !ok {
		return nil, "", s3Error(http.StatusForbidden, "InvalidAccessKeyId", "The access key id %q does not exist.", sig.keyID)
	}
	want, err := sig.sign(r.Context(), r, key)
	if err != nil {
		return nil, "", errAccessDenied("The request cannot be signed again: %v.", err)
	}
	if subtle.ConstantTimeCompare([]byte(want), []byte(sig.value)) != 1 {
		return nil, "", s3Error(http.StatusForbidden, "SignatureDoesNotMatch",
			"The signature does not match the one calculated from the request and the secret of key %q.", sig.keyID)
	}
	return &key, sig.region, nil
}

// readSignature returns the request's signature, or nil when it has none.
func readSignature(r *http.Request) (*signature, error) {
	query := r.URL.Query()
	header := r.Header.Get("Authorization")
	switch {
	case query.Get("X-Amz-Algorithm") == algorithm:
		sig := &signature{presigned: true, value: query.Get("X-Amz-Signature"), signedHeaders: strings.Split(query.Get("X-Amz-SignedHeaders"), ";")}
		seconds, err := strconv.Atoi(query.Get("X-Amz-Expires"))
		// A week is the longest S3 allows.
		if err != nil || seconds < 0 || seconds > 7*24*60*60 {
			return nil, s3Error(http.StatusBadRequest, "AuthorizationQueryParametersError", "X-Amz-Expires is %q, want 0 to 604800 seconds.", query.Get("X-Amz-Expires"))
		}
		sig.expires = time.Duration(seconds) * time.Second
		return sig, sig.scope(query.Get("X-Amz-Credential"), query.Get("X-Amz-Date"))
	case strings.HasPrefix(header, algorithm):
		sig := &signature{}
		fields := map[string]string{}
		for part := range strings.SplitSeq(strings.TrimPrefix(header, algorithm), ",") {
			name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
			fields[name] = value
		}
		sig.value, sig.signedHeaders = fields["Signature"], strings.Split(fields["SignedHeaders"], ";")
		return sig, sig.scope(fields["Credential"], r.Header.Get("X-Amz-Date"))
	case header != "", query.Has("AWSAccessKeyId"):
		return nil, errAccessDenied("The authorization mechanism is not supported, want %s.", algorithm)
	default:
		return nil, nil
	}
}

// scope reads the credential, KEY/DATE/REGION/SERVICE/aws4_request, and the time.
func (s *signature) scope(credential, at string) error {
	parts := strings.Split(credential, "/")
	if len(parts) != 5 || parts[4] != "aws4_request" {
		return s3Error(http.StatusBadRequest, "AuthorizationHeaderMalformed", "The credential is not of the form KEY/DATE/REGION/SERVICE/aws4_request.")
	}
	s.keyID, s.region, s.service = parts[0], parts[2], parts[3]
	var err error
	if s.at, err = time.Parse(amzTime, at); err != nil || !strings.HasPrefix(at, parts[1]) {
		return errAccessDenied("X-Amz-Date is %q, want a time such as %q on the credential's day.", at, amzTime)
	}
	return nil
}

// sign signs the parts of the request that were signed, and returns the signature.
func (s *signature) sign(ctx context.Context, r *http.Request, key Key) (string, error) {
	again := &http.Request{Method: r.Method, Host: r.Host, Header: http.Header{}, URL: &url.URL{
		Scheme: "http", Host: r.Host, Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery,
	}}
	for _, name := range s.signedHeaders {
		if strings.EqualFold(name, "content-length") {
			again.ContentLength = r.ContentLength
		} else if values := r.Header.Values(name); len(values) > 0 {
			again.Header[http.CanonicalHeaderKey(name)] = values
		}
	}
	credentials := aws.Credentials{AccessKeyID: key.ID, SecretAccessKey: key.Secret}
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	sum := r.Header.Get(sumHeader)
	if sum == "" {
		sum = unsignedSum
	}
	if !s.presigned {
		if err := signer.SignHTTP(ctx, credentials, again, sum, s.service, s.region, s.at); err != nil {
			return "", err
		}
		_, value, _ := strings.Cut(again.Header.Get("Authorization"), "Signature=")
		return value, nil
	}
	query := again.URL.Query()
	query.Del("X-Amz-Signature")
	again.URL.RawQuery = query.Encode()
	signed, _, err := signer.PresignHTTP(ctx, credentials, again, sum, s.service, s.region, s.at)
	if err != nil {
		return "", err
	}
	parsed, err := url.Parse(signed)
	if err != nil {
		return "", err
	}
	return parsed.Query().Get("X-Amz-Signature"), nil
}
