package verify

import (
	"context"
	"crypto/tls"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/gomeet/infra/manifests"
)

// lookTime bounds one look-up, one connection and one request. The load balancers give up
// on a backend after less (manifests.TraefikTimeouts.ResponseHeader, 10 s).
const lookTime = 15 * time.Second

// names are those of the site, and at the first one also that of the recordings.
func (p *probe) names() []string {
	names := slices.Sorted(maps.Keys(p.site.Names))
	if p.Recordings != "" && p.site.Name == p.Sites[0].Name {
		names = append(names, p.Recordings)
	}
	return names
}

// dns asks the resolver that users of this machine ask.
func dns(ctx context.Context, p *probe) Result {
	var wrong []string
	asked, names := 0, p.names()
	if result, ok := p.reachable(names...); !ok {
		return result
	}
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	for _, name := range names {
		if p.Overridden(name) {
			continue
		}
		asked++
		addresses, err := p.Resolver.LookupHost(ctx, name)
		want, pinned := p.site.Names[name]
		switch {
		case err != nil:
			wrong = append(wrong, err.Error())
		case pinned && !slices.Equal(unique(addresses), []string{want}):
			wrong = append(wrong, fmt.Sprintf("%s leads to %s, not to the load balancer %s", name, strings.Join(unique(addresses), ", "), want))
		}
	}
	if asked == 0 {
		return skipped("--resolve gives all addresses")
	}
	if p.site.Name == p.Sites[0].Name {
		if reason := p.delegation(ctx); reason != "" {
			wrong = append(wrong, reason)
		}
	}
	measured := fmt.Sprintf("%d names asked, %d wrong", asked, len(wrong))
	if len(wrong) > 0 {
		return failed(measured, strings.Join(wrong, "; "), fmt.Sprintf(
			"delegate %s to %s at its registrar; if it is, wait for caches (a minute) or look for drift: gomeet drift --stack %s",
			p.Zone, strings.Join(p.Deployment.NameServers, ", "), p.Stack))
	}
	return Result{State: Pass, Measured: measured}
}

// delegation says what is wrong with the zone's name servers.
func (p *probe) delegation(ctx context.Context) string {
	found, err := p.Options.NameServers(ctx, p.Zone)
	if err != nil {
		return err.Error()
	}
	if got, want := unique(found), unique(p.Deployment.NameServers); !slices.Equal(got, want) {
		return fmt.Sprintf("%s is delegated to %s, not to %s", p.Zone, strings.Join(got, ", "), strings.Join(want, ", "))
	}
	return ""
}

// unique sorts names or addresses, without the dot that ends a full name.
func unique(all []string) []string {
	var list []string
	for _, one := range all {
		list = append(list, strings.ToLower(strings.TrimSuffix(one, ".")))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func certificateLimit() string {
	return fmt.Sprintf("valid for %d days or more", manifests.PublicCertificateDays)
}

// certificates makes a handshake for every name, as a browser does.
func certificates(ctx context.Context, p *probe) Result {
	names := p.names()
	if result, ok := p.reachable(names...); !ok {
		return result
	}
	var wrong []string
	least := -1
	for _, name := range names {
		ends, err := p.handshake(ctx, name)
		if err != nil {
			wrong = append(wrong, fmt.Sprintf("%s: %v", name, err))
			continue
		}
		days := int(ends.Sub(p.Now()).Hours() / 24)
		if least < 0 || days < least {
			least = days
		}
		if days < manifests.PublicCertificateDays {
			wrong = append(wrong, fmt.Sprintf("the certificate of %s ends in %d days", name, days))
		}
	}
	measured := fmt.Sprintf("%d of %d names, the first ends in %d days", len(names)-len(wrong), len(names), least)
	if least < 0 {
		measured = fmt.Sprintf("0 of %d names", len(names))
	}
	if len(wrong) > 0 {
		return failed(measured, strings.Join(wrong, "; "), "doctl compute certificate list: has the load balancer one of these names, and is DigitalOcean still able to renew it (the zone delegated, its CAA record there)?")
	}
	return Result{State: Pass, Measured: measured}
}

// handshake returns the end of the certificate that a name shows.
func (p *probe) handshake(ctx context.Context, name string) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	config := &tls.Config{}
	if p.Via.TLS != nil {
		config = p.Via.TLS.Clone()
	}
	config.ServerName = name
	conn, err := p.Via.Dialer()(ctx, "tcp", net.JoinHostPort(name, "443"))
	if err != nil {
		return time.Time{}, err
	}
	secure := tls.Client(conn, config)
	defer secure.Close()
	if err := secure.HandshakeContext(ctx); err != nil {
		return time.Time{}, err
	}
	return secure.ConnectionState().PeerCertificates[0].NotAfter, nil
}
