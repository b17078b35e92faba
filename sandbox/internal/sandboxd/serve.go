package sandboxd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/gomeet/infra/sandbox/api"
	"github.com/gomeet/infra/sandbox/kube"
	"github.com/gomeet/infra/sandbox/metrics"
	"github.com/gomeet/infra/sandbox/spaces"
	"github.com/gomeet/infra/sandbox/standin"
	"github.com/gomeet/infra/sandbox/store"
)

// Credentials of the sandbox. They open nothing but the sandbox, which is why they
// are constants: no real token can end up in its place by accident.
const (
	Token        = "sandbox-token"
	SpacesKey    = "sandbox-spaces-key"
	SpacesSecret = "sandbox-spaces-secret"
)

const (
	// shutdownTimeout bounds how long open requests may take when the sandbox stops.
	shutdownTimeout = 10 * time.Second
	// headerTimeout bounds how long a client may take to say what it wants.
	headerTimeout = 10 * time.Second
	// lockTimeout is how long to try for the lock: "status" takes it for a moment.
	lockTimeout = time.Second
)

// Serve runs the sandbox until ctx ends. Tools is the directory of the Kubernetes
// programs. The error says which port is taken, which program is missing, or that
// another sandbox has the directory.
func Serve(ctx context.Context, dir Dir, ports Ports, tools string, log *slog.Logger) error {
	if err := dir.Prepare(); err != nil {
		return err
	}
	trying, cancel := context.WithTimeout(ctx, lockTimeout)
	defer cancel()
	lock := dir.lock()
	held, err := lock.TryLockContext(trying, lockTimeout/20)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("locking the sandbox's directory: %w", err)
	}
	if !held {
		return fmt.Errorf("another sandbox runs in %s; look at it with \"gomeet-sandbox status\"", dir)
	}
	defer func() { _ = lock.Unlock() }()
	listeners, err := listen(ports)
	if err != nil {
		return err
	}
	defer listeners.close()
	if err := dir.keep(ports); err != nil {
		return err
	}
	if err := writeFile(dir.Pid(), strconv.Itoa(os.Getpid())); err != nil {
		return err
	}
	defer os.Remove(dir.Pid())

	requests, err := openLog(dir.path("requests.jsonl"))
	if err != nil {
		return err
	}
	defer requests.Close()
	resources, err := store.Open(dir.path("cloud.db"))
	if err != nil {
		return err
	}
	defer resources.Close()
	addons, err := addons(ports, log)
	if err != nil {
		return err
	}
	loads := &metrics.Loads{}
	planes, err := kube.New(kube.Config{
		Dir: dir.clusters(), BinDir: tools, Log: log, Addons: addons, Network: metrics.Network(loads),
	})
	if err != nil {
		return err
	}
	defer planes.Close()
	// The account lists the buckets, and the buckets ask the account for keys.
	var storage spaces.Storage
	cloud, err := api.New(api.Config{
		Store: resources, Planes: planes, Log: log, RequestLog: requests, SpacesEndpoint: ports.SpacesURL(),
		Registry: "sandbox",
		Buckets:  func() ([]api.Bucket, error) { return listed(storage) },
	})
	if err != nil {
		return err
	}
	buckets, storage, err := spaces.New(spaces.Config{Dir: dir.path("spaces"), Keys: keys(cloud), Log: log})
	if err != nil {
		return err
	}
	defer storage.Close()
	if err := cloud.Start(); err != nil {
		return err
	}
	defer cloud.Close()

	log.Info("sandbox up", "api", ports.APIURL(), "spaces", ports.SpacesURL(), "provider", ports.Provider)
	front := http.NewServeMux()
	front.Handle("/", cloud)
	front.Handle("/sandbox/load", loads)
	err = serveAll(ctx, listeners, front, cloud.Faulty(buckets, spaces.Refuse), standin.Config{
		Endpoint: ports.APIURL(), Token: Token,
		SpacesEndpoint: ports.SpacesURL(), SpacesKey: SpacesKey, SpacesSecret: SpacesSecret,
	})
	log.Info("sandbox stopping")
	return err
}

// serveAll serves until ctx ends or a server fails, and ends what is left.
func serveAll(ctx context.Context, l *listeners, cloud, buckets http.Handler, provider standin.Config) error {
	group, ctx := errgroup.WithContext(ctx)
	for listener, handler := range map[net.Listener]http.Handler{l.api: cloud, l.spaces: buckets} {
		server := &http.Server{Handler: handler, ReadHeaderTimeout: headerTimeout}
		group.Go(func() error {
			if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		})
		group.Go(func() error {
			<-ctx.Done()
			grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
			defer cancel()
			if err := server.Shutdown(grace); err != nil {
				return server.Close()
			}
			return nil
		})
	}
	group.Go(func() error { return standin.Serve(ctx, l.provider, provider) })
	return group.Wait()
}

// listed returns the buckets as the account shows them.
func listed(storage spaces.Storage) ([]api.Bucket, error) {
	all, err := storage.Buckets()
	list := make([]api.Bucket, len(all))
	for i, b := range all {
		list[i] = api.Bucket{Name: b.Name, Created: b.Created}
	}
	return list, err
}

// keys opens the buckets for the sandbox's own key and for those that were made
// through the API.
func keys(cloud *api.Server) spaces.Keys {
	return spaces.First(spaces.FullAccess(SpacesKey, SpacesSecret), spaces.KeyFunc(func(id string) (spaces.Key, bool) {
		secret, grants, found := cloud.SpacesKey(id)
		return spaces.Key{ID: id, Secret: secret, Grants: grants}, found
	}))
}
