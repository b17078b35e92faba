package sizing

// Site is one place the platform runs at: one VPC and one DOKS cluster.
type Site struct {
	// Name is the site's own name, such as "jakarta".
	Name string
	// Region is the DigitalOcean region slug. Two sites may share one.
	Region string
}

// FixedPool overrides one role's derived pool. Zero fields are derived.
type FixedPool struct {
	// Size is a Droplet size slug.
	Size string
	// Count is the number of nodes over all sites.
	Count int
	// Min and Max are autoscaling limits over all sites; used only where
	// Options.Autoscale is set.
	Min, Max int
}

// Options are choices that do not follow from the target.
type Options struct {
	// HighAvailability asks for highly available control planes.
	HighAvailability bool
	// Autoscale gives the SFU and API pools autoscaling limits.
	Autoscale bool
	// RecordingsInSpaces says that recordings go to a bucket of Spaces. The nodes of the minio
	// pool then run nothing and have no volumes; they are there so that the store can be
	// switched. Spaces' own cost is the same either way: it holds the copy, too.
	RecordingsInSpaces bool
	// Redundancy is how many nodes of the SFU and API pools may fail at the same
	// time without loss of capacity (the k of N+k). 0 means DefaultRedundancy;
	// NoRedundancy means none.
	Redundancy int
	// SFUUtilisationPercent is the CPU share of an SFU node that is planned with;
	// 0 means DefaultSFUUtilisationPercent.
	SFUUtilisationPercent int
	// BenchmarkPercent is how much of LiveKit's published benchmark is trusted;
	// 0 means DefaultBenchmarkPercent.
	BenchmarkPercent int
	// Calibration replaces the benchmark, and with it BenchmarkPercent; nil means that
	// nobody measured.
	Calibration *Calibration
	// LiveKitVersion is the server's that is deployed, such as "1.13.11", and Today the
	// day such as "2026-11-28", to judge the calibration by; empty means not judged.
	LiveKitVersion, Today string
	// CommittedUsePercent is a negotiated discount on Droplets in percent, offered
	// as an option next to the list price. DigitalOcean publishes no rate, so 0
	// (none) is the default.
	CommittedUsePercent int
}

// Input is everything a plan depends on.
type Input struct {
	Target Target
	// Sites lists the sites, the primary first.
	Sites []Site
	// Model is how counts are derived; empty means ModelDesign.
	Model Model
	// Fixed overrides pools by role.
	Fixed map[Role]FixedPool
	// Options are choices that do not follow from the target.
	Options Options
	// Catalogue holds sizes and prices; nil means the embedded one.
	Catalogue *Catalogue
}

// CatalogueUsed returns the catalogue that the input is planned with.
func (in Input) CatalogueUsed() *Catalogue {
	if in.Catalogue != nil {
		return in.Catalogue
	}
	return DefaultCatalogue()
}
