package policies

import "sync"

// Rules returns all rules, in the order in which documents list them.
func Rules() []*Rule { return allRules() }

var allRules = sync.OnceValue(func() []*Rule {
	var all []*Rule
	for _, group := range [][]*Rule{
		storageRules(), networkRules(), clusterRules(),
		podRules(), containerRules(), accessRules(), reachRules(), reliabilityRules(), selectorRules(),
		dataRules(), planRules(), platformRules(), secretRules(),
	} {
		all = append(all, group...)
	}
	return all
})
