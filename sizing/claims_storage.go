package sizing

// claimsStorage is rows 31 to 41: recordings and the object store.
func claimsStorage() []Claim {
	const (
		gbPerHour    = claimVideoMbps * 1e6 * 3600 / bitsPerByte / 1e9
		composite    = claimMeetings * claimHoursPerDay * gbPerHour // GB per day
		everyTrack   = composite * claimPerMeeting / 1000           // TB per day
		publishers   = composite * claimSpeakers / 1000             // TB per day
		fullHDMbps   = 4.5                                          // LiveKit egress preset H264_1080P_30
		compositeMax = composite * fullHDMbps / claimVideoMbps
		usableTB     = designMinIOCount * 2 * minioUsablePercent / 100
	)
	return []Claim{
		wrong("2 Mbps x 3600 s are 9 GB per hour", "0.9 GB: a byte has 8 bits", figure("per hour", 9, gbPerHour, "GB")),
		wrong("500 x 9 GB are 4.5 TB per meeting hour",
			"0.45 TB if all 500 were recorded one by one, 45 GB for 50 publishers, 0.9 GB for one composite",
			figure("per meeting hour", 4500, claimPerMeeting*gbPerHour, "GB"),
			unstated("50 publishers", claimSpeakers*gbPerHour, "GB"), unstated("composite", gbPerHour, "GB")),
		wrong("100 meetings x 2 hours x 4.5 TB are 900 TB per day",
			"90 TB of all tracks, 9 TB of 50 publishers, 180 GB of composites (405 GB at 4.5 Mbit/s)",
			figure("per day", 900, everyTrack, "TB"), unstated("publishers", publishers, "TB"),
			unstated("composite", composite, "GB"), unstated("composite at 4.5 Mbit/s", compositeMax, "GB")),
		wrong("compression to 30 % makes it 270 TB", "H.264 and VP8 do not compress again",
			figure("factor", 0.3, 1, "x")),
		wrong("270 TB x 30 days are 8.1 PB of hot storage",
			"the product is right, the 270 are not: composites are 5.4 TB in 30 days and 65.7 TB in a year, and 4 TB are usable",
			figure("product", 8.1, 270*claimDays/1000.0, "PB"), figure("hot", 8100, composite*claimDays/1000, "TB"),
			unstated("a year", composite*365/1000, "TB"), unstated("usable", usableTB, "TB")),
		right("4 x 2 TB are 8 TB raw and 4 usable", figure("raw", 8, designMinIOCount*2, "TB"), figure("usable", 4, usableTB, "TB")),
		half("2 of 4 nodes can be lost", "reads survive two losses, writes take 3 of 4 nodes and survive one",
			figure("lost for writes", 2, 1, "nodes")),
		wrong("parity 2 is EC:4+2", "4+2 takes 6 drives; four drives at parity 2 are 2+2", figure("data drives", 4, 2, "")),
		wrong("a quota of 8 TB", "more than the 4 TB that are usable", figure("quota", 8, usableTB, "TB")),
		wrong("expire after 30 days, transition after 7, cold for 365, hot for 30",
			"contradictory: what has expired after 30 days cannot be kept for 365; hot 7 or 30, expire at 365",
			figure("expiration", 30, 365, "days")),
		missing("no compute to record with",
			"100 room composites take 4 vCPUs each at 80 %: 500 vCPUs that are in no table",
			unstated("recorders", float64(RecorderVCPUs(claimMeetings)), "vCPUs")),
	}
}
