package spaces

import (
	"encoding/xml"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

type corsConfiguration struct {
	XMLName xml.Name   `xml:"http://s3.amazonaws.com/doc/2006-03-01/ CORSConfiguration"`
	Rules   []corsRule `xml:"CORSRule"`
}

type corsRule struct {
	ID             string   `xml:",omitempty"`
	AllowedOrigins []string `xml:"AllowedOrigin"`
	AllowedMethods []string `xml:"AllowedMethod"`
	AllowedHeaders []string `xml:"AllowedHeader"`
	ExposeHeaders  []string `xml:"ExposeHeader"`
	MaxAgeSeconds  *int     `xml:",omitempty"`
}

// corsMethods are the methods that S3 allows in a rule, and maxCORSRules how many
// rules a bucket can have (API reference, PutBucketCors).
var corsMethods = []string{"GET", "PUT", "POST", "DELETE", "HEAD"}

const maxCORSRules = 100

func checkCORS(_ *handler, body []byte) ([]byte, error) {
	var config corsConfiguration
	if err := readXML(body, &config, "CORSConfiguration"); err != nil {
		return nil, err
	}
	if n := len(config.Rules); n == 0 || n > maxCORSRules {
		return nil, errMalformedXML("There are %d rules, want 1 to %d.", n, maxCORSRules)
	}
	for _, rule := range config.Rules {
		if len(rule.AllowedOrigins) == 0 || len(rule.AllowedMethods) == 0 {
			return nil, errMalformedXML("A rule wants at least one AllowedOrigin and one AllowedMethod.")
		}
		for _, method := range rule.AllowedMethods {
			if !slices.Contains(corsMethods, method) {
				return nil, s3Error(http.StatusBadRequest, "InvalidRequest",
					"Found unsupported HTTP method in CORS config. Unsupported method is %s", method)
			}
		}
		for _, pattern := range slices.Concat(rule.AllowedOrigins, rule.AllowedHeaders) {
			if strings.Count(pattern, "*") > 1 {
				return nil, s3Error(http.StatusBadRequest, "InvalidRequest", "%q cannot have more than one wildcard.", pattern)
			}
		}
	}
	return xml.Marshal(config)
}

// cors answers a preflight request, and says so; to another request from a foreign
// origin it adds the headers of the rule that allows it.
func (h *handler) cors(w http.ResponseWriter, q *request) (answered bool) {
	origin := q.Header.Get("Origin")
	if origin == "" {
		return false
	}
	method, preflight := q.Method, q.Method == http.MethodOptions
	var asked []string
	if preflight {
		method = q.Header.Get("Access-Control-Request-Method")
		for name := range strings.SplitSeq(q.Header.Get("Access-Control-Request-Headers"), ",") {
			if name = strings.TrimSpace(name); name != "" {
				asked = append(asked, name)
			}
		}
	}
	rule := q.record.corsRule(origin, method, asked)
	if rule == nil {
		if preflight {
			s3Error(http.StatusForbidden, "AccessForbidden", "CORSResponse: This CORS request is not allowed.").send(w, q.Request)
		}
		return preflight
	}
	header := w.Header()
	header.Set("Access-Control-Allow-Origin", origin)
	header.Set("Access-Control-Allow-Methods", strings.Join(rule.AllowedMethods, ", "))
	header.Set("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method")
	if len(rule.ExposeHeaders) > 0 {
		header.Set("Access-Control-Expose-Headers", strings.Join(rule.ExposeHeaders, ", "))
	}
	if preflight && len(asked) > 0 {
		header.Set("Access-Control-Allow-Headers", strings.Join(asked, ", "))
	}
	if preflight && rule.MaxAgeSeconds != nil {
		header.Set("Access-Control-Max-Age", strconv.Itoa(*rule.MaxAgeSeconds))
	}
	return preflight
}

// corsRule returns the first rule that allows all of it, or nil.
func (b *bucketRecord) corsRule(origin, method string, headers []string) *corsRule {
	var config corsConfiguration
	// What is stored has been checked; without a document nothing is allowed.
	if xml.Unmarshal(b.Documents["cors"], &config) != nil {
		return nil
	}
	for _, rule := range config.Rules {
		one := func(patterns []string, value string) bool {
			return slices.ContainsFunc(patterns, func(pattern string) bool { return wildcard(pattern, value) })
		}
		refused := slices.ContainsFunc(headers, func(name string) bool { return !one(rule.AllowedHeaders, name) })
		if one(rule.AllowedOrigins, origin) && slices.Contains(rule.AllowedMethods, method) && !refused {
			return &rule
		}
	}
	return nil
}

// wildcard matches without regard to case; the pattern has at most one asterisk.
func wildcard(pattern, value string) bool {
	pattern, value = strings.ToLower(pattern), strings.ToLower(value)
	before, after, found := strings.Cut(pattern, "*")
	if !found {
		return pattern == value
	}
	return len(value) >= len(before)+len(after) && strings.HasPrefix(value, before) && strings.HasSuffix(value, after)
}
