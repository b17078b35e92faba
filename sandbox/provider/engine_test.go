package provider_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net"
	"os/exec"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/gomeet/infra/sandbox/provider"
)

// engine talks to a provider as Pulumi's engine does.
type engine struct {
	t *testing.T
	rpc.ResourceProviderClient
}

// standIn serves the stand-in and returns an engine attached to it.
func standIn(t *testing.T, cfg provider.Config) engine {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- provider.Serve(ctx, listener, cfg) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-served)
	})
	return attach(t, listener.Addr().String())
}

// official runs the official plugin and returns an engine attached to it.
func official(t *testing.T, program string) engine {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Wait() }) // t.Context has ended, which kills it.
	port, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	return attach(t, "127.0.0.1:"+strings.TrimSpace(port))
}

func attach(t *testing.T, address string) engine {
	t.Helper()
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	return engine{t, rpc.NewResourceProviderClient(conn)}
}

// object is a set of properties as plain JSON. A secret is {"(secret)": value}, an
// unknown value is "(unknown)".
type object = map[string]any

const unknown = "(unknown)"

func (e engine) configure(config object) error {
	_, err := e.Configure(context.Background(), &rpc.ConfigureRequest{
		Args: marshal(e.t, config), AcceptSecrets: true, AcceptResources: false, SendsOldInputs: true, SendsOldInputsToDelete: true,
	})
	return err
}

// must is the value of a call that has to succeed.
func must[T any](t *testing.T, what string) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		require.NoError(t, err, what)
		return value
	}
}

func marshal(t *testing.T, o object) *structpb.Struct {
	t.Helper()
	properties := resource.PropertyMap{}
	for name, value := range o {
		properties[resource.PropertyKey(name)] = fromPlain(value)
	}
	s, err := plugin.MarshalProperties(properties, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
	require.NoError(t, err)
	return s
}

func fromPlain(value any) resource.PropertyValue {
	switch v := value.(type) {
	case map[string]any:
		if secret, ok := v["(secret)"]; ok {
			return resource.MakeSecret(fromPlain(secret))
		}
		m := resource.PropertyMap{}
		for name, value := range v {
			m[resource.PropertyKey(name)] = fromPlain(value)
		}
		return resource.NewProperty(m)
	case []any:
		list := make([]resource.PropertyValue, len(v))
		for i := range v {
			list[i] = fromPlain(v[i])
		}
		return resource.NewProperty(list)
	case string:
		if v == unknown {
			return resource.MakeComputed(resource.NewProperty(""))
		}
	case int:
		return resource.NewProperty(float64(v))
	}
	return resource.NewPropertyValue(value)
}

func unmarshal(t *testing.T, s *structpb.Struct) object {
	t.Helper()
	properties, err := plugin.UnmarshalProperties(s, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
	require.NoError(t, err)
	return plainMap(properties)
}

func plainMap(m resource.PropertyMap) object {
	o := object{}
	for name, value := range m {
		// What begins with __ is the bridge's own bookkeeping.
		if !strings.HasPrefix(string(name), "__") {
			o[string(name)] = plain(value)
		}
	}
	return o
}

func plain(v resource.PropertyValue) any {
	switch {
	case v.IsSecret():
		return object{"(secret)": plain(v.SecretValue().Element)}
	case v.IsComputed(), v.IsOutput():
		return unknown
	case v.IsObject():
		return plainMap(v.ObjectValue())
	case v.IsArray():
		list := make([]any, len(v.ArrayValue()))
		for i, e := range v.ArrayValue() {
			list[i] = plain(e)
		}
		return list
	default:
		return v.V
	}
}

// clone copies plain JSON.
func clone[T any](t *testing.T, value T) T {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	var copied T
	require.NoError(t, json.Unmarshal(text, &copied))
	return copied
}
