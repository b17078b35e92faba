// Package cost prices what a stack has and would have: resources of the engine, with the
// catalogue of package sizing and no other price. What no resource shows, such as egress,
// comes from the usage that sizing's scenarios expect.
//
// Amounts are US dollars per month at list prices, in sizing's three scenarios. What is
// autoscaled costs its minimum in the low scenario, its planned count in the expected and
// its maximum in the peak one. What has no price is listed as such and in no sum.
package cost
