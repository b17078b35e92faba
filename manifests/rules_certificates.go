package manifests

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// PublicCertificateDays is when a certificate that renews itself 30 days before its end has
// clearly failed to (letsencrypt.org/docs/faq). DigitalOcean's uptime checks alert on it.
const PublicCertificateDays = 14

const (
	// certificateDays leaves a month to renew what this stack made itself.
	certificateDays = 30
	// certificateLastDays is when it becomes urgent.
	certificateLastDays = 3
)

// certificateRules watches the certificates that the platform renews itself. Those of
// the load balancers are DigitalOcean's, whose uptime checks watch them.
func certificateRules(l Limits) RuleFile {
	f := RuleFile{Subject: "certificates", Records: []Record{{
		Name: "gomeet:certificate_not_after_seconds", Expr: `min(traefik_tls_certs_not_after)`, Labels: map[string]string{"certificate": "edge"},
	}}}
	for _, name := range slices.Sorted(maps.Keys(l.Certificates)) {
		f.Records = append(f.Records, Record{
			Name: "gomeet:certificate_not_after_seconds", Expr: fmt.Sprintf("vector(%d)", l.Certificates[name].Unix()),
			Labels: map[string]string{"certificate": name},
		})
	}
	alert := func(name string, days int, severity Severity) Alert {
		return Alert{
			Name:     name,
			Expr:     fmt.Sprintf(`gomeet:certificate_not_after_seconds - time() < %d`, days*24*3600),
			For:      time.Hour,
			Severity: severity, Owner: OwnerPlatform,
			Summary: "The {{ $labels.certificate }} certificate ends in {{ $value | humanizeDuration }}.",
			Action:  "Remove its key from the stack's configuration, run gomeet secrets to make a new one, and deploy.",
		}
	}
	f.Alerts = []Alert{
		alert("CertificateEndsSoon", certificateDays, Warning), alert("CertificateEndsNow", certificateLastDays, Critical),
	}
	return f
}
