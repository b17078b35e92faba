package stacks

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"strings"

	"filippo.io/age"

	"github.com/gomeet/infra/manifests"
)

// dataTLS is the certificate of the data tier.
func (l *loader) dataTLS(raw string) {
	s := &l.config.Secrets
	s.DataCertificate, s.DataKey, s.DataAuthority = l.signed("dataTLS", raw, manifests.DataNames())
}

// metricsTLS is the certificate of the daemons behind the metrics APIs.
func (l *loader) metricsTLS(raw string) {
	s := &l.config.Secrets
	s.MetricsCertificate, s.MetricsKey, s.MetricsAuthority = l.signed("metricsTLS", raw, manifests.MetricsNames())
}

// signed takes a certificate, its key and its authority apart, and requires the names
// that clients check.
func (l *loader) signed(key, raw string, hosts []string) (certificate, private, authority string) {
	name := qualified(key)
	var certificates []string
	for block, rest := pem.Decode([]byte(raw)); block != nil; block, rest = pem.Decode(rest) {
		var text bytes.Buffer
		// Writing to a buffer does not fail, and a decoded block can be encoded.
		_ = pem.Encode(&text, block)
		if block.Type == "CERTIFICATE" {
			certificates = append(certificates, text.String())
		} else {
			private = text.String()
		}
	}
	if len(certificates) != 2 {
		l.problems.add(name, "", "must be a certificate, its key and its authority as PEM (it has %d certificates)", len(certificates))
		return "", "", ""
	}
	pair, err := tls.X509KeyPair([]byte(certificates[0]), []byte(private))
	if err != nil {
		l.problems.add(name, "", "must be a certificate, its key and its authority as PEM: %v", err)
		return "", "", ""
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(certificates[1]))
	for _, host := range hosts {
		// Which is what a client asks that finds the wildcard.
		host = strings.Replace(host, "*", "any", 1)
		if _, err := pair.Leaf.Verify(x509.VerifyOptions{DNSName: host, Roots: roots}); err != nil {
			l.problems.add(name, "", "must be valid for %s: %v", host, err)
			return "", "", ""
		}
	}
	return certificates[0], private, certificates[1]
}

// backupIdentity keeps the public half: nothing that the program deploys decrypts.
func (l *loader) backupIdentity(raw string) {
	identity, err := age.ParseX25519Identity(strings.TrimSpace(raw))
	if err != nil {
		// The error may quote the text.
		l.problems.add(qualified("backupIdentity"), "", `must be an age identity, AGE-SECRET-KEY-1 and 58 more characters`)
		return
	}
	l.config.Secrets.BackupRecipient = identity.Recipient().String()
}

// derive makes the password of one user of a daemon from the daemon's secret: 256 bits
// in hexadecimal. Whoever knows one user's password learns no other one's, and one key
// of the configuration renews all of them. It is empty when the secret is, as in stacks
// whose secrets are elsewhere.
func derive(secret, user string) string {
	if secret == "" {
		return ""
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(user))
	return hex.EncodeToString(mac.Sum(nil))
}

// redisPasswords are those of Redis' users.
func (s Secrets) redisPasswords() manifests.RedisPasswords {
	of := func(user string) string { return derive(s.RedisPassword, user) }
	return manifests.RedisPasswords{
		LiveKit: of(manifests.RedisUserLiveKit), API: of(manifests.RedisUserAPI), Exporter: of(manifests.RedisUserExporter),
		Replica: of(manifests.RedisUserReplica), Operator: of(manifests.RedisUserOperator),
	}
}

// databasePassword is that of a user of the database.
func (s Secrets) databasePassword(user string) string { return derive(s.DatabasePassword, user) }
