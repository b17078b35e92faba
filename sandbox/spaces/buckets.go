package spaces

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/johannesboyne/gofakes3"
)

const namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

// maxDocument is the largest configuration document, in bytes: S3 allows 64 KiB of
// CORS rules (API reference, PutBucketCors) and 20 KiB of policy.
const maxDocument = 64 << 10

// owner is who owns every bucket: the sandbox has one account.
type owner struct {
	ID          string
	DisplayName string
}

var account = owner{ID: "sandbox", DisplayName: "sandbox"}

type listAllMyBucketsResult struct {
	XMLName xml.Name       `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListAllMyBucketsResult"`
	Owner   owner          `xml:"Owner"`
	Buckets []listedBucket `xml:"Buckets>Bucket"`
}

type listedBucket struct {
	Name         string
	CreationDate time.Time
}

// listBuckets lists the buckets of the host's region, or all of them, that the key
// may read.
func (h *handler) listBuckets(w http.ResponseWriter, q *request) error {
	if q.Method != http.MethodGet {
		return errMethod(q.Request, "the endpoint itself")
	}
	all, err := h.storage.buckets()
	if err != nil {
		return err
	}
	result := listAllMyBucketsResult{Owner: account}
	for _, b := range all {
		if (q.region == "" || q.region == b.Region) && q.key.may(accessRead, b.Name) {
			result.Buckets = append(result.Buckets, listedBucket{b.Name, b.Created.Truncate(time.Millisecond)})
		}
	}
	sendXML(w, http.StatusOK, result)
	return nil
}

type createBucketConfiguration struct {
	XMLName            xml.Name `xml:"CreateBucketConfiguration"`
	LocationConstraint string
}

func (h *handler) createBucket(w http.ResponseWriter, q *request) error {
	if err := gofakes3.ValidateBucketName(q.bucket); err != nil {
		return err
	}
	region, err := h.chooseRegion(q)
	if err != nil {
		return err
	}
	public, err := cannedACL(q.Header)
	if err != nil {
		return err
	}
	err = h.storage.createBucket(bucketRecord{Name: q.bucket, Region: region, Public: public})
	if gofakes3.HasErrorCode(err, gofakes3.ErrBucketAlreadyExists) {
		known := s3Error(http.StatusConflict, "BucketAlreadyOwnedByYou", "You have a bucket %q already; a name can be used in one region only.", q.bucket)
		known.BucketName = q.bucket
		return known
	}
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/"+q.bucket)
	w.WriteHeader(http.StatusOK)
	return nil
}

// chooseRegion returns the region of a new bucket: the LocationConstraint's, or
// else the host's, the signature's, or the configured one. Clients that know no
// Spaces regions sign for AWS's default, "us-east-1".
func (h *handler) chooseRegion(q *request) (string, error) {
	body, err := readDocument(q)
	if err != nil {
		return "", err
	}
	var config createBucketConfiguration
	if len(body) > 0 {
		if err := xml.Unmarshal(body, &config); err != nil {
			return "", errMalformedXML("The body is not a CreateBucketConfiguration: %v.", err)
		}
	}
	constraint := config.LocationConstraint
	if constraint != "" && constraint != "us-east-1" {
		if !isRegion(constraint) || q.region != "" && q.region != constraint {
			return "", s3Error(http.StatusBadRequest, "InvalidLocationConstraint",
				"LocationConstraint is %q, want the endpoint's region %q or one of %q.", constraint, q.region, regions)
		}
		return constraint, nil
	}
	for _, region := range []string{q.region, q.signed} {
		if isRegion(region) {
			return region, nil
		}
	}
	return h.cfg.Region, nil
}

func readDocument(q *request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, q.Body, maxDocument))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return nil, s3Error(http.StatusBadRequest, "EntityTooLarge", "The document is larger than %d bytes.", maxDocument)
	}
	return body, err
}

type locationConstraint struct {
	XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ LocationConstraint"`
	Region  string   `xml:",chardata"`
}
