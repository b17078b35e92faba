package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// messageLimit is the largest answer accepted, in bytes: the provider's schema is
// 3.6 MB, its mapping is of the same order, and gRPC's own limit is 4 MiB.
const messageLimit = 64 << 20

// ask runs a provider plugin and returns its Pulumi schema and the mapping of its
// Terraform schema.
func ask(ctx context.Context, program string) (s packageSchema, m mapping, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := exec.CommandContext(ctx, program)
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return s, m, fmt.Errorf("running %q: %w", program, err)
	}
	if err := cmd.Start(); err != nil {
		return s, m, fmt.Errorf("running %q: %w", program, err)
	}
	defer func() {
		cancel()
		_ = cmd.Wait() // It was killed; there is nothing to learn from how it ended.
	}()
	port, err := bufio.NewReader(stdout).ReadString('\n') // A plugin's first line is its port.
	if err != nil {
		return s, m, fmt.Errorf("reading the port of %q: %w", program, err)
	}
	conn, err := grpc.NewClient("127.0.0.1:"+strings.TrimSpace(port),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(messageLimit)))
	if err != nil {
		return s, m, fmt.Errorf("connecting to %q: %w", program, err)
	}
	defer conn.Close()
	client := rpc.NewResourceProviderClient(conn)
	schema, err := client.GetSchema(ctx, &rpc.GetSchemaRequest{})
	if err != nil {
		return s, m, fmt.Errorf("asking %q for its schema: %w", program, err)
	}
	if err := json.Unmarshal([]byte(schema.Schema), &s); err != nil {
		return s, m, fmt.Errorf("reading the schema of %q: %w", program, err)
	}
	terraform, err := client.GetMapping(ctx, &rpc.GetMappingRequest{Key: "terraform"})
	if err != nil {
		return s, m, fmt.Errorf("asking %q for its Terraform mapping: %w", program, err)
	}
	if err := json.Unmarshal(terraform.Data, &m); err != nil {
		return s, m, fmt.Errorf("reading the Terraform mapping of %q: %w", program, err)
	}
	if path := os.Getenv("DUMP"); path != "" {
		os.WriteFile(path, terraform.Data, 0o600)
		os.WriteFile(path+".schema", []byte(schema.Schema), 0o600)
	}
	return s, m, nil
}
