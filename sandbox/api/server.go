package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/digitalocean/godo"
)

// Server is the API. It is an http.Handler for the paths /v2/ and /sandbox/.
type Server struct {
	cfg       Config
	mux       *http.ServeMux
	admin     *http.ServeMux
	kinds     []kind
	sizes     []godo.Size
	taskFuncs map[string]func(*call, string) error
	taskWake  chan struct{}
	delays    delays
	faults    injector
	limiter   limiter
	requests  requestLog
	clusters  clusterLoops

	closing   chan struct{}
	closeOnce sync.Once
	stop      context.CancelFunc
	work      sync.WaitGroup
}

// resources are the register functions of the resource files. To add a resource,
// add its function here; doc.go says how such a file looks.
var resources = []func(*Server){
	(*Server).registerAccount,
	(*Server).registerRegions,
	(*Server).registerSizes,
	(*Server).registerVPCs,
	(*Server).registerPeerings,
	(*Server).registerTags,
	(*Server).registerProjects,
	(*Server).registerLoadBalancers,
	(*Server).registerFirewalls,
	(*Server).registerCertificates,
	(*Server).registerDomains,
	(*Server).registerRegistry,
	(*Server).registerVolumes,
	(*Server).registerSnapshots,
	(*Server).registerReservedIPs,
	(*Server).registerAlerts,
	(*Server).registerSpacesKeys,
	(*Server).registerCDNs,
	(*Server).registerBuckets,
	(*Server).registerClusters,
	(*Server).registerNodePools,
	(*Server).registerDroplets,
	(*Server).registerKubernetesOptions,
	(*Server).registerCredentials,
	(*Server).registerAssociated,
	(*Server).registerClusterExtras,
}

// New makes a server on the content of cfg.Store. It answers requests at once;
// asynchronous operations wait for Start.
func New(cfg Config) (*Server, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	s := &Server{
		cfg:       cfg,
		mux:       http.NewServeMux(),
		admin:     http.NewServeMux(),
		taskFuncs: map[string]func(*call, string) error{},
		taskWake:  make(chan struct{}, 1),
		limiter:   limiter{RateLimit: cfg.RateLimit},
		requests:  requestLog{out: cfg.RequestLog},
		closing:   make(chan struct{}),
	}
	if s.sizes, err = loadSizes(); err != nil {
		return nil, err
	}
	for _, register := range resources {
		register(s)
	}
	s.registerAdmin()
	if err := s.delays.set(cfg.Delay); err != nil {
		return nil, err
	}
	if err := s.faults.set(Faults{}); err != nil {
		return nil, err
	}
	return s, errors.Join(s.update(makeDefaultProject), s.update(s.makeRegistry))
}

// Start starts the background work: it resumes what an earlier server on the same
// store has left unfinished. It returns at once; Close stops the work.
func (s *Server) Start() error {
	if s.stop != nil {
		return errors.New("api: the server has been started already")
	}
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.work.Go(func() { s.runTasks(ctx) })
	return s.startClusters(ctx)
}

// Close stops the background work and waits for it. Unfinished operations stay in
// the store.
func (s *Server) Close() error {
	s.closeOnce.Do(func() {
		close(s.closing)
		if s.stop != nil {
			s.stop()
		}
	})
	s.work.Wait()
	return nil
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/sandbox/") {
		s.admin.ServeHTTP(w, r)
		return
	}
	s.serveAPI(w, r)
}

// get routes GET requests of a path to a handler in a read transaction.
func (s *Server) get(path string, h handler) { s.handle(http.MethodGet, path, h, s.view) }

// post routes POST requests of a path to a handler in a write transaction.
func (s *Server) post(path string, h handler) { s.handle(http.MethodPost, path, h, s.update) }

// put routes PUT requests of a path to a handler in a write transaction.
func (s *Server) put(path string, h handler) { s.handle(http.MethodPut, path, h, s.update) }

// patch routes PATCH requests of a path to a handler in a write transaction.
func (s *Server) patch(path string, h handler) { s.handle(http.MethodPatch, path, h, s.update) }

// delete routes DELETE requests of a path to a handler in a write transaction.
func (s *Server) delete(path string, h handler) { s.handle(http.MethodDelete, path, h, s.update) }

// maxBody is the largest request body, in bytes. The largest legitimate one, a
// cluster with some pools, is a few KiB.
const maxBody = 1 << 20

func (s *Server) handle(method, path string, h handler, transact func(func(*call) error) error) {
	s.mux.HandleFunc(method+" "+path, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			sendError(w, badRequest("The request body cannot be read: %v.", err))
			return
		}
		var answer reply
		err = transact(func(c *call) (err error) {
			c.r, c.body = r, body
			answer, err = h(c)
			return err
		})
		var known *Error
		switch {
		case err == nil:
			answer.send(w)
		case errors.As(err, &known):
			sendError(w, known)
		default:
			s.cfg.Log.Error("request failed", "method", r.Method, "path", r.URL.Path, "error", err)
			sendError(w, apiError(http.StatusInternalServerError, "The sandbox could not answer: %v.", err))
		}
	})
}
