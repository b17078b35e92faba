package sizing

import (
	"fmt"
	"math"
	"strings"
)

const (
	sourceBenchmark = "docs.livekit.io self-hosting/benchmark, 2025-08-13"
	sourceDesign    = "design document"
	sourceRFC       = "RFC 791, 768, 3550, 3711"
)

func (p *Plan) explainRoom() []Step {
	t, room := p.Target, p.Demand.PerMeeting
	return []Step{
		{
			Name: "tracks forwarded per meeting",
			Inputs: []Quantity{
				quantity("participants", room.Participants, "", sourceTarget),
				quantity("publishers", room.VideoPublishers, "with video", sourceTarget),
				quantity("speakers", room.Speakers, "at once", sourceTarget),
				quantity("videos seen", t.visible(), "per participant", sourceTarget),
			},
			Formula: "everybody receives the videos seen and the speakers, and nobody their own",
			Result:  fmt.Sprint(room.ForwardedTracks), Unit: "tracks",
			Note: fmt.Sprintf("%d if subscriptions are not limited", room.UnlimitedTracks),
		},
		{
			Name: "packets forwarded per meeting",
			Inputs: []Quantity{
				quantity("video payload", videoPayloadBytes, "bytes per packet", sourceBenchmark+", livestream row"),
				quantity("speech", speechPackets, "packets per second", "RFC 7587, 20 ms frames"),
				quantity("video bit rate", t.High.BitsPerSecond, "bits per second", sourceTarget),
			},
			Formula: "videos x bit rate / 8 / video payload + audio tracks x speech + signalling",
			Result:  number(room.PacketsOut), Unit: "packets per second",
		},
		{
			Name: "bandwidth per meeting",
			Inputs: []Quantity{
				quantity("payload out", room.PayloadBitsOut/giga, "Gbit/s", "above"),
				quantity("header", headerBytes, "bytes per packet", sourceRFC),
				quantity("packets", room.PacketsOut, "per second", "above"),
			},
			Formula: "payload out + packets x header x 8",
			Result:  number(room.BitsOut / giga), Unit: "Gbit/s out",
			Note: number(room.BitsIn/giga) + " Gbit/s in",
		},
	}
}

func (p *Plan) explainSFU() []Step {
	if p.Model == ModelDesign {
		return p.placed(RoleSFU, []Step{{
			Name: "nodes, the design's way",
			Inputs: []Quantity{
				quantity("participants per meeting", p.Target.ParticipantsPerMeeting, "", sourceTarget),
				quantity("participants per node", designParticipantsPerSFU, "", sourceDesign+", LiveKit SFU cluster requirements"),
				quantity("spare", designSFUSpare, "nodes", sourceDesign),
			},
			Formula: "ceil(participants per meeting / participants per node) + spare",
			Result:  fmt.Sprint(DesignCounts(p.Target, len(p.Sites))[RoleSFU]), Unit: "nodes",
			Note: "wrong twice: it sizes one meeting and not all of them, and a meeting cannot span nodes; see the capacity model",
		}})
	}
	size, _ := p.CatalogueUsed().Size(p.Size(RoleSFU))
	node := p.Target.SFUCapacity(size, p.Options)
	steps := append(p.explainRoom(),
		p.explainRoomVCPUs(node),
		p.explainNode(size, node),
		Step{
			Name: "nodes",
			Inputs: []Quantity{
				quantity("meetings", p.Target.Meetings, "", sourceTarget),
				quantity("spare", p.Options.spare(), "nodes", "options; the design has 2"),
			},
			Formula: "ceil(meetings / meetings per node) + spare; the cheapest size of the catalogue for that",
			Result:  fmt.Sprint(p.Total(RoleSFU)), Unit: "nodes",
		})
	return p.placed(RoleSFU, steps)
}

// explainNode derives how many meetings a node carries.
func (p *Plan) explainNode(size Size, node SFUCapacity) Step {
	step := Step{
		Name: "meetings per node",
		Inputs: []Quantity{
			quantity("vCPUs", size.VCPUs, "of "+size.Slug, "catalogue of "+p.CatalogueUsed().Date),
			quantity("DOKS", float64(kubeletMilliCPU+daemonMilliCPU)/1000, "vCPUs", "measured on a DOKS node, 2024-01-11"),
			quantity("utilisation", node.UtilisationPercent, "%", "options; the design scales up at 70 %"),
			quantity("network", size.NetworkBitsPerSecond()/giga, "Gbit/s", "docs.digitalocean.com/products/droplets/details/limits"),
		},
		Formula: "min(floor((vCPUs - DOKS) x utilisation / vCPUs per meeting), floor(network x utilisation / bandwidth per meeting))",
		Result:  fmt.Sprint(node.Rooms), Unit: "meetings",
		Note: fmt.Sprintf("%s binds; the largest single meeting this node holds has %d participants", node.Binding, node.LargestRoom),
	}
	if c := p.Options.Calibration; c != nil {
		step.Inputs = append(step.Inputs, quantity("idle", c.IdleVCPUs, "vCPUs", c.String()))
		step.Formula = strings.Replace(step.Formula, "(vCPUs - DOKS) x utilisation", "((vCPUs - DOKS) x utilisation - idle)", 1)
	}
	return step
}

// explainRoomVCPUs derives what a meeting takes, from the calibration or the benchmark.
func (p *Plan) explainRoomVCPUs(node SFUCapacity) Step {
	o := p.Options.withDefaults()
	step := Step{Name: "vCPUs per meeting", Result: number(node.RoomVCPUs), Unit: "vCPUs"}
	c := o.Calibration
	switch {
	case c == nil:
		step.Inputs = []Quantity{
			quantity("packet out", BenchmarkCost.PerPacketOut*1e6, "us of vCPU", sourceBenchmark+", fitted to its three rows"),
			quantity("byte out", BenchmarkCost.PerByteOut*1e9, "ns of vCPU", "the same"),
			quantity("packet in", BenchmarkCost.PerPacketIn*1e6, "us of vCPU", "the same"),
			quantity("trust", o.BenchmarkPercent, "%", "options; half was reproduced, livekit/livekit#3285"),
		}
		step.Formula = "(packets out x packet out + bytes out x byte out + packets in x packet in) / trust"
		return step
	case c.PerPacketIn.High > 0:
		step.Inputs = []Quantity{c.perVCPU(), quantity("packet in", c.PerPacketIn.High*1e6, "us of vCPU",
			fmt.Sprintf("the same; the upper end of %s to %s", number(c.PerPacketIn.Low*1e6), number(c.PerPacketIn.High*1e6)))}
		step.Formula = "packets out / packets per vCPU + packets in x packet in"
	default:
		step.Inputs = []Quantity{c.perVCPU(), quantity("fan-out", c.LowestFanOut, "packets out per packet in", "the same; the lowest measured")}
		step.Formula = "max(packets out, packets in x fan-out) / packets per vCPU"
	}
	step.Note = fmt.Sprintf("the published benchmark at %d %% would be %s vCPUs", DefaultBenchmarkPercent,
		number(Options{BenchmarkPercent: DefaultBenchmarkPercent}.roomVCPUs(p.Demand.PerMeeting)))
	return step
}

// perVCPU is the trusted end of what was measured.
func (c *Calibration) perVCPU() Quantity {
	return quantity("packets per vCPU", math.Round(c.PacketsPerVCPU.Low), "per second", fmt.Sprintf("%s; the lower end of %.0f to %.0f at %d %%",
		c, c.PacketsPerVCPU.Low, c.PacketsPerVCPU.High, c.ConfidencePercent))
}

func (p *Plan) explainLiveKit() []Step {
	l, room := p.Daemons.LiveKit, p.Demand.PerMeeting
	size, _ := p.CatalogueUsed().Size(p.Size(RoleSFU))
	rooms := max(l.Rooms, 1)
	allVideo, allAudio := p.Target.subscribable()
	return []Step{
		{
			Name: "limit.subscription_limit_video, _audio",
			Inputs: []Quantity{
				quantity("held at once", largeMeeting.Publishers*(largeMeeting.Subscribers-1), fmt.Sprintf("subscriptions on %d vCPUs", largeMeeting.VCPUs), sourceBenchmark+", large meeting row"),
				quantity("vCPUs", size.VCPUs, "of "+size.Slug, "catalogue of "+p.CatalogueUsed().Date),
				quantity("participants", rooms*p.Target.ParticipantsPerMeeting, "per node", "sfu.nodes"),
				quantity("videos and voices", fmt.Sprintf("%d, %d", allVideo, allAudio), "in a full meeting, a shared screen with them", sourceTarget),
			},
			Formula: "held at once x vCPUs / benchmark vCPUs / participants, half each, not above a full meeting's, not below what the target shows and plays",
			Result:  fmt.Sprintf("%d, %d", l.SubscriptionLimitVideo, l.SubscriptionLimitAudio), Unit: "tracks per participant",
			Note: "a guard of the node: LiveKit counts what is held, in the order it came, flowing or not",
		},
		{
			Name: "limit.num_tracks",
			Inputs: []Quantity{
				quantity("meetings per node", rooms, "", "sfu.nodes"),
				quantity("published", room.PublishedTracks+sharedScreens, "tracks per meeting, a shared screen with them", "room.traffic"),
				quantity("subscriptions", l.SubscriptionLimitVideo+l.SubscriptionLimitAudio, "per participant", "above"),
				quantity("participants", p.Target.ParticipantsPerMeeting, "and the recorder of a recorded meeting", sourceTarget),
			},
			Formula: "meetings per node x (published + participants x subscriptions)",
			Result:  fmt.Sprint(l.NumTracks), Unit: "tracks",
			Note: "held, like the subscriptions; limit.bytes_per_sec guards what flows",
		},
		{
			Name: "limit.bytes_per_sec",
			Inputs: []Quantity{
				quantity("meetings per node", max(l.Rooms, 1), "", "sfu.nodes"),
				quantity("bandwidth per meeting", (room.BitsIn+room.BitsOut)/giga, "Gbit/s in and out", "room.traffic"),
				quantity("utilisation", p.Options.withDefaults().SFUUtilisationPercent, "%", "options"),
			},
			Formula: "meetings per node x bandwidth per meeting / 8 / utilisation",
			Result:  fmt.Sprint(l.BytesPerSecond), Unit: "bytes per second",
			Note: "LiveKit refuses who comes when in and out together reach it",
		},
	}
}
