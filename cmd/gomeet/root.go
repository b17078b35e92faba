package main

import "github.com/spf13/cobra"

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "gomeet",
		Short:         "Plan, price and operate the GoMeet platform",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(newPlan(), newSimulate(), newCatalogue(), newSecrets(), newSummary(), newRecover(), newCost(), newDrift(), newPolicy(), newCalibrate(), newVerify(), newLoad())
	return root
}
