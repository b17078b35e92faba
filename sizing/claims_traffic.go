package sizing

// claimsTraffic is rows 25 to 30: bandwidth.
func claimsTraffic() []Claim {
	units := LoadBalancerUnits(claimTotal)
	return []Claim{
		right("50 x 2 Mbps are 100 Mbps upload", figure("upload", 100, claimVideoIn*1000, "Mbit/s")),
		half("500 x 2 Mbps are 1 Gbps download",
			"only if each participant sees 2 Mbit/s in all; 49 tiles of 2 Mbit/s would be 49 Gbit/s",
			figure("download", 1, claimVideoOut, "Gbit/s"),
			unstated("49 tiles each", claimPerMeeting*(claimSpeakers-1)*claimVideoMbps/1000, "Gbit/s")),
		half("500 x 64 kbps are 32 Mbps of audio",
			"as ingress, if everybody is unmuted; as egress it is 32 Mbit/s per speaker, 16 Gbit/s if all 500 talk",
			figure("audio", 32, claimAudio*1000, "Mbit/s"), unstated("500 speakers", claimPerMeeting*claimAudio, "Gbit/s")),
		half("about 1.1 Gbps per meeting", "1.132, in and out mixed: 1.032 out, 0.132 in",
			figure("in and out", 1.1, claimPerMeetingGb, "Gbit/s"),
			unstated("out", claimOut, "Gbit/s"), unstated("in", claimVideoIn+claimAudio, "Gbit/s")),
		right("100 x 1.1 = 110, with 30 % overhead 143 Gbps",
			figure("total", 110, claimMeetings*1.1, "Gbit/s"), figure("with overhead", 143, claimMeetings*1.1*1.3, "Gbit/s"),
			unstated("unrounded", claimMeetings*claimPerMeetingGb*1.3, "Gbit/s")),
		wrong("three load balancers carry it",
			"media goes past load balancers, and 50,000 WebSockets take six nodes of 10,000",
			figure("load balancer nodes", 3, float64(units), "")),
	}
}
