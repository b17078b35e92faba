package spaces_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/require"
)

var bucket = aws.String("recordings")

func TestLifecycle(t *testing.T) {
	w := newWorld(t)
	client := w.region("sgp1")
	mustBucket(t, client, *bucket)
	get := &s3.GetBucketLifecycleConfigurationInput{Bucket: bucket}
	_, err := client.GetBucketLifecycleConfiguration(t.Context(), get)
	requireCode(t, err, 404, "NoSuchLifecycleConfiguration")

	rules := []types.LifecycleRule{
		{
			ID: aws.String("expire"), Status: types.ExpirationStatusEnabled, Filter: &types.LifecycleRuleFilter{Prefix: aws.String("tmp/")},
			Expiration:                     &types.LifecycleExpiration{Days: aws.Int32(30)},
			NoncurrentVersionExpiration:    &types.NoncurrentVersionExpiration{NoncurrentDays: aws.Int32(7)},
			AbortIncompleteMultipartUpload: &types.AbortIncompleteMultipartUpload{DaysAfterInitiation: aws.Int32(1)},
		},
		{
			ID: aws.String("once"), Status: types.ExpirationStatusDisabled, Filter: &types.LifecycleRuleFilter{Prefix: aws.String("")},
			Expiration: &types.LifecycleExpiration{Date: aws.Time(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))},
		},
	}
	_, err = client.PutBucketLifecycleConfiguration(t.Context(), &s3.PutBucketLifecycleConfigurationInput{
		Bucket: bucket, LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: rules},
	})
	require.NoError(t, err)
	w.stop()
	w.start()
	got, err := w.region("sgp1").GetBucketLifecycleConfiguration(t.Context(), get)
	require.NoError(t, err)
	require.Equal(t, rules, got.Rules)

	_, err = w.client().DeleteBucketLifecycle(t.Context(), &s3.DeleteBucketLifecycleInput{Bucket: bucket})
	require.NoError(t, err)
	_, err = w.client().GetBucketLifecycleConfiguration(t.Context(), get)
	requireCode(t, err, 404, "NoSuchLifecycleConfiguration")
}

func TestCORS(t *testing.T) {
	w := newWorld(t)
	client := w.client()
	mustBucket(t, client, *bucket)
	get := &s3.GetBucketCorsInput{Bucket: bucket}
	_, err := client.GetBucketCors(t.Context(), get)
	requireCode(t, err, 404, "NoSuchCORSConfiguration")
	rules := []types.CORSRule{{
		AllowedOrigins: []string{"https://*.example.com"}, AllowedMethods: []string{"GET", "PUT"},
		AllowedHeaders: []string{"x-amz-*"}, ExposeHeaders: []string{"ETag"}, MaxAgeSeconds: aws.Int32(600), ID: aws.String("web"),
	}}
	_, err = client.PutBucketCors(t.Context(), &s3.PutBucketCorsInput{Bucket: bucket, CORSConfiguration: &types.CORSConfiguration{CORSRules: rules}})
	require.NoError(t, err)
	got, err := client.GetBucketCors(t.Context(), get)
	require.NoError(t, err)
	require.Equal(t, rules, got.CORSRules)

	tests := map[string]struct {
		origin, method, headers string
		status                  int
	}{
		"allowed":        {"https://meet.example.com", "PUT", "x-amz-date, X-Amz-Acl", 200},
		"foreign origin": {"https://example.org", "PUT", "", 403},
		"other method":   {"https://meet.example.com", "DELETE", "", 403},
		"other header":   {"https://meet.example.com", "GET", "authorization", 403},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, w.server.URL+"/recordings/a", nil)
			require.NoError(t, err)
			request.Header.Set("Origin", test.origin)
			request.Header.Set("Access-Control-Request-Method", test.method)
			request.Header.Set("Access-Control-Request-Headers", test.headers)
			response, err := http.DefaultClient.Do(request)
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
			require.Equal(t, test.status, response.StatusCode)
			if test.status == 200 {
				require.Equal(t, test.origin, response.Header.Get("Access-Control-Allow-Origin"))
				require.Equal(t, "600", response.Header.Get("Access-Control-Max-Age"))
				require.Equal(t, test.headers, response.Header.Get("Access-Control-Allow-Headers"))
			}
		})
	}
	_, err = client.DeleteBucketCors(t.Context(), &s3.DeleteBucketCorsInput{Bucket: bucket})
	require.NoError(t, err)
	_, err = client.GetBucketCors(t.Context(), get)
	requireCode(t, err, 404, "NoSuchCORSConfiguration")
}

func TestPolicy(t *testing.T) {
	client := newWorld(t).client()
	mustBucket(t, client, *bucket)
	get := &s3.GetBucketPolicyInput{Bucket: bucket}
	_, err := client.GetBucketPolicy(t.Context(), get)
	requireCode(t, err, 404, "NoSuchBucketPolicy")
	put := func(policy string) error {
		_, err := client.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: bucket, Policy: aws.String(policy)})
		return err
	}
	const policy = `{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}]}`
	require.NoError(t, put(policy))
	got, err := client.GetBucketPolicy(t.Context(), get)
	require.NoError(t, err)
	require.Equal(t, policy, *got.Policy)
	for _, broken := range []string{"no json", "{}", `{"Statement": []}`} {
		requireCode(t, put(broken), 400, "MalformedPolicy")
	}
	_, err = client.DeleteBucketPolicy(t.Context(), &s3.DeleteBucketPolicyInput{Bucket: bucket})
	require.NoError(t, err)
	_, err = client.GetBucketPolicy(t.Context(), get)
	requireCode(t, err, 404, "NoSuchBucketPolicy")
}

func TestLogging(t *testing.T) {
	client := newWorld(t).client()
	mustBucket(t, client, *bucket)
	put := func(target string) error {
		_, err := client.PutBucketLogging(t.Context(), &s3.PutBucketLoggingInput{Bucket: bucket, BucketLoggingStatus: &types.BucketLoggingStatus{
			LoggingEnabled: &types.LoggingEnabled{TargetBucket: aws.String(target), TargetPrefix: aws.String("log/")},
		}})
		return err
	}
	requireCode(t, put("nowhere"), 400, "InvalidTargetBucketForLogging")
	get, err := client.GetBucketLogging(t.Context(), &s3.GetBucketLoggingInput{Bucket: bucket})
	require.NoError(t, err)
	require.Nil(t, get.LoggingEnabled)
	mustBucket(t, client, "logs")
	require.NoError(t, put("logs"))
	get, err = client.GetBucketLogging(t.Context(), &s3.GetBucketLoggingInput{Bucket: bucket})
	require.NoError(t, err)
	require.Equal(t, "logs", *get.LoggingEnabled.TargetBucket)
}

func TestACL(t *testing.T) {
	w := newWorld(t)
	client := w.client()
	mustBucket(t, client, *bucket)
	key := aws.String("a")
	_, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: key, Body: strings.NewReader("hello")})
	require.NoError(t, err)
	anyone := func(path string) int {
		t.Helper()
		response, err := http.Get(w.server.URL + path)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		return response.StatusCode
	}
	permissions := func() (all []types.Permission) {
		t.Helper()
		out, err := client.GetBucketAcl(t.Context(), &s3.GetBucketAclInput{Bucket: bucket})
		require.NoError(t, err)
		for _, g := range out.Grants {
			all = append(all, g.Permission)
		}
		return all
	}
	require.Equal(t, []types.Permission{types.PermissionFullControl}, permissions())
	require.Equal(t, 403, anyone("/recordings"))
	require.Equal(t, 403, anyone("/recordings/a"))
	require.Equal(t, 403, anyone("/"))

	_, err = client.PutBucketAcl(t.Context(), &s3.PutBucketAclInput{Bucket: bucket, ACL: types.BucketCannedACLPublicRead})
	require.NoError(t, err)
	require.Equal(t, []types.Permission{types.PermissionFullControl, types.PermissionRead}, permissions())
	require.Equal(t, 200, anyone("/recordings"))
	require.Equal(t, 403, anyone("/recordings/a"))
	require.Equal(t, 403, anyone("/recordings?acl"))

	_, err = client.PutObjectAcl(t.Context(), &s3.PutObjectAclInput{Bucket: bucket, Key: key, ACL: types.ObjectCannedACLPublicRead})
	require.NoError(t, err)
	require.Equal(t, 200, anyone("/recordings/a"))
	acl, err := client.GetObjectAcl(t.Context(), &s3.GetObjectAclInput{Bucket: bucket, Key: key})
	require.NoError(t, err)
	require.Len(t, acl.Grants, 2)

	// What was read can be written back as a document.
	_, err = client.PutBucketAcl(t.Context(), &s3.PutBucketAclInput{Bucket: bucket, AccessControlPolicy: &types.AccessControlPolicy{Owner: acl.Owner, Grants: acl.Grants[:1]}})
	require.NoError(t, err)
	require.Equal(t, 403, anyone("/recordings"))
	_, err = client.PutBucketAcl(t.Context(), &s3.PutBucketAclInput{Bucket: bucket, ACL: types.BucketCannedACLAuthenticatedRead})
	requireCode(t, err, 400, "InvalidArgument")
}

func TestDocumentErrors(t *testing.T) {
	w := newWorld(t)
	mustBucket(t, w.client(), *bucket)
	lifecycle := func(rule string) string {
		return "<LifecycleConfiguration><Rule>" + rule + "</Rule></LifecycleConfiguration>"
	}
	cors := func(rule string) string {
		return "<CORSConfiguration><CORSRule>" + rule + "</CORSRule></CORSConfiguration>"
	}
	const named = "<ID>a</ID><Prefix/><Status>Enabled</Status>"
	tests := map[string]struct {
		query, body string
		status      int
		code        string
	}{
		"no XML":               {"lifecycle", "rules", 400, "MalformedXML"},
		"another document":     {"lifecycle", cors(""), 400, "MalformedXML"},
		"no rules":             {"lifecycle", "<LifecycleConfiguration/>", 400, "MalformedXML"},
		"no status":            {"lifecycle", lifecycle("<Prefix/><Expiration><Days>1</Days></Expiration>"), 400, "MalformedXML"},
		"no filter":            {"lifecycle", lifecycle("<Status>Enabled</Status><Expiration><Days>1</Days></Expiration>"), 400, "MalformedXML"},
		"no action":            {"lifecycle", lifecycle(named), 400, "InvalidArgument"},
		"days and date":        {"lifecycle", lifecycle(named + "<Expiration><Days>1</Days><Date>2027-01-01T00:00:00Z</Date></Expiration>"), 400, "MalformedXML"},
		"zero days":            {"lifecycle", lifecycle(named + "<Expiration><Days>0</Days></Expiration>"), 400, "InvalidArgument"},
		"days in words":        {"lifecycle", lifecycle(named + "<Expiration><Days>ten</Days></Expiration>"), 400, "MalformedXML"},
		"date at noon":         {"lifecycle", lifecycle(named + "<Expiration><Date>2027-01-01T12:00:00Z</Date></Expiration>"), 400, "InvalidArgument"},
		"transition":           {"lifecycle", lifecycle(named + "<Transition><Days>1</Days></Transition>"), 501, "NotImplemented"},
		"CORS without origin":  {"cors", cors("<AllowedMethod>GET</AllowedMethod>"), 400, "MalformedXML"},
		"CORS with odd method": {"cors", cors("<AllowedOrigin>*</AllowedOrigin><AllowedMethod>PATCH</AllowedMethod>"), 400, "InvalidRequest"},
		"CORS with wildcards":  {"cors", cors("<AllowedOrigin>*.*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>"), 400, "InvalidRequest"},
		"no ACL":               {"acl", "", 400, "MalformedXML"},
		"odd versioning":       {"versioning", "<VersioningConfiguration><Status>On</Status></VersioningConfiguration>", 400, "MalformedXML"},
		"no versioning status": {"versioning", "<VersioningConfiguration/>", 400, "MalformedXML"},
		"too large":            {"policy", strings.Repeat(" ", 65<<10), 400, "EntityTooLarge"},
		"a document unknown":   {"website", "<WebsiteConfiguration/>", 501, "NotImplemented"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			status, body := w.signed(http.MethodPut, "/recordings?"+test.query+"=", test.body)
			require.Contains(t, body, "<Code>"+test.code+"</Code>")
			require.Equal(t, test.status, status)
		})
	}
}
