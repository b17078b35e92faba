package policypack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/gomeet/infra/policies"
	"github.com/gomeet/infra/stacks"
)

// settingsFile is in the pack's folder, beside PulumiPolicy.yaml.
const settingsFile = "settings.yaml"

// Server is the pack: it answers the engine.
type Server struct {
	pulumirpc.UnimplementedAnalyzerServer

	// root is the pack's folder as the engine names it.
	root     string
	settings *policies.Settings
	// levels are those that the engine's user chose, by rule.
	levels map[string]pulumirpc.EnforcementLevel
}

var _ pulumirpc.AnalyzerServer = (*Server)(nil)

// Serve answers the engine until it goes. It first prints the port it listens on, by
// which the engine finds it.
func Serve() error {
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Init: func(s *grpc.Server) error {
			pulumirpc.RegisterAnalyzerServer(s, &Server{})
			return nil
		},
	})
	if err != nil {
		return fmt.Errorf("listening for the engine: %w", err)
	}
	fmt.Println(handle.Port)
	return <-handle.Done
}

// Handshake implements pulumirpc.AnalyzerServer: it says where the pack's folder is.
func (s *Server) Handshake(
	_ context.Context, r *pulumirpc.AnalyzerHandshakeRequest,
) (*pulumirpc.AnalyzerHandshakeResponse, error) {
	s.root = r.GetRootDirectory()
	return &pulumirpc.AnalyzerHandshakeResponse{}, nil
}

// ConfigureStack implements pulumirpc.AnalyzerServer: it reads the settings for the stack.
// The stack's configuration says what it is sized from.
func (s *Server) ConfigureStack(
	_ context.Context, r *pulumirpc.AnalyzerStackConfigureRequest,
) (*pulumirpc.AnalyzerStackConfigureResponse, error) {
	file, err := policies.Read(settingsPath(s.root))
	if err != nil {
		return nil, err
	}
	s.settings = file.For(r.GetStack(), time.Now())
	config := stacks.PlainConfig(func(key string) (string, bool) {
		value, found := r.GetConfig()[key]
		return value, found
	})
	// A configuration that does not load is the program's to report.
	if cfg, err := stacks.Inspect(r.GetStack(), config); err == nil {
		s.settings = cfg.PolicySettings(file, time.Now())
	}
	return &pulumirpc.AnalyzerStackConfigureResponse{}, nil
}

// settingsPath finds the settings in the pack's folder. That is the working directory,
// or, when the engine starts this program as a file, the folder that it names.
func settingsPath(root string) string {
	if _, err := os.Stat(settingsFile); err == nil {
		return settingsFile
	}
	return filepath.Join(root, settingsFile)
}

// Configure implements pulumirpc.AnalyzerServer: it takes the levels of --policy-pack-config.
func (s *Server) Configure(_ context.Context, r *pulumirpc.ConfigureAnalyzerRequest) (*emptypb.Empty, error) {
	s.levels = map[string]pulumirpc.EnforcementLevel{}
	for rule, config := range r.GetPolicyConfig() {
		s.levels[rule] = config.GetEnforcementLevel()
	}
	return &emptypb.Empty{}, nil
}

// Remediate implements pulumirpc.AnalyzerServer: no policy changes a resource.
func (s *Server) Remediate(context.Context, *pulumirpc.AnalyzeRequest) (*pulumirpc.RemediateResponse, error) {
	return &pulumirpc.RemediateResponse{}, nil
}

// Cancel implements pulumirpc.AnalyzerServer.
func (s *Server) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

// errNotConfigured is the answer to an engine that asks before it says for which stack.
var errNotConfigured = errors.New("the policies are not configured for a stack yet")
