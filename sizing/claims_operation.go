package sizing

// claimsOperation is rows 49 to 64: alerts, failover, backup, tests and the rest.
// The times are measured or read as named in each row.
func claimsOperation() []Claim {
	return []Claim{
		half("alert at 400 of 500 database connections", "80 %, but numbackends is per database: sum it per instance",
			figure("share", 0.8, 400.0/PGMaxConnections, "")),
		half("alert at 85 % of Redis memory", "right once maxmemory is set; without it the ratio is infinite"),
		wrong("alert at 80 % SFU CPU as rate(sfu_cpu_usage_percent)",
			"the threshold is above the HPA's 70 and would do, but a rate of a gauge never fires, and LiveKit has no such metric",
			unstated("HPA", SFUCPUTargetPercent, "%")),
		wrong("zones singapore-1, singapore-2 and jakarta-1",
			"DigitalOcean has no zones and no Indonesian region; sgp1 is the nearest"),
		half("database failover below 30 s",
			"a crashed pod yes; a lost node takes 40 to 55 s and more with CNPG on DOKS, 20 to 25 s with Patroni at ttl 20"),
		half("Redis failover below 10 s",
			"7.4 to 8.8 s at cluster-node-timeout 5000; 20 to 21 s at the default of 15000 (measured)",
			figure("failover", 10, 8.8, "s")),
		wrong("LiveKit failover below 5 s with a consistent hash",
			"10 to 30 s: ICE 10 s and 5 s, signal timeout 15 s; there is no such selector",
			figure("failover", 5, 30, "s")),
		wrong("Redis masters in Singapore and Jakarta with operations below 5 ms",
			"the round trip between regions alone is more; a quorum must not span regions"),
		half("a full backup daily and an incremental every 6 hours",
			"pgBackRest does it; backups to object storage with CNPG have no incrementals",
			figure("incrementals", 4, 24/6, "per day")),
		half("incrementals kept 7 days, fulls 30", "an incremental lives as long as its full"),
		wrong("k6 run --vus 50000 in one command",
			"above the 30,000 to 40,000 users of one instance; 1 to 5 MB each are 50 to 250 GB",
			figure("users per instance", claimTotal, 40_000, ""), unstated("memory at 1 MB", claimTotal/1000, "GB")),
		wrong("the database test runs api-load-test.js", "a wrong label: pgbench tests the database"),
		wrong("kubectl delete pod is a node failure",
			"it is a graceful drain of up to 5 hours; use --grace-period=0 --force or stop the Droplet",
			figure("drain", 0, 5, "h")),
		right("4 x 2 weeks are 8", figure("weeks", 8, 4*2, "")),
		wrong("Prometheus scrapes LiveKit at 7880 /metrics", "7880 answers 404; prometheus_port is its own port"),
		wrong("SecretStore v1beta1 with AWS in ap-southeast-1",
			"external-secrets serves v1 only, and AWS's identity does not exist on DOKS"),
	}
}
