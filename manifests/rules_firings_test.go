package manifests_test

import (
	"fmt"
	"maps"
	"slices"
)

func sorted(s series) []string { return slices.Sorted(maps.Keys(s)) }

// bucketed is a histogram of which a share of 1,000 events a minute is within le, in the
// form that a scrape stores.
func bucketed(name, labels, le string, within int) series {
	return series{
		fmt.Sprintf(`%s_count{%s}`, name, labels):                    "0+1000x2000",
		fmt.Sprintf(`%s_bucket{%sle="%s"}`, name, comma(labels), le): fmt.Sprintf("0+%dx2000", within),
	}
}

func comma(labels string) string {
	if labels == "" {
		return ""
	}
	return labels + ","
}

// burns are both alerts on a histogram of which 5 % (1 % of Redis') may be slow: at fast
// nearly all are, at slow a few more than allowed.
func burns(title, name, labels, le string, fast, slow, good int) map[string]firing {
	return map[string]firing{
		title + "BudgetBurnsFast": {"8h", bucketed(name, labels, le, fast), bucketed(name, labels, le, slow)},
		title + "BudgetBurnsSlow": {"26h", bucketed(name, labels, le, slow), bucketed(name, labels, le, good)},
	}
}

// opened is WebSockets a minute: good ones counted by the API, bad ones by the edge.
func opened(good, bad int) series {
	return series{
		`websocket_opened_total{app="signalling",pod="signalling-0"}`:                               fmt.Sprintf("0+%dx2000", good),
		`traefik_service_requests_total{protocol="websocket",code="502",service="signalling@file"}`: fmt.Sprintf("0+%dx2000", bad),
	}
}

// firings has every alert by its name.
var firings = collect(
	burns("API", "traefik_service_request_duration_seconds", `protocol="http",service="meetings@file"`, "0.2", 100, 780, 960),
	burns("Video", "livekit_rtt_ms", `direction="outgoing"`, "150.0", 100, 780, 960),
	burns("Database", "gomeet_api_db_query_duration_seconds", "", "0.1", 100, 780, 960),
	burns("Redis", "gomeet_api_redis_command_duration_seconds", "", "0.005", 100, 955, 992),
	map[string]firing{
		"ConnectionBudgetBurnsFast": {"8h", opened(900, 100), opened(980, 20)},
		"ConnectionBudgetBurnsSlow": {"26h", opened(980, 20), opened(998, 2)},
	},
	map[string]firing{
		"HighWebSocketConnections": {"5m",
			series{`websocket_connections{pod="a"}`: "9001x10", `websocket_connections{pod="b"}`: "9001x10"},
			series{`websocket_connections{pod="a"}`: "9000x10", `websocket_connections{pod="b"}`: "9000x10"}},
		"WebSocketPodFull": {"5m",
			series{`websocket_connections{pod="a"}`: "1950x10"}, series{`websocket_connections{pod="a"}`: "1900x10"}},
		"LoadBalancersNearlyFull": {"10m",
			// One is full over both pods; the other has room that is not its own.
			series{`traefik_open_connections{entrypoint="websocket",pod="a"}`: "35001x20", `traefik_open_connections{entrypoint="websocket",pod="b"}`: "35000x20",
				`traefik_open_connections{entrypoint="websecure",pod="a"}`: "10x20"},
			// At the plan's most. What is scraped and checked does not count.
			series{`traefik_open_connections{entrypoint="websocket",pod="a"}`: "35000x20", `traefik_open_connections{entrypoint="websocket",pod="b"}`: "35000x20",
				`traefik_open_connections{entrypoint="websecure",pod="a"}`: "17000x20", `traefik_open_connections{entrypoint="ping",pod="a"}`: "99000x20"}},
	},
	map[string]firing{
		// 54 and 45 of 60 seconds in a minute were busy.
		"SFUCPUHigh": {"15m",
			series{`node_cpu_seconds_total{role="sfu",node="n",mode="idle",cpu="0"}`: "0+6x30"},
			series{`node_cpu_seconds_total{role="sfu",node="n",mode="idle",cpu="0"}`: "0+15x30",
				`node_cpu_seconds_total{role="api",node="m",mode="idle",cpu="0"}`: "0+1x30"}},
		"LiveKitNodesMissing": {"10m", series{`up{job="livekit",pod="a"}`: "1x20"}, up("livekit", 8)},
		"SFUEgressHigh": {"15m",
			series{`node_network_transmit_bytes_total{role="sfu",node="n",device="eth0"}`: "0+12600000000x30"},
			series{`node_network_transmit_bytes_total{role="sfu",node="n",device="eth0"}`: "0+11400000000x30",
				`node_network_transmit_bytes_total{role="sfu",node="n",device="eth1"}`: "0+12600000000x30"}},
		"SFUAbovePlan": {"10m", series{`livekit_participant_total{node="n"}`: "1101x20"}, series{`livekit_participant_total{node="n"}`: "1100x20"}},
		"MeetingTooLarge": {"5m",
			// Every pod reports it.
			series{`gomeet_api_meeting_participants{meeting="m",pod="a"}`: "1501x10", `gomeet_api_meeting_participants{meeting="m",pod="b"}`: "1501x10"},
			series{`gomeet_api_meeting_participants{meeting="m",pod="a"}`: "1500x10", `gomeet_api_meeting_participants{meeting="m",pod="b"}`: "1500x10"}},
	},
	databaseFirings, redisFirings, objectStoreFirings, operationFirings,
)

// up is so many targets that answer.
func up(job string, n int) series {
	s := series{}
	for i := range n {
		s[fmt.Sprintf(`up{job="%s",pod="%s-%d"}`, job, job, i)] = "1x60"
	}
	return s
}

func collect(parts ...map[string]firing) map[string]firing {
	all := map[string]firing{}
	for _, part := range parts {
		maps.Copy(all, part)
	}
	return all
}
