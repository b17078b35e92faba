package policies

// storageRules are about what lies in Spaces, and about Droplets that are made by hand.
func storageRules() []*Rule {
	return []*Rule{
		{
			ID: "do-bucket-versioning", Severity: Medium,
			Title:      "Buckets keep old versions of their objects",
			Why:        "Without versions an overwritten or deleted object is gone, also when ransomware did it.",
			Fix:        "Set versioning.enabled, and a lifecycle rule that ends old versions.",
			References: []string{"CKV_DIO_1", "DIG-0007"},
			Types:      []string{bucketType},
			Each: func(_ *Settings, r Resource) []Problem {
				return one(r.Get("versioning", "enabled").NotTrue(), "", "the bucket is not versioned")
			},
		},
		{
			ID: "do-bucket-private", Severity: Critical,
			Title:      "Buckets and objects are private",
			Why:        "Everybody who guesses its name can read a public bucket. Recordings are people.",
			Fix:        `Set acl to "private" and hand out signed URLs.`,
			References: []string{"CKV_DIO_3", "DIG-0006"},
			Types:      []string{bucketType, objectType},
			Each: func(_ *Settings, r Resource) []Problem {
				acl := r.Get("acl")
				return one(!acl.Absent() && acl.NotText("private"), "", "acl is %q", acl.Text())
			},
		},
		{
			ID: "do-bucket-force-destroy", Severity: Medium,
			Title:      "Buckets that hold objects cannot be deleted",
			Why:        "forceDestroy deletes all objects with the bucket, without a question.",
			Fix:        "Set forceDestroy to false, and empty a bucket on purpose before it goes.",
			References: []string{"DIG-0009"},
			Types:      []string{bucketType},
			Each: func(_ *Settings, r Resource) []Problem {
				return one(r.Get("forceDestroy").True(), "", "forceDestroy is on")
			},
		},
		{
			ID: "do-droplet-ssh-keys", Severity: High,
			Title:      "Droplets are reached with SSH keys",
			Why:        "A Droplet without keys gets a root password by mail.",
			Fix:        "Set sshKeys.",
			References: []string{"CKV_DIO_2", "DIG-0004"},
			Types:      []string{dropletType},
			Each: func(_ *Settings, r Resource) []Problem {
				keys := r.Get("sshKeys")
				return one(!keys.Unknown() && len(keys.Items()) == 0, "", "there are no SSH keys")
			},
		},
	}
}
