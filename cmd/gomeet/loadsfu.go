package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"
	"github.com/spf13/cobra"

	"github.com/gomeet/infra/internal/load"
	"github.com/gomeet/infra/internal/media"
	"github.com/gomeet/infra/internal/report"
	"github.com/gomeet/infra/sizing"
)

func newLoadSFU() *cobra.Command {
	var stack, target, api, transport, output string
	var set load.SFU
	cmd := &cobra.Command{
		Use:   "sfu",
		Short: "Hold meetings with real video, and measure what arrives",
		Long: `Hold meetings with real video, and measure what arrives.

The edge lets LiveKit's signalling through and not its room API: reach that with
"kubectl -n media port-forward service/livekit 7880" and --livekit-api http://127.0.0.1:7880.`,
		Args: cobra.NoArgs,
	}
	flags := cmd.Flags()
	flags.StringVar(&stack, "stack", "", "the stack's file, Pulumi.STACK.yaml: its host and its meetings")
	flags.StringVar(&target, "target", "", "another LiveKit than the stack's own, as in wss://rtc.example; be sure that you may")
	flags.StringVar(&api, "livekit-api", "", "where its room API is; empty is the target")
	flags.IntVar(&set.Meetings, "meetings", 1, "meetings at the same time")
	flags.IntVar(&set.Each.Participants, "participants", 0, "participants of each; 0 is the stack's")
	flags.IntVar(&set.Each.Publishers, "publishers", 0, "of whom so many publish video that all others see; 0 is the stack's")
	flags.IntVar(&set.Each.BitsPerSecond, "bits", 0, "bit/s of a video; 0 is the stack's")
	flags.DurationVar(&set.Each.Duration, "duration", 0, "how long is measured; 0 is the design's 30 minutes")
	flags.StringVar(&transport, "transport", string(media.UDP), fmt.Sprintf("one of %v", media.Transports))
	flags.StringVarP(&output, "output", "o", "table", "table, json or markdown")
	_ = cmd.MarkFlagRequired("stack")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := oneOfFormats(output); err != nil {
			return err
		}
		if !slices.Contains(media.Transports, media.Transport(transport)) {
			return fmt.Errorf("--transport %q: must be one of %v", transport, media.Transports)
		}
		cfg, err := readStack(stack)
		if err != nil {
			return err
		}
		plan, err := cfg.Plan()
		if err != nil {
			return err
		}
		usual := load.DefaultSFU(plan.Target).Each
		m := &set.Each
		m.Transport, m.JoinTime = media.Transport(transport), usual.JoinTime
		for _, value := range []struct{ set, usual *int }{
			{&m.Participants, &usual.Participants}, {&m.Publishers, &usual.Publishers}, {&m.BitsPerSecond, &usual.BitsPerSecond},
		} {
			if *value.set == 0 {
				*value.set = *value.usual
			}
		}
		if limit := plan.Daemons.LiveKit.SubscriptionLimitVideo; target == "" && m.Seen() > limit {
			return fmt.Errorf("--publishers %d: must be at most %d, the limit.subscription_limit_video of the stack's LiveKit, "+
				"which never sends a participant more videos", m.Publishers, limit)
		}
		if m.Duration == 0 {
			m.Duration = usual.Duration
		}
		server := media.Server{URL: ownTarget(cfg, load.Signalling), Key: os.Getenv("LIVEKIT_API_KEY"), Secret: os.Getenv("LIVEKIT_API_SECRET"), API: api}
		if target != "" {
			server.URL = target
		}
		if server.Key == "" || server.Secret == "" {
			return fmt.Errorf("LIVEKIT_API_KEY and LIVEKIT_API_SECRET must be in the environment: one of LiveKit's API keys")
		}
		gib := set.GiB()
		transfer, _ := plan.CatalogueUsed().Price(sizing.ProductTransfer).Times(decimal.NewFromFloat(gib).Round(2))
		fmt.Fprintf(cmd.ErrOrStderr(), "sfu: %s of %d for %s against %s\n", sizing.Meetings(set.Meetings), m.Participants, m.Duration, server.URL)
		if !load.Own(server.URL, cfg.Domain) {
			fmt.Fprintf(cmd.ErrOrStderr(), "this is no host of the stack (%s): you said --target\n", cfg.Domain)
		}
		fmt.Fprintf(cmd.ErrOrStderr(), "about %.1f GiB of media, %s at list prices, nearly all of it out of the SFU\n", gib, report.Money(transfer))
		reports, err := set.Run(cmd.Context(), server)
		if err != nil {
			return err
		}
		table, missed := sfuTable(reports)
		if err := write(cmd.OutOrStdout(), output, []report.Table{table}, reports); err != nil {
			return err
		}
		if missed {
			return load.ErrMissed
		}
		return nil
	}
	return cmd
}

func sfuTable(reports []*media.Report) (table report.Table, missed bool) {
	table = report.Table{
		Title:   "Meetings",
		Header:  []string{"", "In the room", "Videos seen", "Join, p95", "Delay, p95", "Loss", "Frames missing", "Longest freeze", "Targets"},
		Numbers: []int{1, 2, 3, 4, 5, 6, 7}, Wrap: 8,
	}
	round := func(d time.Duration) string { return d.Round(time.Millisecond).String() }
	for i, r := range reports {
		verdict := "met"
		if found := load.Judge(r); len(found) > 0 {
			verdict, missed = "missed: "+strings.Join(found, "; "), true
		}
		table.Rows = append(table.Rows, []string{
			fmt.Sprint(i + 1), fmt.Sprint(r.Participants), fmt.Sprintf("%d of %d", r.TracksSeen, r.TracksExpected), round(r.Join.P95),
			round(r.Delay.P95), fmt.Sprintf("%.2f %%", r.LossPercent()), fmt.Sprintf("%.2f %%", r.MissingPercent()), round(r.Freeze.Max), verdict,
		})
	}
	return table, missed
}
