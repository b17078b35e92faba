package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gomeet/infra/internal/report"
	"github.com/gomeet/infra/internal/verify"
)

// errVerify is what the exit code says; the report has said the rest.
var errVerify = errors.New("not everything was verified")

// verifyFlags are what the command was asked for.
type verifyFlags struct {
	stack, format, file, ca, tokenFile string
	list                               bool
	resolve, prometheus, roomAPI       []string
}

func newVerify() *cobra.Command {
	var f verifyFlags
	o := verify.DefaultOptions()
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Check a deployed stack from outside, as a user does",
		Long: fmt.Sprintf(`Check a deployed stack from outside, as a user does: names, certificates, requests,
WebSockets, meetings over UDP, TCP and TURN, a recording; and ask its Prometheus for what
cannot be seen from outside. The design's five performance targets are among it.

It joins rooms of its own and deletes them, and the recording, also on ctrl-C. With the
defaults a site's meetings send and receive %.0f MB together: twice as many participants,
publishers, bits per second or seconds are that many times more. The SFU nodes
send most of it, which counts towards the account's transfer.

Exit codes: 0 everything passed, 2 something failed, 1 it could not find out. What is
skipped counts as neither. docs/verify.md says what each check proves.`, o.Traffic()/1e6),
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd, o) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.stack, "stack", "dev", "the stack")
	flags.StringVarP(&f.format, "output", "o", "table", "table, json or markdown")
	flags.StringVar(&f.file, "report-file", "", "show a report that was saved with -o json, and check nothing")
	flags.BoolVar(&f.list, "list", false, "list the checks, and check nothing")
	flags.StringSliceVar(&o.Only, "only", nil, "run these checks")
	flags.StringSliceVar(&o.Skip, "skip", nil, "run all but these checks")
	flags.StringSliceVar(&f.resolve, "resolve", nil, "reach HOST[:PORT] at another address, as HOST[:PORT]=ADDRESS[:PORT]; DNS is not asked for it")
	flags.StringVar(&f.ca, "ca-file", "", "trust the authorities in this file (PEM) besides the system's")
	flags.StringVar(&f.tokenFile, "api-token-file", "", "a session token of the API, for its WebSockets")
	flags.StringSliceVar(&f.prometheus, "prometheus", nil, "a site's Prometheus as [SITE=]URL, in place of a tunnel into the cluster")
	flags.StringSliceVar(&f.roomAPI, "livekit-api", nil, "a site's LiveKit room API as [SITE=]URL, in place of a tunnel into the cluster")
	flags.IntVar(&o.Requests, "requests", o.Requests, "requests that measure the API")
	flags.IntVar(&o.Connections, "connections", o.Connections, "WebSockets that are opened, ten at a time")
	flags.IntVar(&o.Meeting.Participants, "participants", o.Meeting.Participants, "people in each meeting")
	flags.IntVar(&o.Meeting.Publishers, "publishers", o.Meeting.Publishers, "how many of them publish video")
	flags.IntVar(&o.Meeting.BitsPerSecond, "bitrate", o.Meeting.BitsPerSecond, "bits per second of each video")
	flags.DurationVar(&o.Meeting.Duration, "duration", o.Meeting.Duration, "how long each meeting is measured")
	flags.DurationVar(&o.RecordTime, "record-duration", o.RecordTime, "how long the recording goes on")
	return cmd
}

var verifyFormats = map[string]func(io.Writer, *verify.Report) error{
	"table":    func(w io.Writer, r *verify.Report) error { report.VerifyTable(w, r); return nil },
	"markdown": func(w io.Writer, r *verify.Report) error { report.VerifyMarkdown(w, r); return nil },
	"json":     func(w io.Writer, r *verify.Report) error { return report.JSON(w, r) },
}

// run verifies, or shows what was asked for instead.
func (f *verifyFlags) run(cmd *cobra.Command, o verify.Options) error {
	write, ok := verifyFormats[f.format]
	if !ok {
		return fmt.Errorf("--output %q: must be table, json or markdown", f.format)
	}
	out := cmd.OutOrStdout()
	switch {
	case f.list:
		report.VerifyChecks(out)
		return nil
	case f.file != "":
		return showSaved(out, f.file, "verify", write)
	}
	if err := f.apply(&o); err != nil {
		return err
	}
	o.Log = cmd.ErrOrStderr()
	d, finish, err := f.deployment(cmd.Context())
	if err != nil {
		return err
	}
	defer finish()
	for flag, urls := range map[string]map[string]string{"--prometheus": o.Prometheus, "--livekit-api": o.RoomAPI} {
		if err := atSites(d, flag, urls); err != nil {
			return err
		}
	}
	r, err := verify.Run(cmd.Context(), *d, o)
	if err != nil {
		return err
	}
	if err := write(out, r); err != nil {
		return err
	}
	if code := r.ExitCode(); code != verify.ExitPass {
		return exitError{errVerify, code}
	}
	return nil
}

// atSites puts URLs without a site at the first one.
func atSites(d *verify.Deployment, flag string, urls map[string]string) error {
	known := map[string]bool{}
	for _, site := range d.Sites {
		known[site.Name] = true
	}
	for site, url := range urls {
		switch {
		case site == "":
			delete(urls, site)
			urls[d.Sites[0].Name] = url
		case !known[site]:
			return fmt.Errorf("%s %s=%s: the stack has no site %q", flag, site, url, site)
		}
	}
	return nil
}

// bySite reads [SITE=]URL.
func bySite(flag string, values []string) (map[string]string, error) {
	urls := map[string]string{}
	for _, value := range values {
		site, url, named := strings.Cut(value, "=")
		if !named || strings.Contains(site, ":") {
			site, url = "", value
		}
		if !strings.HasPrefix(url, "http://") && !strings.HasPrefix(url, "https://") {
			return nil, fmt.Errorf("%s %q: must be [SITE=]URL, such as http://127.0.0.1:9090", flag, value)
		}
		urls[site] = url
	}
	return urls, nil
}

// withToken reads a file that holds one secret.
func withToken(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("--api-token-file: %w", err)
	}
	token := strings.TrimSpace(string(text))
	if token == "" || strings.ContainsAny(token, " \n") {
		return "", fmt.Errorf("--api-token-file %s: must hold one token", file)
	}
	return token, nil
}

// apply turns the flags into options.
func (f *verifyFlags) apply(o *verify.Options) (err error) {
	if o.Prometheus, err = bySite("--prometheus", f.prometheus); err != nil {
		return err
	}
	if o.RoomAPI, err = bySite("--livekit-api", f.roomAPI); err != nil {
		return err
	}
	if o.APIToken, err = withToken(f.tokenFile); err != nil {
		return err
	}
	return f.way(o)
}
