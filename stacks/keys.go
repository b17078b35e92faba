package stacks

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gomeet/infra/sizing"
)

// key is one configuration key: how its raw text becomes part of a Config.
type key struct {
	name string
	// fallback is used when the key is absent; it repeats the default of
	// Pulumi.yaml, so that tests and tools that read a stack file alone agree.
	fallback string
	// missing is what to do when the key is absent and has no fallback.
	missing string
	// written secrets are put in by people; they are only needed where another key says.
	written bool
	// generated says what "gomeet secrets" makes of a key that is missing; empty for
	// keys that people write.
	generated Generator
	parse     func(l *loader, raw string)
}

// keys lists every key the program reads, in the order of Pulumi.yaml.
var keys = []key{
	{name: "meetings", fallback: "100", parse: func(l *loader, raw string) {
		l.config.Target.Meetings = l.integer("meetings", raw)
	}},
	{name: "participantsPerMeeting", fallback: "500", parse: func(l *loader, raw string) {
		l.config.Target.ParticipantsPerMeeting = l.integer("participantsPerMeeting", raw)
	}},
	{name: "recordedPercent", fallback: "100", parse: func(l *loader, raw string) {
		l.config.Target.RecordedPercent = l.integer("recordedPercent", raw)
	}},
	{name: "usage", fallback: "{}", parse: (*loader).usage},
	{name: "model", fallback: string(sizing.ModelDesign), parse: func(l *loader, raw string) {
		l.config.Model = oneOf(l, "model", raw, sizing.ModelDesign, sizing.ModelCapacity)
	}},
	{name: "calibration", fallback: calibrationNone, parse: (*loader).calibration},
	{name: "pools", fallback: "{}", parse: (*loader).pools},
	{
		name:    "sites",
		missing: "missing; list at least one site, each {name, region, vpcRange, clusterSubnet, serviceSubnet}",
		parse:   (*loader).sites,
	},
	{name: "kubernetesVersion", fallback: "1.35.4-do.0", parse: func(l *loader, raw string) {
		l.config.KubernetesVersion = l.matching("kubernetesVersion", raw, versionSlug,
			`a DOKS version slug such as "1.35.4-do.0" (list them with "doctl kubernetes options versions")`)
	}},
	{name: "highAvailability", fallback: "false", parse: func(l *loader, raw string) {
		l.config.HighAvailability = l.boolean("highAvailability", raw)
	}},
	{name: "autoscale", fallback: "false", parse: func(l *loader, raw string) {
		l.config.Autoscale = l.boolean("autoscale", raw)
	}},
	{name: "maintenanceWindow", fallback: `{"day":"sunday","start":"20:00"}`, parse: (*loader).maintenanceWindow},
	{name: "controlPlaneAllowedAddresses", fallback: "[]", parse: (*loader).allowedAddresses},
	{name: "registryIntegration", fallback: "false", parse: func(l *loader, raw string) {
		l.config.RegistryIntegration = l.boolean("registryIntegration", raw)
	}},
	{name: "protect", fallback: "false", parse: func(l *loader, raw string) {
		l.config.Protect = l.boolean("protect", raw)
	}},
	{
		name:    "domain",
		missing: `missing; the DNS zone this stack owns, such as "gomeet.example"`,
		parse:   (*loader).domain,
	},
	{name: "backupRegion", fallback: "syd1", parse: (*loader).backupRegion},
	{name: "alertEmails", fallback: "[]", parse: (*loader).alertEmails},
	{name: "apiImage", fallback: "ghcr.io/gomeet/api:1.0.0", parse: func(l *loader, raw string) {
		l.config.APIImage = l.image("apiImage", raw)
	}},
	{name: "postgresImage", fallback: "ghcr.io/gomeet/postgres:17-1", parse: func(l *loader, raw string) {
		l.config.PostgresImage = l.image("postgresImage", raw)
	}},
	{name: "toolsImage", fallback: "ghcr.io/gomeet/tools:1", parse: func(l *loader, raw string) {
		l.config.ToolsImage = l.image("toolsImage", raw)
	}},
	{name: "objectStore", fallback: string(ObjectStoreSpaces), parse: func(l *loader, raw string) {
		l.config.ObjectStore = oneOf(l, "objectStore", raw, ObjectStoreSpaces, ObjectStoreMinIO)
	}},
	{name: "minioImage", fallback: "ghcr.io/gomeet/minio:2026-02-12-1", parse: func(l *loader, raw string) {
		l.config.MinIOImage = l.image("minioImage", raw)
	}},
	{name: "restoreTarget", fallback: restoreNothing, parse: (*loader).restoreTarget},
	{name: "secretStore", fallback: `{"kind":"pulumi"}`, parse: (*loader).secretStore},
	{name: "awsAccessKeyId", fallback: "-", written: true, parse: func(l *loader, raw string) { l.config.Secrets.AWSAccessKeyID = given(raw) }},
	{name: "awsSecretAccessKey", fallback: "-", written: true, parse: func(l *loader, raw string) { l.config.Secrets.AWSSecretAccessKey = given(raw) }},
	{name: "alerting", fallback: "{}", parse: (*loader).alerting},
	{name: "remoteWrite", fallback: "{}", parse: (*loader).remoteWrite},
	{name: "pagerDutyKey", fallback: "-", written: true, parse: func(l *loader, raw string) { l.config.Secrets.PagerDutyKey = given(raw) }},
	{name: "slackWebhook", fallback: "-", written: true, parse: func(l *loader, raw string) { l.config.Secrets.SlackWebhook = given(raw) }},
	{name: "remoteWritePassword", fallback: "-", written: true, parse: func(l *loader, raw string) { l.config.Secrets.RemoteWritePassword = given(raw) }},
	{name: "stackId", generated: GenerateID, missing: notGenerated, parse: (*loader).stackID},
	{name: "apiSigningKey", generated: GenerateKey, missing: notGenerated, parse: func(l *loader, raw string) {
		l.config.Secrets.APISigningKey = l.long("apiSigningKey", raw)
	}},
	{name: "livekitSecret", generated: GenerateKey, missing: notGenerated, parse: func(l *loader, raw string) {
		l.config.Secrets.LiveKit = l.long("livekitSecret", raw)
	}},
	{name: "redisPassword", generated: GenerateKey, missing: notGenerated, parse: func(l *loader, raw string) {
		l.config.Secrets.RedisPassword = l.word("redisPassword", raw)
	}},
	{name: "databasePassword", generated: GenerateKey, missing: notGenerated, parse: func(l *loader, raw string) {
		l.config.Secrets.DatabasePassword = l.word("databasePassword", raw)
	}},
	{name: "objectStorePassword", generated: GenerateKey, missing: notGenerated, parse: func(l *loader, raw string) {
		l.config.Secrets.ObjectStorePassword = l.word("objectStorePassword", raw)
	}},
	{name: "edgeTLS", generated: GenerateCertificate, missing: notGenerated, parse: (*loader).edgeTLS},
	{name: "dataTLS", generated: GenerateAuthority, missing: notGenerated, parse: (*loader).dataTLS},
	{name: "metricsTLS", generated: GenerateMetricsAuthority, missing: notGenerated, parse: (*loader).metricsTLS},
	{name: "backupPassphrase", generated: GenerateKey, missing: notGenerated, parse: func(l *loader, raw string) {
		l.config.Secrets.BackupPassphrase = l.word("backupPassphrase", raw)
	}},
	{name: "backupIdentity", generated: GenerateIdentity, missing: notGenerated, parse: (*loader).backupIdentity},
}

// versionSlug matches DOKS version slugs: Kubernetes version, then DigitalOcean's
// own build number.
var versionSlug = regexp.MustCompile(`^\d+\.\d+\.\d+-do\.\d+$`)

// imageReference matches an image pinned by a tag or a digest.
var imageReference = regexp.MustCompile(`^[a-z0-9][a-z0-9._/:-]*(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|@sha256:[0-9a-f]{64})$`)

func qualified(name string) string { return Namespace + ":" + name }

// integer parses a whole number; package sizing checks its range.
func (l *loader) integer(name, raw string) int {
	n, err := strconv.Atoi(raw)
	if err != nil {
		l.problems.add(qualified(name), raw, "must be a whole number")
	}
	return n
}

func (l *loader) boolean(name, raw string) bool {
	b, err := strconv.ParseBool(raw)
	if err != nil {
		l.problems.add(qualified(name), raw, "must be true or false")
	}
	return b
}

func (l *loader) matching(name, raw string, pattern *regexp.Regexp, allowed string) string {
	if !pattern.MatchString(raw) {
		l.problems.add(qualified(name), raw, "must be %s", allowed)
	}
	return raw
}

func oneOf[T ~string](l *loader, name, raw string, allowed ...T) T {
	quoted := make([]string, len(allowed))
	for i, a := range allowed {
		if raw == string(a) {
			return a
		}
		quoted[i] = strconv.Quote(string(a))
	}
	l.problems.add(qualified(name), raw, "must be %s", strings.Join(quoted, " or "))
	return ""
}

func (l *loader) image(name, raw string) string {
	if !imageReference.MatchString(raw) || strings.HasSuffix(raw, ":latest") {
		l.problems.add(qualified(name), raw, "must be an image pinned by a tag other than latest, or by a digest")
	}
	return raw
}

// decode reads a structured value and reports fields the program does not know.
func decode(raw string, into any) error {
	decoder := json.NewDecoder(strings.NewReader(raw))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	var mismatch *json.UnmarshalTypeError
	switch {
	case errors.As(err, &mismatch) && mismatch.Field == "":
		return fmt.Errorf("found a JSON %s", mismatch.Value)
	case errors.As(err, &mismatch):
		return fmt.Errorf("%s: found a JSON %s", mismatch.Field, mismatch.Value)
	case err != nil:
		return fmt.Errorf("%s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

func (l *loader) pools(raw string) {
	var pools map[string]struct {
		Size  string `json:"size"`
		Count *int   `json:"count"`
		Min   int    `json:"min"`
		Max   int    `json:"max"`
	}
	name := qualified("pools")
	if err := decode(raw, &pools); err != nil {
		l.problems.add(name, raw, "must map roles to {size, count, min, max}: %v", err)
		return
	}
	l.config.Pools = map[sizing.Role]sizing.FixedPool{}
	for _, role := range sortedKeys(pools) {
		pool, path := pools[role], fmt.Sprintf("%s.%s", name, role)
		if !knownRole(role) {
			l.problems.add(path, "", "unknown role; known are %s", strings.Join(roleNames(), ", "))
			continue
		}
		fixed := sizing.FixedPool{Size: pool.Size, Min: pool.Min, Max: pool.Max}
		if pool.Count != nil {
			if fixed.Count = *pool.Count; fixed.Count < 1 {
				l.problems.add(path+".count", strconv.Itoa(fixed.Count), "must be at least 1; leave it out to derive it")
			}
		}
		l.config.Pools[sizing.Role(role)] = fixed
	}
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	return slices.Sorted(maps.Keys(m))
}

func roleNames() []string {
	names := make([]string, 0, len(sizing.Roles))
	for _, role := range sizing.Roles {
		names = append(names, string(role))
	}
	return names
}

func knownRole(name string) bool {
	for _, role := range sizing.Roles {
		if string(role) == name {
			return true
		}
	}
	return false
}
