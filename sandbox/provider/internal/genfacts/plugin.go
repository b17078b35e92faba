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
// 2.7 MB, above which gRPC's own limit of 4 MiB would soon be.
const messageLimit = 64 << 20

// ask runs a provider plugin and returns its Pulumi schema and the mapping of its
// Terraform schema.
func ask(ctx context.Context, program string) (packageSchema, mapping, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := exec.CommandContext(ctx, program)
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return packageSchema{}, mapping{}, err
	}
	if err := cmd.Start(); err != nil {
		return packageSchema{}, mapping{}, err
	}
	defer func() {
		cancel()
		_ = cmd.Wait() // It was killed; there is nothing to learn from how it ended.
	}()
	port, err := bufio.NewReader(stdout).ReadString('\n') // A plugin's first line is its port.
	if err != nil {
		return packageSchema{}, mapping{}, fmt.Errorf("reading the port: %w", err)
	}
	conn, err := grpc.NewClient("127.0.0.1:"+strings.TrimSpace(port),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(messageLimit)))
	if err != nil {
		return packageSchema{}, mapping{}, err
	}
	defer conn.Close()
	client := rpc.NewResourceProviderClient(conn)
	var s packageSchema
	schema, err := client.GetSchema(ctx, &rpc.GetSchemaRequest{})
	if err == nil {
		err = json.Unmarshal([]byte(schema.Schema), &s)
	}
	if err != nil {
		return packageSchema{}, mapping{}, fmt.Errorf("asking for the schema: %w", err)
	}
	var m mapping
	terraform, err := client.GetMapping(ctx, &rpc.GetMappingRequest{Key: "terraform"})
	if err == nil {
		err = json.Unmarshal(terraform.Data, &m)
	}
	if err != nil {
		return packageSchema{}, mapping{}, fmt.Errorf("asking for the Terraform mapping: %w", err)
	}
	return s, m, nil
}
