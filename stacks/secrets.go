package stacks

import (
	"bytes"
	"crypto/tls"
	"encoding/pem"
	"regexp"
)

// Generator is how a value is made when a stack is set up.
type Generator string

const (
	// GenerateID makes eight hexadecimal digits. It is the only one that is no secret.
	GenerateID Generator = "id"
	// GenerateKey makes 43 letters and digits, 256 bits.
	GenerateKey Generator = "key"
	// GenerateCertificate makes a self-signed certificate and its key, both as PEM.
	GenerateCertificate Generator = "certificate"
	// GenerateAuthority makes a certificate of manifests.DataNames, its key and the
	// certificate of the authority that signed it, all as PEM in this order.
	GenerateAuthority Generator = "authority"
	// GenerateMetricsAuthority makes the same for manifests.MetricsNames.
	GenerateMetricsAuthority Generator = "metrics authority"
	// GenerateIdentity makes an age identity (X25519).
	GenerateIdentity Generator = "identity"
)

// Secret tells whether what it makes is one.
func (g Generator) Secret() bool { return g != GenerateID }

const notGenerated = `missing; create it with "gomeet secrets --stack STACK"`

// Generated is a key that "gomeet secrets" makes.
type Generated struct {
	// Name has the namespace, such as "gomeet:apiSigningKey".
	Name      string
	Generator Generator
}

// GeneratedKeys returns the keys that are made and not written, in the order of
// Pulumi.yaml.
func GeneratedKeys() []Generated {
	var all []Generated
	for _, k := range keys {
		if k.generated != "" {
			all = append(all, Generated{qualified(k.name), k.generated})
		}
	}
	return all
}

// SecretKeys returns the names of the keys whose values are secret.
func SecretKeys() []string {
	var names []string
	for _, k := range keys {
		if k.written || k.generated != "" && k.generated.Secret() {
			names = append(names, qualified(k.name))
		}
	}
	return names
}

// Secrets are a stack's secrets. They go into Kubernetes Secrets only.
type Secrets struct {
	// APISigningKey signs session tokens.
	APISigningKey string
	// LiveKit is the secret of the API key that the platform's own programs use.
	LiveKit string
	// RedisPassword and DatabasePassword are letters and digits: they become part of
	// configuration texts and URLs.
	RedisPassword, DatabasePassword string
	// ObjectStorePassword is what the passwords of the platform's own object store are
	// derived from.
	ObjectStorePassword string
	// EdgeCertificate and EdgeKey are PEM, for the way from the load balancers to the
	// edge.
	EdgeCertificate, EdgeKey string
	// DataCertificate, DataKey and DataAuthority are PEM: what every program of the data
	// tier shows, and what its clients check that against.
	DataCertificate, DataKey, DataAuthority string
	// BackupPassphrase encrypts PostgreSQL's backups.
	BackupPassphrase string
	// BackupRecipient is what all other backups are encrypted with. Its identity, which
	// decrypts them, is in the stack's configuration and goes nowhere.
	BackupRecipient string
	// MetricsCertificate, MetricsKey and MetricsAuthority are PEM, for the way from the
	// API server to the daemons of its metrics APIs.
	MetricsCertificate, MetricsKey, MetricsAuthority string
	// AWSAccessKeyID and AWSSecretAccessKey read the stack's entries in AWS Secrets
	// Manager, where a stack keeps them there.
	AWSAccessKeyID, AWSSecretAccessKey string
	// PagerDutyKey, SlackWebhook and RemoteWritePassword belong to Config.Alerting and
	// Config.RemoteWrite.
	PagerDutyKey, SlackWebhook, RemoteWritePassword string
}

// SecretStore is AWS Secrets Manager as the source of the workloads' secrets.
type SecretStore struct {
	// Region is the AWS region, Prefix begins the names of the entries.
	Region, Prefix string
}

// given turns the fallback of a key that may be missing into nothing.
func given(raw string) string {
	if raw == "-" {
		return ""
	}
	return raw
}

var (
	awsRegion = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-\d$`)
	awsPrefix = regexp.MustCompile(`^[A-Za-z0-9_+=.@-]+(/[A-Za-z0-9_+=.@-]+)*$`)
)

// secretStore reads where the workloads' secrets come from.
func (l *loader) secretStore(raw string) {
	var store struct {
		Kind   string `json:"kind"`
		Region string `json:"region"`
		Prefix string `json:"prefix"`
	}
	name := qualified("secretStore")
	if err := decode(raw, &store); err != nil {
		l.problems.add(name, raw, "must be {kind, region, prefix}: %v", err)
		return
	}
	switch store.Kind {
	case "pulumi":
		if store.Region != "" || store.Prefix != "" {
			l.problems.add(name, raw, "region and prefix belong to the kind \"aws\"")
		}
	case "aws":
		if !awsRegion.MatchString(store.Region) {
			l.problems.add(name+".region", store.Region, `must be an AWS region such as "ap-southeast-1"`)
		}
		if !awsPrefix.MatchString(store.Prefix) {
			l.problems.add(name+".prefix", store.Prefix, `must be the beginning of the entries' names, such as "gomeet/prod"`)
		}
		l.config.SecretStore = &SecretStore{Region: store.Region, Prefix: store.Prefix}
	default:
		l.problems.add(name+".kind", store.Kind, `must be "pulumi" or "aws"`)
	}
}

// storeKeys requires the key of the secret store where there is one.
func (l *loader) storeKeys() {
	if l.config.SecretStore == nil {
		return
	}
	for _, k := range []struct{ name, value string }{
		{"awsAccessKeyId", l.config.Secrets.AWSAccessKeyID}, {"awsSecretAccessKey", l.config.Secrets.AWSSecretAccessKey},
	} {
		if k.value == "" {
			l.problems.add(qualified(k.name), "", "missing; gomeet:secretStore reads AWS Secrets Manager with it; set it with \"pulumi config set --secret\"")
		}
	}
	l.metricsAuthority()
}

// metricsAuthority requires the certificate of the metrics APIs in the stack where the daemons
// read theirs from a store: their registrations name its authority.
func (l *loader) metricsAuthority() {
	if l.config.SecretStore != nil && l.config.Autoscale && l.config.Secrets.MetricsAuthority == "" {
		l.problems.add(qualified("metricsTLS"), "", "missing; with gomeet:autoscale Kubernetes' API is told its authority, "+
			"so it must be in the stack as well as in the secret store; see docs/secret-store.md")
	}
}

// secretLength is the least length of a secret in characters: 256 bits as RFC 7518
// section 3.2 asks of an HS256 key, counting 8 bits a character; LiveKit complains about
// shorter ones as well.
const secretLength = 32

func (l *loader) long(name, raw string) string {
	if len(raw) < secretLength {
		l.problems.add(qualified(name), "", "must have at least %d characters (it has %d)", secretLength, len(raw))
	}
	return raw
}

var wordPattern = regexp.MustCompile(`^[A-Za-z0-9]*$`)

func (l *loader) word(name, raw string) string {
	if !wordPattern.MatchString(raw) {
		l.problems.add(qualified(name), "", "must be letters and digits only")
	}
	return l.long(name, raw)
}

// edgeTLS takes a certificate and its key apart.
func (l *loader) edgeTLS(raw string) {
	var certificate, key bytes.Buffer
	for block, rest := pem.Decode([]byte(raw)); block != nil; block, rest = pem.Decode(rest) {
		into := &key
		if block.Type == "CERTIFICATE" {
			into = &certificate
		}
		// Writing to a buffer does not fail, and a decoded block can be encoded.
		_ = pem.Encode(into, block)
	}
	if _, err := tls.X509KeyPair(certificate.Bytes(), key.Bytes()); err != nil {
		l.problems.add(qualified("edgeTLS"), "", "must be a certificate and its key as PEM: %v", err)
	}
	l.config.Secrets.EdgeCertificate, l.config.Secrets.EdgeKey = certificate.String(), key.String()
}
