package sizing

import "fmt"

// SiteLoss says what the loss of one site leaves.
type SiteLoss struct {
	Site string
	// Meetings of the target's size that the SFU nodes of the other sites carry;
	// 0 when the site holds what all others depend on.
	Meetings int
	// Text says what happens.
	Text string
}

func (p *Plan) siteLosses() []SiteLoss {
	if len(p.Sites) == 1 {
		return []SiteLoss{{Site: p.Sites[0].Name, Text: "the only site: everything stops until it is rebuilt from backups"}}
	}
	size, _ := p.CatalogueUsed().Size(p.Size(RoleSFU))
	rooms := p.Target.sfuNode(size, p.Options).Rooms
	var losses []SiteLoss
	for _, site := range p.Sites {
		lost := map[Role]int{}
		for _, pool := range p.PoolsAt(site.Name) {
			lost[pool.Role] = pool.Count
		}
		loss := SiteLoss{Site: site.Name}
		switch {
		case lost[RoleRedis] > 0:
			loss.Text = "Redis goes with it: LiveKit nodes everywhere turn unready, meetings end and none starts until Redis is back"
		default:
			loss.Meetings = min((p.Total(RoleSFU)-lost[RoleSFU])*rooms,
				p.webSocketPods(p.Total(RoleAPI)-lost[RoleAPI])*WebSocketsPerAPIInstance/
					(p.Target.ParticipantsPerMeeting*p.Target.APIConnectionsPerParticipant))
			loss.Text = fmt.Sprintf("its meetings drop for 10 to 30 s; the other sites carry %d of the target's %d", loss.Meetings, p.Target.Meetings)
		}
		if 2*lost[RolePG] > p.Total(RolePG) {
			loss.Text += "; it holds the majority of PostgreSQL: the rest is promoted by hand"
		} else if lost[RolePG] > 0 {
			loss.Text += "; PostgreSQL keeps its majority elsewhere"
		}
		losses = append(losses, loss)
	}
	return losses
}

// nodeLoss says what the loss of one node of a role does. The times are those of the
// engines: LiveKit's detection constants (ICE 10 s + 5 s, signal 15 s), Redis
// measured at cluster-node-timeout 5000, Patroni at ttl 20.
func (p *Plan) nodeLoss(role Role) string {
	nodes := p.Total(role)
	switch role {
	case RoleSFU:
		size, _ := p.CatalogueUsed().Size(p.Size(role))
		rooms := p.Target.sfuNode(size, p.Options).Rooms
		left := (nodes - 1) * rooms
		text := fmt.Sprintf("interrupts up to %s for 10 to 30 s; they start again on other nodes, which carry %d", Meetings(rooms), left)
		if left < p.Target.Meetings {
			text += fmt.Sprintf("; %d of the target's %d find no node", p.Target.Meetings-left, p.Target.Meetings)
		}
		return text
	case RoleAPI:
		left := p.webSocketPods(nodes-1) * WebSocketsPerAPIInstance
		text := fmt.Sprintf("its WebSockets reconnect; the others hold %d", left)
		if left < p.Demand.APIConnections {
			text += fmt.Sprintf(", %d fewer than needed", p.Demand.APIConnections-left)
		}
		return text
	case RolePG:
		if nodes > 1 {
			return "a replica is promoted (20 to 25 s with Patroni at ttl 20 if the primary is lost); reads and writes go on"
		}
		return "the database is down until the node is replaced and the volume attached again"
	case RoleRedis:
		if nodes >= designRedisCount {
			return "a replica takes over its slots within 7.4 to 8.8 s at cluster-node-timeout 5000"
		}
		return "its slots have no replica: LiveKit nodes turn unready until it is back"
	case RoleMinIO:
		if p.idle(role) {
			return "nothing: recordings are in Spaces, and nothing runs on it"
		}
		if nodes >= minioNodes {
			return "reads and writes go on; a second loss stops writes (write quorum 3 of 4)"
		}
		return "no erasure coding below four nodes: its objects are unavailable until it is back"
	case RoleMonitoring:
		if len(p.Sites) == nodes || nodes == 1 {
			return "its site is not observed until the node is replaced"
		}
		return "monitoring moves to the other node"
	case RoleRecorder:
		return "its recordings end; the meetings go on"
	default:
		if nodes > len(p.Sites) {
			return "cluster services move to the other node"
		}
		return "cluster services such as DNS are down until the node is replaced"
	}
}

// quorumFinding says what too few nodes of a role mean, or "".
func quorumFinding(role Role, nodes int) string {
	switch {
	case role == RolePG && nodes < 2:
		return "one PostgreSQL node: no failover, an outage lasts until the node is back, and an upgrade is an outage"
	case role == RolePG && nodes < designPGCount:
		return "two PostgreSQL nodes: after a failover there is no replica until the lost node is back"
	case role == RoleRedis && nodes < 3:
		return fmt.Sprintf("%d Redis node(s): no cluster (three masters are the least), no failover", nodes)
	case role == RoleRedis && nodes < designRedisCount:
		return fmt.Sprintf("%d Redis nodes: a master without a replica takes its slots with it", nodes)
	case role == RoleMinIO && nodes < minioNodes:
		return fmt.Sprintf("%d MinIO node(s): no erasure coding (four drives are the least), a lost disk is lost data", nodes)
	case role == RoleSFU && nodes < 2:
		return "one SFU node: its loss or its upgrade ends every meeting"
	case role == RoleAPI && nodes < 2:
		return "one API node: its loss disconnects everybody"
	default:
		return ""
	}
}
