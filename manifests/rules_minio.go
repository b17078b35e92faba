package manifests

import (
	"fmt"
	"time"
)

// objectStorePercent is how full the store may be: before VolumeNearlyFull, which sees one
// drive after the other, and with room for some days of recordings.
const objectStorePercent = 80

// objectStoreUsed is the share of the store that is used. The fullest view counts: a server
// that is cut off sees its own drive only.
const objectStoreUsed = `100 * (1 - min(minio_cluster_health_capacity_usable_free_bytes / minio_cluster_health_capacity_usable_total_bytes))`

// objectStoreRules watches the stack's own object store. Servers leave out metrics that are
// zero, so the rules count what is there, and no server at all is none of everything.
func objectStoreRules(l Limits) RuleFile {
	f, store := RuleFile{Subject: "object-store"}, DefaultMinIO(l.MinIOServers)
	f.Alerts = append(f.Alerts, when(l.MinIOServers > 0,
		Alert{
			Name:     "ObjectStoreDriveOffline",
			Expr:     fmt.Sprintf(`(min(minio_cluster_health_drives_online_count) or vector(0)) < %d`, l.MinIOServers),
			For:      5 * time.Minute,
			Severity: Warning, Owner: OwnerData,
			Summary: fmt.Sprintf("{{ $value }} of %d drives of the object store answer; writes need %d.", l.MinIOServers, store.WriteQuorum()),
			Action:  "Look at the missing server's pod, node and volume before another one goes (kubectl -n data get pods).",
		},
		Alert{
			Name:     "ObjectStoreCannotWrite",
			Expr:     fmt.Sprintf(`(max(minio_cluster_erasure_set_online_drives_count) or vector(0)) < %d`, store.WriteQuorum()),
			For:      time.Minute,
			Severity: Critical, Owner: OwnerData,
			Summary: fmt.Sprintf("{{ $value }} drives of the object store answer, and writes need %d: nothing is recorded.", store.WriteQuorum()),
			Action:  "Bring back any of the missing servers: look at their pods (kubectl -n data get pods), nodes and volumes.",
		},
		Alert{
			Name:     "ObjectStoreNearlyFull",
			Expr:     fmt.Sprintf(objectStoreUsed+` > %d`, objectStorePercent),
			For:      30 * time.Minute,
			Severity: Warning, Owner: OwnerData,
			Summary: "{{ $value | humanize }} % of the object store are in use.",
			Action:  "Are more meetings recorded than planned (gomeet plan)? Then grow the volumes of all servers, or keep recordings for fewer days.",
		})...)
	return f
}
