package stacks_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/certificates"
	"github.com/gomeet/infra/internal/stackfile"
	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
	"github.com/gomeet/infra/stacks"
)

const (
	signingKey          = "0123456789abcdef0123456789abcdef"
	livekitSecret       = "LiveKit0123456789abcdef0123456789"
	redisPassword       = "Redis0123456789abcdef0123456789ab"
	databasePassword    = "Database0123456789abcdef012345678"
	objectStorePassword = "Objects0123456789abcdef0123456789"
	backupPassphrase    = "Backup0123456789abcdef0123456789a"
)

// dataTLS and metricsTLS are a certificate, its key and its authority each;
// backupIdentity an age identity.
var dataTLS, metricsTLS, backupIdentity = signed(manifests.DataNames()), signed(manifests.MetricsNames()), ageIdentity()

func signed(names []string) string {
	tls, err := certificates.NewAuthority(time.Now(), names)
	if err != nil {
		panic(err)
	}
	return tls
}

func ageIdentity() string {
	made, err := age.GenerateX25519Identity()
	if err != nil {
		panic(err)
	}
	return made.String()
}

// edgeTLS is a certificate and its key; edgeKey is a line of the key.
var edgeTLS, edgeKey = selfSigned()

func selfSigned() (both, line string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(err)
	}
	text := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})) + text, strings.Split(text, "\n")[1]
}

// configuration reads a committed stack file as the engine would hand it over.
func configuration(t testing.TB, stack string) map[string]string {
	t.Helper()
	file, err := stackfile.Read("../Pulumi." + stack + ".yaml")
	require.NoError(t, err)
	raw, err := file.Plain()
	require.NoError(t, err)
	raw["gomeet:apiSigningKey"] = signingKey
	raw["gomeet:stackId"] = "0123abcd"
	raw["gomeet:livekitSecret"] = livekitSecret
	raw["gomeet:redisPassword"] = redisPassword
	raw["gomeet:databasePassword"] = databasePassword
	raw["gomeet:objectStorePassword"] = objectStorePassword
	raw["gomeet:edgeTLS"] = edgeTLS
	raw["gomeet:dataTLS"] = dataTLS
	raw["gomeet:metricsTLS"] = metricsTLS
	raw["gomeet:backupPassphrase"] = backupPassphrase
	raw["gomeet:backupIdentity"] = backupIdentity
	return raw
}

func TestCommittedStacksLoad(t *testing.T) {
	for _, stack := range []string{"dev", "prod"} {
		t.Run(stack, func(t *testing.T) {
			cfg, err := stacks.Load(stack, configuration(t, stack))
			require.NoError(t, err)
			require.Equal(t, stack, cfg.Stack)
			require.NotEmpty(t, cfg.Sites)
		})
	}
}

func TestProdIsAsOrdered(t *testing.T) {
	cfg, err := stacks.Load("prod", configuration(t, "prod"))
	require.NoError(t, err)
	plan, err := cfg.Plan()
	require.NoError(t, err)
	for role, want := range map[sizing.Role]int{
		sizing.RoleSFU: 12, sizing.RoleAPI: 30, sizing.RolePG: 3, sizing.RoleRedis: 6, sizing.RoleMinIO: 4,
	} {
		require.Equal(t, want, plan.Total(role), "nodes of role %s", role)
	}
	require.Equal(t, map[string][]string{"sgp1": {"singapore", "jakarta"}}, cfg.SharedRegions())
}

// Every case takes prod, changes one thing, and expects exactly these problems.
func TestLoadReportsProblems(t *testing.T) {
	const site = `{"name":"singapore","region":"sgp1","vpcRange":"10.64.0.0/20","clusterSubnet":"10.65.0.0/18","serviceSubnet":"10.65.64.0/20"}`
	cases := map[string]struct {
		set  map[string]string
		drop string
		want []string
	}{
		"unknown key": {
			set:  map[string]string{"gomeet:meetngs": "1"},
			want: []string{"gomeet:meetngs: unknown key; did you mean gomeet:meetings?"},
		},
		"unknown key does not show its value": {
			set:  map[string]string{"gomeet:apiSigningkey": "hunter2"},
			want: []string{"gomeet:apiSigningkey: unknown key; did you mean gomeet:apiSigningKey?"},
		},
		"missing sites": {
			drop: "gomeet:sites",
			want: []string{"gomeet:sites: missing; list at least one site, each {name, region, vpcRange, clusterSubnet, serviceSubnet}"},
		},
		"missing secret": {
			drop: "gomeet:apiSigningKey",
			want: []string{`gomeet:apiSigningKey: missing; create it with "gomeet secrets --stack STACK"`},
		},
		"short secret is not shown": {
			set:  map[string]string{"gomeet:apiSigningKey": "hunter2"},
			want: []string{"gomeet:apiSigningKey: must have at least 32 characters (it has 7)"},
		},
		"secrets with punctuation are not shown": {
			set:  map[string]string{"gomeet:redisPassword": "0123456789abcdef:0123456789abcdef", "gomeet:databasePassword": "hunter2"},
			want: []string{"gomeet:redisPassword: must be letters and digits only", "gomeet:databasePassword: must have at least 32 characters (it has 7)"},
		},
		"no certificate": {
			set:  map[string]string{"gomeet:edgeTLS": "hunter2"},
			want: []string{"gomeet:edgeTLS: must be a certificate and its key as PEM: tls: failed to find any PEM data in certificate input"},
		},
		"no data certificate": {
			set:  map[string]string{"gomeet:dataTLS": edgeTLS},
			want: []string{"gomeet:dataTLS: must be a certificate, its key and its authority as PEM (it has 1 certificates)"},
		},
		"the certificate of others": {
			set: map[string]string{"gomeet:metricsTLS": dataTLS},
			want: []string{"gomeet:metricsTLS: must be valid for metrics-server.autoscaling.svc: x509: certificate is valid for " +
				strings.Join(manifests.DataNames(), ", ") + ", not metrics-server.autoscaling.svc"},
		},
		"no identity": {
			set:  map[string]string{"gomeet:backupIdentity": "age1hunter2"},
			want: []string{"gomeet:backupIdentity: must be an age identity, AGE-SECRET-KEY-1 and 58 more characters"},
		},
		"images that move": {
			set:  map[string]string{"gomeet:postgresImage": "postgres:latest", "gomeet:toolsImage": "tools"},
			want: []string{"gomeet:postgresImage: \"postgres:latest\": must be an image pinned by a tag other than latest, or by a digest", "gomeet:toolsImage: \"tools\": must be an image pinned by a tag other than latest, or by a digest"},
		},
		"wrong types": {
			set: map[string]string{"gomeet:meetings": "many", "gomeet:highAvailability": "perhaps"},
			want: []string{
				`gomeet:meetings: "many": must be a whole number`,
				`gomeet:highAvailability: "perhaps": must be true or false`,
			},
		},
		"unknown model": {
			set:  map[string]string{"gomeet:model": "hope"},
			want: []string{`gomeet:model: "hope": must be "design" or "capacity"`},
		},
		"a moment without its zone": {
			set:  map[string]string{"gomeet:restoreTarget": "2026-11-24 01:30:00"},
			want: []string{`gomeet:restoreTarget: "2026-11-24 01:30:00": must be "none", "latest" or a moment with its zone, such as "2026-11-24T01:30:00Z"`},
		},
		"unpinned version": {
			set:  map[string]string{"gomeet:kubernetesVersion": "latest"},
			want: []string{`gomeet:kubernetesVersion: "latest": must be a DOKS version slug such as "1.35.4-do.0" (list them with "doctl kubernetes options versions")`},
		},
		"unpinned image": {
			set:  map[string]string{"gomeet:apiImage": "ghcr.io/gomeet/api:latest"},
			want: []string{`gomeet:apiImage: "ghcr.io/gomeet/api:latest": must be an image pinned by a tag other than latest, or by a digest`},
		},
		"unknown region": {
			set: map[string]string{"gomeet:sites": `[{"name":"jakarta","region":"jkt1","vpcRange":"10.72.0.0/20","clusterSubnet":"10.73.0.0/18","serviceSubnet":"10.73.64.0/20"}]`},
			want: []string{
				`gomeet:sites[0].region: "jkt1": must be a DigitalOcean region: ` + regions(),
			},
		},
		"overlapping ranges": {
			set:  map[string]string{"gomeet:sites": `[` + site + `,{"name":"b","region":"sgp1","vpcRange":"10.65.0.0/20","clusterSubnet":"10.73.0.0/18","serviceSubnet":"10.73.64.0/20"}]`},
			want: []string{`gomeet:sites[1].vpcRange: "10.65.0.0/20": overlaps gomeet:sites[0].clusterSubnet (10.65.0.0/18); all ranges of all sites must be disjoint`},
		},
		"bad foundation": {
			set: map[string]string{
				"gomeet:domain": "Gomeet", "gomeet:alertEmails": `["ops"]`, "gomeet:maintenanceWindow": `{"day":"payday","start":"25:00"}`,
				"gomeet:controlPlaneAllowedAddresses": `["0.0.0.0/0","10.0.0.1/8","home"]`, "gomeet:stackId": "mine",
			},
			want: []string{
				`gomeet:maintenanceWindow.day: "payday": must be one of any, monday, tuesday, wednesday, thursday, friday, saturday, sunday`,
				`gomeet:maintenanceWindow.start: "25:00": must be a time of day in UTC such as "20:00"`,
				`gomeet:controlPlaneAllowedAddresses: "0.0.0.0/0": allows everybody; leave the list empty to have no firewall`,
				`gomeet:controlPlaneAllowedAddresses: "10.0.0.1/8": has host bits set; did you mean 10.0.0.0/8?`,
				`gomeet:controlPlaneAllowedAddresses: "home": must be an IPv4 range in CIDR notation, such as "203.0.113.0/24"`,
				`gomeet:domain: "Gomeet": must be a domain in lower case, such as "gomeet.example"`,
				`gomeet:alertEmails: "ops": must be an e-mail address of a member of the DigitalOcean team`,
				`gomeet:stackId: "mine": must be eight hexadecimal digits; "gomeet secrets --stack STACK" makes them`,
			},
		},
		"lists that are none": {
			set: map[string]string{"gomeet:alertEmails": "ops", "gomeet:maintenanceWindow": "[]", "gomeet:controlPlaneAllowedAddresses": "{}"},
			want: []string{
				`gomeet:maintenanceWindow: "[]": must be {day, start}: found a JSON array`,
				`gomeet:controlPlaneAllowedAddresses: "{}": must be a list of IPv4 ranges: found a JSON object`,
				`gomeet:alertEmails: "ops": must be a list of e-mail addresses: invalid character 'o' looking for beginning of value`,
			},
		},
		"backups at home": {
			set:  map[string]string{"gomeet:backupRegion": "sgp1"},
			want: []string{`gomeet:backupRegion: "sgp1": is the region of site "singapore"; backups must leave the regions they protect`},
		},
		"no buckets there": {
			set: map[string]string{
				"gomeet:backupRegion": "nyc1",
				"gomeet:sites":        `[{"name":"a","region":"nyc2","vpcRange":"10.72.0.0/20","clusterSubnet":"10.73.0.0/18","serviceSubnet":"10.73.64.0/20"}]`,
			},
			want: []string{
				`gomeet:backupRegion: "nyc1": must be a region with Spaces buckets: ams3, atl1, blr1, fra1, lon1, nyc3, sfo2, sfo3, sgp1, syd1, tor1`,
				`gomeet:sites[0].region: "nyc2": has no Spaces buckets, and the primary site keeps the recordings; must be one of ams3, atl1, blr1, fra1, lon1, nyc3, sfo2, sfo3, sgp1, syd1, tor1`,
			},
		},
		"no peering there": {
			set: map[string]string{"gomeet:sites": `[` + site + `,{"name":"b","region":"blr1","vpcRange":"10.72.0.0/20","clusterSubnet":"10.73.0.0/18","serviceSubnet":"10.73.64.0/20"}]`},
			want: []string{
				`gomeet:sites: "b and singapore": VPCs in blr1 cannot be peered with another region; choose another region or put both sites there`,
			},
		},
		"bad former name": {
			set: map[string]string{"gomeet:sites": `[{"name":"a","formerly":"A!","vpcRange":"10.72.0.0/20","clusterSubnet":"10.73.0.0/18","serviceSubnet":"10.73.64.0/20"}]`},
			want: []string{
				`gomeet:sites[0].formerly: "A!": must be a former name of the site, or left out`,
			},
		},
		"two sites of one name": {
			set:  map[string]string{"gomeet:sites": `[` + site + `,{"name":"singapore","region":"sgp1","vpcRange":"10.72.0.0/20","clusterSubnet":"10.73.0.0/18","serviceSubnet":"10.73.64.0/20"}]`},
			want: []string{`gomeet:sites[1].name: "singapore": is used by another site; names are unique`},
		},
		"bad ranges": {
			set: map[string]string{"gomeet:sites": `[{"name":"a","region":"sgp1","vpcRange":"10.64.0.1/20","clusterSubnet":"8.8.0.0/18","serviceSubnet":"10.245.0.0/20"}]`},
			want: []string{
				`gomeet:sites[0].vpcRange: "10.64.0.1/20": has host bits set; did you mean 10.64.0.0/20?`,
				`gomeet:sites[0].clusterSubnet: "8.8.0.0/18": must lie in a private range (10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16)`,
				`gomeet:sites[0].serviceSubnet: "10.245.0.0/20": overlaps 10.245.0.0/16, which DigitalOcean reserves`,
			},
		},
		"not a range": {
			set: map[string]string{"gomeet:sites": `[{"name":"a","region":"sgp1","vpcRange":"wide","clusterSubnet":"10.0.0.0/8","serviceSubnet":"10.73.64.0/20"}]`},
			want: []string{
				`gomeet:sites[0].vpcRange: "wide": must be an IPv4 range in CIDR notation, such as "10.64.0.0/20"`,
				`gomeet:sites[0].clusterSubnet: "10.0.0.0/8": must be between /12 and /22`,
			},
		},
		"cluster subnet too small for the nodes": {
			set:  map[string]string{"gomeet:sites": `[{"name":"a","region":"sgp1","vpcRange":"10.64.0.0/20","clusterSubnet":"10.65.0.0/20","serviceSubnet":"10.65.64.0/20"}]`},
			want: []string{`gomeet:sites[0].clusterSubnet: "10.65.0.0/20": holds 32 nodes (a /25 each), and the plan has more at site "a"; widen it`},
		},
		"unknown field of a site": {
			set:  map[string]string{"gomeet:sites": `[{"name":"a","zone":"x"}]`},
			want: []string{`gomeet:sites: "[{\"name\":\"a\",\"zone\":\"x\"}]": must be a list of {name, region, vpcRange, clusterSubnet, serviceSubnet, formerly}: unknown field "zone"`},
		},
		"unknown role and bad count": {
			set: map[string]string{"gomeet:pools": `{"sfuu":{"count":1},"api":{"count":0}}`},
			want: []string{
				`gomeet:pools.api.count: "0": must be at least 1; leave it out to derive it`,
				`gomeet:pools.sfuu: unknown role; known are ` + roles(),
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			raw := configuration(t, "prod")
			maps.Copy(raw, c.set)
			delete(raw, c.drop)
			_, err := stacks.Load("prod", raw)
			var problems stacks.Problems
			require.True(t, errors.As(err, &problems), "error: %v", err)
			var got []string
			for _, p := range problems {
				got = append(got, p.String())
			}
			require.Equal(t, c.want, got)
		})
	}
}

func TestLoadReportsEveryProblemAtOnce(t *testing.T) {
	_, err := stacks.Load("Prod!", map[string]string{"gomeet:meetings": "x", "gomeet:nosuch": "1"})
	require.ErrorContains(t, err, "16 problems; nothing was created")
	for _, part := range []string{"stack: \"Prod!\"", "gomeet:meetings", "gomeet:sites: missing", "gomeet:apiSigningKey: missing", "gomeet:stackId: missing", "gomeet:domain: missing", "gomeet:nosuch"} {
		require.ErrorContains(t, err, part)
	}
}

// What sizing rejects is part of the same list.
func TestLoadReportsWhatSizingRejects(t *testing.T) {
	for name, c := range map[string]struct {
		set  map[string]string
		want string
	}{
		"unknown size": {
			map[string]string{"gomeet:pools": `{"api":{"size":"s-3vcpu-5gb"}}`},
			`gomeet:pools.api.size: "s-3vcpu-5gb": must be a Droplet size of the catalogue of 2025-12-31`,
		},
		"zero": {
			map[string]string{"gomeet:meetings": "0"},
			`gomeet:meetings: "0": must be between 1 and 10000`,
		},
		"absurd": {
			map[string]string{"gomeet:participantsPerMeeting": "1000000000"},
			`gomeet:participantsPerMeeting: "1000000000": must be between 1 and 100000`,
		},
		"no node holds it": {
			map[string]string{"gomeet:participantsPerMeeting": "5000"},
			`gomeet:participantsPerMeeting: "5000": must be at most 1122: a meeting lives on one node, and that is what the largest (c-32-intel) holds of this kind of meeting`,
		},
		"too small": {
			map[string]string{"gomeet:model": "capacity", "gomeet:pools": `{"sfu":{"size":"c-2"}}`},
			`gomeet:pools.sfu.size: "c-2": must be something at most 10000 nodes of role sfu can carry: none of 1 sizes fulfils the requirement of 100 units`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			raw := configuration(t, "prod")
			maps.Copy(raw, c.set)
			_, err := stacks.Load("prod", raw)
			var problems stacks.Problems
			require.True(t, errors.As(err, &problems), "error: %v", err)
			require.Equal(t, "the stack configuration has 1 problem; nothing was created:\n  - "+c.want, err.Error())
		})
	}
}

func TestLoadPassesProviderKeys(t *testing.T) {
	raw := configuration(t, "dev")
	raw["digitalocean:apiEndpoint"] = "http://127.0.0.1:1"
	_, err := stacks.Load("dev", raw)
	require.NoError(t, err)
}

// What people and programs write into one or two keys of a stack that is complete
// otherwise either is refused, or can be planned.
func FuzzLoad(f *testing.F) {
	valid := map[string]map[string]string{}
	for _, stack := range []string{"dev", "prod"} {
		valid[stack] = configuration(f, stack)
		// Every key with what a valid configuration has in it, to begin with.
		for _, key := range slices.Sorted(maps.Keys(valid[stack])) {
			f.Add(stack, key, valid[stack][key], "", "")
		}
	}
	f.Add("prod", "gomeet:", "", "gomeet:pools", `{"sfu":{"min":3,"max":1000000}}`)
	f.Add("prod", "gomeet:sites", `[{"name":"a","region":"sgp1","vpcRange":"10.64.0.0/20","clusterSubnet":"10.65.0.0/18","serviceSubnet":"10.65.64.0/20"}]`, "gomeet:model", "capacity")
	f.Add("dev", "gomeet:pools", `{"sfu":{"size":"c-2","count":1}}`, "gomeet:meetings", "3")
	f.Add("prod", "gomeet:participantsPerMeeting", "1000", "gomeet:recordedPercent", "0")
	f.Add("prod", "gomeet:objectStore", "minio", "gomeet:pools", `{"minio":{"count":8},"postgres":{"size":"m-4vcpu-32gb"}}`)
	f.Add("Prod!", "gomeet:highAvailability", "false", "gomeet:autoscale", "true")
	f.Fuzz(func(t *testing.T, stack, key, value, key2, value2 string) {
		raw := maps.Clone(valid[stack])
		if raw == nil {
			raw = maps.Clone(valid["dev"])
		}
		for key, value := range map[string]string{key: value, key2: value2} {
			if key != "" {
				raw[key] = value
			}
		}
		cfg, err := stacks.Load(stack, raw)
		require.True(t, (cfg == nil) != (err == nil), "exactly one of configuration and error")
		if err != nil {
			return
		}
		plan, err := cfg.Plan()
		require.NoError(t, err, "what was loaded can be planned")
		require.NotNil(t, plan)
	})
}

// dataKey is a line of the data tier's key.
func dataKey() string {
	_, after, _ := strings.Cut(dataTLS, "-----BEGIN PRIVATE KEY-----\n")
	line, _, _ := strings.Cut(after, "\n")
	return line
}
