package spaces

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/johannesboyne/gofakes3"
)

// Config says what the endpoint works with. Dir and Keys are required.
type Config struct {
	// Dir holds the file spaces.db with every bucket. It is created when missing,
	// and one process at a time may use it.
	Dir string
	// Keys knows the access keys.
	Keys Keys
	// Region is where a bucket is made when neither the request's host nor its
	// LocationConstraint nor its signature names a Spaces region. Empty means
	// "nyc3", the default of the Terraform provider's digitalocean_spaces_bucket.
	Region string
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Log receives what goes wrong inside; nil discards it. It never gets a secret.
	Log *slog.Logger
}

// Bucket is one bucket, as the account sees it.
type Bucket struct {
	Name, Region string
	Created      time.Time
}

// Storage is the buckets themselves, behind the handler.
type Storage interface {
	io.Closer
	// Buckets returns every bucket, sorted by name.
	Buckets() ([]Bucket, error)
}

// New opens the buckets in cfg.Dir and returns the handler that serves them.
// Close the storage after the HTTP server has stopped. The error names the file when
// another process has it.
func New(cfg Config) (http.Handler, Storage, error) {
	if cfg.Dir == "" {
		return nil, nil, errors.New("spaces: Config.Dir is empty, want a directory")
	}
	if cfg.Keys == nil {
		return nil, nil, errors.New("spaces: Config.Keys is nil, want something that knows access keys")
	}
	if cfg.Region == "" {
		cfg.Region = "nyc3"
	}
	if !isRegion(cfg.Region) {
		return nil, nil, fmt.Errorf("spaces: Config.Region is %q, want one of %q", cfg.Region, regions)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, nil, fmt.Errorf("creating the directory of the buckets: %w", err)
	}
	s, err := openStorage(filepath.Join(cfg.Dir, "spaces.db"), cfg.Now)
	if err != nil {
		return nil, nil, err
	}
	// The front handler compares the clocks itself, in every place a date can be.
	objects := gofakes3.New(s, gofakes3.WithTimeSkewLimit(0), gofakes3.WithLogger(gofakesLog{cfg.Log}))
	return &handler{cfg: cfg, storage: s, objects: objects.Server()}, s, nil
}

// gofakesLog passes on what gofakes3 calls errors; the rest is one line per
// request.
type gofakesLog struct{ log *slog.Logger }

// Print implements gofakes3.Logger.
func (l gofakesLog) Print(level gofakes3.LogLevel, v ...any) {
	if level == gofakes3.LogErr {
		l.log.Error("spaces", "error", fmt.Sprint(v...))
	}
}
