package sizing

// claimsMedia is rows 1 to 16: participants, SFU and API.
func claimsMedia() []Claim {
	perNodeIn := float64(designParticipantsPerSFU)*claimVideoMbps + 100*claimAudioMbps
	meeting := Benchmark[1]
	room := DefaultTarget().Room(claimPerMeeting)
	return []Claim{
		right("25 times the capacity, from 20 to 500 participants", figure("factor", 25, claimPerMeeting/20, "x")),
		right("100 meetings of 500 are 50,000 participants", figure("participants", 50_000, claimTotal, "")),
		right("a mesh of 500 is 124,750 connections", figure("connections", 124_750, claimPerMeeting*(claimPerMeeting-1)/2, "")),
		wrong("CPU grows exponentially with each participant", "quadratic in total, linear per client"),
		wrong("one node carries 50 x 2 Mbps + 100 x 64 kbps, about 105 Mbps",
			"106.4 Mbps, and that is ingress only: what leaves the node is what counts",
			figure("ingress", 105, perNodeIn, "Mbit/s")),
		wrong("50 participants per 16 vCPU node at about 70 % CPU",
			"LiveKit's benchmark carries 150 publishers and 150 subscribers at 85 % of 16 vCPUs, or 1 and 3,000 at 92 %; half of that was reproduced",
			figure("participants per node", designParticipantsPerSFU, float64(meeting.Subscribers), "")),
		wrong("500 / 50 = 10, and 2 spare, is 12 nodes for the platform",
			"the arithmetic holds, the model does not: it sizes one meeting of 100, and a meeting cannot span nodes",
			figure("participants on 12 nodes", claimTotal, claimSFUNodes*designParticipantsPerSFU, ""),
			unstated("nodes for 50,000 at 50 each", claimTotal/designParticipantsPerSFU, "nodes")),
		wrong("12 nodes of 10 Gbps carry 143 Gbps",
			"11.9 Gbit/s per node is more than the 10 of a Premium Droplet and six times the 2 of the others",
			figure("per node", 10, 143.0/claimSFUNodes, "Gbit/s"),
			unstated("egress per node", claimMeetings*claimOut/claimSFUNodes, "Gbit/s")),
		half("SFU nodes: minimum 8, maximum 20, in text and HPA",
			"they agree, but 20 x 50 are 1,000 participants",
			unstated("participants at the maximum", designSFUMax*designParticipantsPerSFU, "")),
		wrong("scale up above 70 % for 5 minutes, down below 30 % for 10",
			"the HPA in the document has windows of 60 s and 300 s and one target; 300 and 600 s are the text's, 30 % cannot be expressed",
			figure("scale-up window", 60, 300, "s"), figure("scale-down window", 300, 600, "s")),
		right("50,000 / 2,000 = 25, and 5 spare, is 30 API instances",
			figure("instances", claimAPINodes, float64(DesignCounts(DefaultTarget(), 2)[RoleAPI]), "")),
		half("4 + 6 + 12 + 4 + 4 instances are 30",
			"the sum holds, but only the 12 of signalling and the 4 of chat hold WebSockets: 3,125 each, and the limit is 2,000; 25 and more are needed",
			figure("sum", claimAPINodes, 4+6+12+4+4, ""), unstated("WebSockets per instance of these", claimTotal/16.0, "")),
		half("HPA averageValue 1500 on 10 to 50 pods",
			"50,000 connections at 1,500 each are 34 pods, more than the 30 that are budgeted",
			figure("pods", claimAPINodes, float64(ceilDiv(claimTotal, WebSocketsPerAPIInstanceTarget)), "")),
		wrong("one HPA targets the Deployment api-gateway", "the gateway is Traefik; five services take five HPAs"),
		wrong("the diagram has 5 API and 10 LiveKit nodes", "the text has 30 and 12",
			figure("API", 5, claimAPINodes, ""), figure("LiveKit", 10, claimSFUNodes, "")),
		half("load balancer, API gateway and WebSocket load balancer are Traefik",
			"one Traefik does all three; media goes past it",
			unstated("packets forwarded per meeting, past it", room.PacketsOut, "packets/s")),
	}
}
