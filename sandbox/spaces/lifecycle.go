package spaces

import (
	"encoding/xml"
	"slices"
	"time"
)

// lifecycleConfiguration is what Spaces has of S3's: expiry by days, date or
// marker, of noncurrent versions and of unfinished uploads; no storage classes
// (https://docs.digitalocean.com/reference/api/spaces/, "Bucket Lifecycle").
type lifecycleConfiguration struct {
	XMLName xml.Name        `xml:"http://s3.amazonaws.com/doc/2006-03-01/ LifecycleConfiguration"`
	Rules   []lifecycleRule `xml:"Rule"`
}

type lifecycleRule struct {
	ID     string           `xml:",omitempty"`
	Prefix *string          `xml:",omitempty"`
	Filter *lifecycleFilter `xml:",omitempty"`
	Status string

	Expiration                     *lifecycleExpiration `xml:",omitempty"`
	NoncurrentVersionExpiration    *noncurrentExpiry    `xml:",omitempty"`
	AbortIncompleteMultipartUpload *abortUpload         `xml:",omitempty"`
	Transitions                    []struct{}           `xml:"Transition"`
}

type lifecycleFilter struct {
	Prefix *string    `xml:",omitempty"`
	Tags   []struct{} `xml:"Tag"`
	And    *struct {
		Prefix *string    `xml:",omitempty"`
		Tags   []struct{} `xml:"Tag"`
	} `xml:",omitempty"`
}

type lifecycleExpiration struct {
	Date                      *time.Time `xml:",omitempty"`
	Days                      *int       `xml:",omitempty"`
	ExpiredObjectDeleteMarker *bool      `xml:",omitempty"`
}

type noncurrentExpiry struct {
	NoncurrentDays int
}

type abortUpload struct {
	DaysAfterInitiation int
}

// maxRules is S3's limit of lifecycle rules per bucket (API reference,
// PutBucketLifecycleConfiguration).
const maxRules = 1000

func checkLifecycle(_ *handler, body []byte) ([]byte, error) {
	var config lifecycleConfiguration
	if err := readXML(body, &config, "LifecycleConfiguration"); err != nil {
		return nil, err
	}
	if n := len(config.Rules); n == 0 || n > maxRules {
		return nil, errMalformedXML("There are %d rules, want 1 to %d.", n, maxRules)
	}
	var ids []string
	for i, rule := range config.Rules {
		if rule.ID != "" && slices.Contains(ids, rule.ID) {
			return nil, errInvalidArgument("Rule ID must be unique. Found same ID for more than one rule: %q.", rule.ID)
		}
		ids = append(ids, rule.ID)
		if err := rule.check(); err != nil {
			return nil, err
		}
		if rule.ID == "" {
			config.Rules[i].ID = newID()
		}
	}
	return xml.Marshal(config)
}

func (r lifecycleRule) check() error {
	tags := r.Filter != nil && (len(r.Filter.Tags) > 0 || r.Filter.And != nil && len(r.Filter.And.Tags) > 0)
	switch e := r.Expiration; {
	case len(r.ID) > 255: // S3's limit; the Terraform provider has it too
		return errInvalidArgument("ID length should not exceed allowed limit of 255.")
	case r.Status != "Enabled" && r.Status != "Disabled":
		return errMalformedXML("Status of rule %q is %q, want Enabled or Disabled.", r.ID, r.Status)
	case r.Filter == nil && r.Prefix == nil:
		return errMalformedXML("Rule %q has neither Filter nor Prefix.", r.ID)
	case tags, len(r.Transitions) > 0:
		return s3Error(501, "NotImplemented", "Rule %q has tags or transitions, which Spaces does not have.", r.ID)
	case e == nil && r.NoncurrentVersionExpiration == nil && r.AbortIncompleteMultipartUpload == nil:
		return errInvalidArgument("At least one action needs to be specified in rule %q.", r.ID)
	case e != nil && count(e.Date != nil, e.Days != nil, e.ExpiredObjectDeleteMarker != nil) != 1:
		return errMalformedXML("Expiration of rule %q wants one of Date, Days and ExpiredObjectDeleteMarker.", r.ID)
	case e != nil && e.Days != nil && *e.Days < 1:
		return errInvalidArgument("Days of rule %q is %d, want a positive integer.", r.ID, *e.Days)
	case e != nil && e.Date != nil && !e.Date.Equal(e.Date.Truncate(24*time.Hour)):
		return errInvalidArgument("Date of rule %q is %s, want midnight UTC.", r.ID, e.Date.Format(time.RFC3339))
	}
	if n := r.NoncurrentVersionExpiration; n != nil && n.NoncurrentDays < 1 {
		return errInvalidArgument("NoncurrentDays of rule %q is %d, want a positive integer.", r.ID, n.NoncurrentDays)
	}
	if a := r.AbortIncompleteMultipartUpload; a != nil && a.DaysAfterInitiation < 1 {
		return errInvalidArgument("DaysAfterInitiation of rule %q is %d, want a positive integer.", r.ID, a.DaysAfterInitiation)
	}
	return nil
}

func count(all ...bool) (n int) {
	for _, b := range all {
		if b {
			n++
		}
	}
	return n
}
