package sizing

// claimsData is rows 17 to 24: PostgreSQL and Redis.
func claimsData() []Claim {
	const sessions, chat, signalling, state = 100, 500, 200, 300 // MB, as stated
	rooms := float64(claimMeetings*redisRoomBytes) / 1e6
	return []Claim{
		wrong("max_db_connections 500 against max_connections 500",
			"the limit is per PgBouncer and leaves nothing for superusers, replication and exporters: 3 x 130",
			figure("per pooler", PGMaxConnections, PgBouncerMaxDBConnections, "connections"),
			unstated("all poolers", PgBouncerInstances*PgBouncerMaxDBConnections, "connections")),
		wrong("three shards of a primary and two replicas on 3 nodes", "9 nodes, or no sharding",
			figure("nodes", designPGCount, 3*(1+2), "")),
		half("shards of 33, 33 and 34 meetings are 100", "they are, but meetings have UUIDs and not numbers from 1 to 100",
			figure("meetings", claimMeetings, 33+33+34, "")),
		wrong("PRIMARY KEY (id) on a table partitioned by meeting_id",
			"PostgreSQL rejects it: the key must contain the partitioning column, PRIMARY KEY (meeting_id, id)"),
		right("8 hash partitions of modulus 8"),
		right("50,000 sessions of 2 KB are 100 MB", figure("sessions", sessions, claimTotal*redisSessionBytes/1e6, "MB")),
		wrong("100 + 500 + 200 + 300 MB are 1.1 GB per node",
			"the sum is the cluster's, 0.37 GB per master; and 100 rooms of 5 KB are 0.5 MB, not 300",
			figure("sum", 1.1, (sessions+chat+signalling+state)/1000.0, "GB"),
			figure("per master", 1.1, (sessions+chat+signalling+state)/3000.0, "GB"),
			figure("room state", state, rooms, "MB")),
		wrong("16 GB of RAM per Redis node", "some 40 times its part of the data: 2 to 4 GB do",
			figure("memory", 16, 4, "GB")),
	}
}
