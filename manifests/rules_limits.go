package manifests

import (
	"strings"
	"time"
)

// Anchor is the alert's place in docs/alerts.md.
func (a Alert) Anchor() string { return strings.ToLower(a.Name) }

// Limits are the numbers of the plan that alerts compare with, of one site. A zero
// leaves out the alerts that need it: a site without PostgreSQL watches none.
type Limits struct {
	// WebSockets is what the site's API pods hold together, WebSocketsPerPod one of them.
	WebSockets, WebSocketsPerPod int
	// EdgeConnections maps entry points of the edge to what the load balancer that leads
	// there carries. One load balancer's room is no other one's.
	EdgeConnections map[string]int
	// SFUNodes is the least number of LiveKit nodes, SFUParticipants what one of them is
	// planned with, LargestMeeting the most participants of a meeting that it holds.
	SFUNodes, SFUParticipants, LargestMeeting int
	// SFUBytesPerSecond is the network cap of one SFU node, one direction.
	SFUBytesPerSecond float64
	// PoolerClients is what one PgBouncer admits. Zero for a site without a database.
	PoolerClients int
	// PostgresMembers and RedisNodes are how many the site has; RedisReplicas says that
	// every master has a replica.
	PostgresMembers, RedisNodes int
	RedisReplicas               bool
	// MinIOServers is how many servers the site's own object store has.
	MinIOServers int
	// Autoscaled maps the roles whose pools the cluster autoscaler changes to their
	// largest size.
	Autoscaled map[string]int
	// EgressBytesPerMonth is the outbound traffic that the cost plan has for the site.
	EgressBytesPerMonth float64
	// Backups are those that run at the site, Drill says that its restore drill does.
	Backups []BackupLimit
	Drill   bool
	// Certificates maps those that no exporter shows to the end of their validity.
	Certificates map[string]time.Time
	// Jobs are the jobs of Prometheus that must have a target.
	Jobs []string
	// RemoteWrite says that metrics go to another store as well.
	RemoteWrite bool
}

// BackupLimit is how old the newest backup of a kind may be.
type BackupLimit struct {
	// System and Kind are the labels of gomeet_backup_success_timestamp_seconds.
	System, Kind string
	MaxAge       time.Duration
}

// Rules returns all rules of a site, one file per subject. Files without a rule are
// left out.
func Rules(l Limits) []RuleFile {
	var files []RuleFile
	for _, f := range []RuleFile{
		objectiveRules(l), connectionRules(l), mediaRules(l), databaseRules(l), redisRules(l),
		objectStoreRules(l), backupRules(l), certificateRules(l), capacityRules(l), kubernetesRules(), watcherRules(l),
	} {
		if len(f.Alerts)+len(f.Records) > 0 {
			files = append(files, f)
		}
	}
	return files
}

// when keeps alerts whose limits the plan has.
func when(ok bool, alerts ...Alert) []Alert {
	if ok {
		return alerts
	}
	return nil
}
