package sizing

import (
	"fmt"
)

func (p *Plan) explainAPI() []Step {
	connections := quantity("connections", p.Demand.APIConnections, "WebSockets", "participants x connections each, the target")
	if p.Model == ModelDesign {
		return p.placed(RoleAPI, []Step{{
			Name: "nodes, the design's way",
			Inputs: []Quantity{
				quantity("connections", p.Target.Participants(), "WebSockets", sourceTarget),
				quantity("per instance", WebSocketsPerAPIInstance, "WebSockets", sourceDesign+", API services scaling"),
				quantity("spare", designAPISpare, "instances", sourceDesign),
			},
			Formula: "ceil(connections / per instance) + spare, one instance per node",
			Result:  fmt.Sprint(DesignCounts(p.Target, len(p.Sites))[RoleAPI]), Unit: "nodes",
		}})
	}
	return p.placed(RoleAPI, []Step{{
		Name: "nodes",
		Inputs: []Quantity{
			connections,
			quantity("target", WebSocketsPerAPIInstanceTarget, "WebSockets per instance", sourceDesign+", HPA averageValue"),
			quantity("limit", WebSocketsPerAPIInstance, "WebSockets per instance", sourceDesign),
			quantity("spare", p.Options.spare(), "nodes", "options"),
		},
		Formula: "max(nodes for ceil(connections / target) pods, nodes for ceil(connections / limit) pods + spare), one pod per node",
		Note:    fmt.Sprintf("of so many nodes %d run a service that holds WebSockets, the others authentication, meetings and turn", p.webSocketPods(p.Total(RoleAPI))),
		Result:  fmt.Sprint(p.Total(RoleAPI)), Unit: "nodes",
	}})
}

func (p *Plan) explainRedis() []Step {
	return p.placed(RoleRedis, []Step{
		{
			Name: "data set",
			Inputs: []Quantity{
				quantity("session", redisSessionBytes, "bytes per participant", sourceDesign),
				quantity("signalling", redisSignallingBytes, "bytes per participant", sourceDesign+": 200 MB / 50,000"),
				quantity("chat", redisChatBytes, "bytes per meeting", sourceDesign+": 500 MB / 100"),
				quantity("room", redisRoomBytes, "bytes per meeting", sourceDesign),
			},
			Formula: "participants x (session + signalling) + meetings x (chat + room)",
			Result:  number(p.Demand.RedisBytes / 1e6), Unit: "MB over all masters",
			Note: "the design counts 1.1 GB and calls it per node; its 300 MB of room state are 100 x 5 KB = 0.5 MB",
		},
		{
			Name:    "nodes",
			Inputs:  []Quantity{quantity("masters", redisMasters(p.Total(RoleRedis)), "", "three is the least of a Redis cluster")},
			Formula: "masters and a replica each",
			Result:  fmt.Sprint(p.Total(RoleRedis)), Unit: "nodes",
		},
	})
}

func (p *Plan) explainRedisMemory() []Step {
	size, _ := p.CatalogueUsed().Size(p.Size(RoleRedis))
	return []Step{{
		Name: "maxmemory",
		Inputs: []Quantity{
			quantity("allocatable", size.Allocatable().MemoryMiB, "MiB of "+size.Slug, "reservation rule, measured on a DOKS node"),
			quantity("copy on write", 2, "x", "redis.io, memory optimisation: a snapshot may copy every page"),
		},
		Formula: "allocatable / copy on write",
		Result:  fmt.Sprint(p.Daemons.Redis.MaxMemoryMiB), Unit: "MiB",
		Note: fmt.Sprintf("the data set is %d MiB per master", p.Daemons.Redis.DataMiB),
	}}
}

func (p *Plan) explainMinIO() []Step {
	nodes := Step{
		Name:    "nodes",
		Inputs:  []Quantity{quantity("least", minioNodes, "nodes", "MinIO, EC:2 on four drives: half usable, write quorum 3")},
		Formula: "the least, or more when a volume would exceed 16 TiB",
		Result:  fmt.Sprint(p.Total(RoleMinIO)), Unit: "nodes",
	}
	if p.idle(RoleMinIO) {
		nodes.Note = "recordings are in Spaces: nothing runs on these nodes, and they have no volumes"
		return p.placed(RoleMinIO, []Step{nodes})
	}
	volume, reason := p.volumeGiB(RoleMinIO, "")
	return p.placed(RoleMinIO, []Step{
		nodes,
		{
			Name: "volume per node",
			Inputs: []Quantity{
				quantity("hot recordings", p.Demand.HotRecordingTB, "TB", "recordings"),
				quantity("usable", minioUsablePercent, "%", "EC:2 on four nodes"),
				quantity("fill", minioFillPercent, "%", "headroom"),
			},
			Formula: reason,
			Result:  fmt.Sprint(volume), Unit: "GiB",
			Note: fmt.Sprintf("%d GiB usable", minioUsableGiB(p.Total(RoleMinIO), volume)),
		},
	})
}

func (p *Plan) explainRecorder() []Step {
	return p.placed(RoleRecorder, []Step{{
		Name: "vCPUs to record",
		Inputs: []Quantity{
			quantity("recorded", p.Demand.RecordedMeetings, "meetings at once", sourceTarget),
			quantity("cost", recorderCPUs, "vCPUs each", "livekit/egress pkg/config/service.go: room composite"),
			quantity("utilisation", recorderUtilisationPercent, "%", "livekit/egress: max_cpu_utilization"),
		},
		Formula: "recorded x cost / utilisation",
		Result:  fmt.Sprint(RecorderVCPUs(p.Demand.RecordedMeetings)), Unit: "vCPUs",
		Note: "the design document has no recorders",
	}})
}

func (p *Plan) explainLoadBalancers() []Step {
	var steps []Step
	for _, lb := range p.Daemons.LoadBalancers {
		if lb.Edge == EdgeData {
			steps = append(steps, Step{
				Name:    "load balancer data of " + lb.Site,
				Inputs:  []Quantity{quantity("nodes", 1, "node", "the API and SFU nodes of other sites keep some hundred connections")},
				Formula: "nodes + 1 that may fail", Result: fmt.Sprint(lb.SizeUnit), Unit: "size units",
				Note: "not the design's: it has a private address, at which other sites reach the databases",
			})
			continue
		}
		if lb.Edge == EdgeWeb {
			steps = append(steps, Step{
				Name: "load balancer web of " + lb.Site,
				Inputs: []Quantity{
					quantity("nodes", 1, "node", "10,000 requests per second each; docs.digitalocean.com, scale load balancers, 2026-07-13"),
				},
				Formula: "nodes + 1 that may fail, if there is more than one API node behind it",
				Result:  fmt.Sprint(lb.SizeUnit), Unit: "size units",
			})
			continue
		}
		steps = append(steps, Step{
			Name: fmt.Sprintf("load balancer %s of %s", lb.Edge, lb.Site),
			Inputs: []Quantity{
				quantity("connections", lb.Connections, "WebSockets", "API and LiveKit signalling, by the site's share of API nodes"),
				quantity("per node", LoadBalancerNodeConnections, "connections", "docs.digitalocean.com, scale load balancers, 2026-07-13"),
			},
			Formula: "ceil(connections / per node) + 1 that may fail",
			Result:  fmt.Sprint(lb.SizeUnit), Unit: "size units",
			Note: fmt.Sprintf("with TLS on the load balancer everybody is back after %d s (250 new TLS connections per node and second)", lb.ReconnectSeconds),
		})
	}
	return steps
}

func (p *Plan) explainPgBouncer() []Step {
	b := p.Daemons.PgBouncer
	return []Step{{
		Name: "max_db_connections",
		Inputs: []Quantity{
			quantity("max_connections", b.MaxConnections, "connections", sourceDesign+": 500 on 32 GB, less on smaller nodes"),
			quantity("pooled", PGPooledPercent, "%", "the rest is for superusers, replication, exporters and migrations"),
			quantity("instances", b.Instances, "poolers", "one beside each PostgreSQL node"),
		},
		Formula: "max_connections x pooled / instances, rounded down to tens",
		Result:  fmt.Sprint(b.MaxDBConnections), Unit: "connections per pooler",
		Note: "the limit is per PgBouncer: the design's 500 each would be 1,500",
	}}
}

func (p *Plan) explainRecordings() []Step {
	d, t := p.Demand, p.Target
	return []Step{
		{
			Name: "written per day",
			Inputs: []Quantity{
				quantity("recorded", d.RecordedMeetings, "meetings", sourceTarget),
				quantity("hours", d.MeetingHoursPerDay, "per day", sourceTarget),
				quantity("bit rate", t.RecordingBitsPerSecond, "bits per second", sourceTarget),
			},
			Formula: "recorded x hours x 3600 x bit rate / 8",
			Result:  number(d.RecordingTBPerDay), Unit: "TB per day",
			Note: "2 Mbit/s are 0.9 GB per hour, not 9",
		},
		{
			Name: "kept",
			Inputs: []Quantity{
				quantity("hot", t.HotDays, "days", sourceTarget), quantity("retention", t.RetentionDays, "days", sourceTarget),
			},
			Formula: "per day x hot, in the stack's own object store; per day x retention, in Spaces",
			Result:  number(d.HotRecordingTB) + " hot, " + number(d.KeptRecordingTB) + " in all", Unit: "TB",
		},
	}
}

func (p *Plan) explainTransfer() []Step {
	b := p.Cost.Expected
	return []Step{{
		Name: "outbound transfer per month",
		Inputs: []Quantity{
			quantity("out", p.Demand.GbpsOut, "Gbit/s", "room.traffic x meetings"),
			quantity("hours", b.Scenario.HoursPerMonth, "per month", sourceTarget),
			quantity("allowance", b.AllowanceGiB.String(), "GiB", "transfer of the Droplets, pooled per team; unknown ones count as none"),
		},
		Formula: "out x hours x 3600 / 8 - allowance",
		Result:  b.Component(ComponentTransfer).StringFixed(2), Unit: "US dollars",
		Note: fmt.Sprintf("%s TiB before the allowance; the allowance of %d Droplets is not known", number(p.Demand.EgressTiBPerMonth), b.AllowanceUnknown),
	}}
}

func (p *Plan) explainCost() []Step {
	var steps []Step
	for _, item := range p.Cost.Expected.Items {
		amount, known := item.Amount()
		result := "no price"
		if known {
			result = amount.StringFixed(2)
		}
		source := item.Price.Source
		if !item.Price.Verified {
			source += " (unverified)"
		}
		steps = append(steps, Step{
			Name: item.Component + " " + item.Site + ": " + item.Name,
			Inputs: []Quantity{
				quantity("quantity", item.Quantity.String(), item.Price.Unit, "the plan"),
				quantity("price", item.Price.String(), "", source+", "+item.Price.Date),
			},
			Formula: "quantity x price", Result: result, Unit: "US dollars per month", Note: item.Price.Note,
		})
	}
	return steps
}
