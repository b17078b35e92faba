package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
)

// resources and functions are what the stand-in supports.
var (
	resources = []string{
		"Cdn", "Certificate", "ContainerRegistry", "DnsRecord", "Domain", "Firewall", "KubernetesCluster",
		"KubernetesNodePool", "LoadBalancer", "MonitorAlert", "Project", "ProjectResources", "ReservedIp",
		"SpacesBucket", "SpacesBucketCorsConfiguration", "SpacesBucketPolicy", "SpacesKey", "Tag",
		"UptimeAlert", "UptimeCheck", "Volume", "Vpc", "VpcPeering",
	}
	functions = []string{
		"getAccount", "getKubernetesCluster", "getKubernetesVersions", "getLoadBalancer", "getProject",
		"getRegion", "getRegions", "getSizes", "getTag", "getVpc",
	}
)

func main() {
	plugin := flag.String("plugin", "pulumi-resource-digitalocean", "the official provider's plugin, a program")
	out := flag.String("out", "facts.json", "the file to write")
	flag.Parse()
	if err := run(*plugin, *out); err != nil {
		fmt.Fprintln(os.Stderr, "genfacts:", err)
		os.Exit(1)
	}
}

func run(plugin, out string) error {
	schema, terraform, err := ask(context.Background(), plugin)
	if err != nil {
		return fmt.Errorf("running %q: %w", plugin, err)
	}
	var resourceTokens, functionTokens []string
	for _, name := range resources {
		resourceTokens = append(resourceTokens, "digitalocean:index/"+strings.ToLower(name[:1])+name[1:]+":"+name)
	}
	for _, name := range functions {
		functionTokens = append(functionTokens, "digitalocean:index/"+name+":"+name)
	}
	table, err := collect(schema, terraform, resourceTokens, functionTokens)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(table); err != nil {
		return err
	}
	// One property a line, so that a diff between versions can be read.
	text := strings.ReplaceAll(b.String(), `},"`, "},\n\"")
	return os.WriteFile(out, []byte(text), 0o644)
}
