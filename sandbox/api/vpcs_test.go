package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sandbox/api"
)

func TestVPCLifecycle(t *testing.T) {
	s := start(t)
	v := s.vpc("meet.prod", "10.64.0.0/20")
	require.Equal(t, "do:vpc:"+v.ID, v.URN)
	require.False(t, v.Default)

	got, _, err := s.client.VPCs.Get(ctx, v.ID)
	require.NoError(t, err)
	require.Equal(t, v, got)

	updated, _, err := s.client.VPCs.Update(ctx, v.ID, &godo.VPCUpdateRequest{Name: "renamed", Description: "text"})
	require.NoError(t, err)
	require.Equal(t, "renamed", updated.Name)
	require.Equal(t, "text", updated.Description)
	patched, _, err := s.client.VPCs.Set(ctx, v.ID, godo.VPCSetName("again"))
	require.NoError(t, err)
	require.Equal(t, "again", patched.Name)
	require.Equal(t, "text", patched.Description)

	_, err = s.client.VPCs.Delete(ctx, v.ID)
	require.NoError(t, err)
	_, _, err = s.client.VPCs.Get(ctx, v.ID)
	requireStatus(t, err, http.StatusNotFound, "could not be found")
	require.Zero(t, s.inventory().Total)
}

func TestDefaultVPC(t *testing.T) {
	s := start(t)
	v := s.vpc("mine", "")
	list, _, err := s.client.VPCs.List(ctx, nil)
	require.NoError(t, err)
	require.Len(t, list, 2)
	standard := list[0]
	require.Equal(t, "default-sgp1", standard.Name)
	require.True(t, standard.Default)
	require.NotEqual(t, standard.IPRange, v.IPRange)

	_, err = s.client.VPCs.Delete(ctx, standard.ID)
	requireStatus(t, err, http.StatusForbidden, "Can not delete default VPCs")
	_, _, err = s.client.VPCs.Update(ctx, standard.ID, &godo.VPCUpdateRequest{Name: "x", Default: new(bool)})
	requireStatus(t, err, http.StatusUnprocessableEntity, "default is false")

	_, _, err = s.client.VPCs.Set(ctx, v.ID, godo.VPCSetDefault())
	require.NoError(t, err)
	standard, _, err = s.client.VPCs.Get(ctx, standard.ID)
	require.NoError(t, err)
	require.False(t, standard.Default)
}

func TestVPCRules(t *testing.T) {
	s := start(t)
	s.vpc("taken", "10.64.0.0/20")
	long := make([]byte, 256)
	for i := range long {
		long[i] = 'x'
	}
	for _, tc := range []struct {
		name, message string
		req           godo.VPCCreateRequest
	}{
		{"no name", `name "" is invalid`, godo.VPCCreateRequest{RegionSlug: "sgp1"}},
		{"name with a space", `name "a b" is invalid`, godo.VPCCreateRequest{Name: "a b", RegionSlug: "sgp1"}},
		{"name in use", `name "Taken" is already in use`, godo.VPCCreateRequest{Name: "Taken", RegionSlug: "sgp1"}},
		{"long description", "description has 256 characters", godo.VPCCreateRequest{Name: "v", RegionSlug: "sgp1", Description: string(long)}},
		{"no region", `region "" is invalid`, godo.VPCCreateRequest{Name: "v"}},
		{"closed region", `region "ams2" is invalid`, godo.VPCCreateRequest{Name: "v", RegionSlug: "ams2"}},
		{"no range", `ip_range "ten" is invalid`, godo.VPCCreateRequest{Name: "v", RegionSlug: "sgp1", IPRange: "ten"}},
		{"host bits", `ip_range "10.1.0.1/20" is invalid`, godo.VPCCreateRequest{Name: "v", RegionSlug: "sgp1", IPRange: "10.1.0.1/20"}},
		{"too large", "/16 to /28", godo.VPCCreateRequest{Name: "v", RegionSlug: "sgp1", IPRange: "10.0.0.0/15"}},
		{"too small", "/16 to /28", godo.VPCCreateRequest{Name: "v", RegionSlug: "sgp1", IPRange: "10.1.0.0/29"}},
		{"public", "want a range inside", godo.VPCCreateRequest{Name: "v", RegionSlug: "sgp1", IPRange: "8.8.0.0/16"}},
		{"reserved", "reserved range 10.245.0.0/16", godo.VPCCreateRequest{Name: "v", RegionSlug: "sgp1", IPRange: "10.245.16.0/20"}},
		{"overlap", "overlaps with another VPC", godo.VPCCreateRequest{Name: "v", RegionSlug: "fra1", IPRange: "10.64.8.0/24"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, _, err := s.client.VPCs.Create(ctx, &tc.req)
			requireStatus(t, err, http.StatusUnprocessableEntity, tc.message)
		})
	}
	require.Equal(t, []string{"taken"}, s.inventory().Kinds["vpcs"].Names)
}

func TestVPCWithMembers(t *testing.T) {
	s := start(t)
	v := s.vpc("meet", "10.64.0.0/20")
	req := clusterRequest("one")
	req.VPCUUID = v.ID
	k := s.cluster(req)

	members, _, err := s.client.VPCs.ListMembers(ctx, v.ID, nil, nil)
	require.NoError(t, err)
	require.Len(t, members, 3) // the cluster and two Droplets
	members, _, err = s.client.VPCs.ListMembers(ctx, v.ID, &godo.VPCListMembersRequest{ResourceType: "kubernetes"}, nil)
	require.NoError(t, err)
	require.Len(t, members, 1)
	require.Equal(t, k.URN(), members[0].URN)

	_, err = s.client.VPCs.Delete(ctx, v.ID)
	requireStatus(t, err, http.StatusConflict, "Can not delete VPC with members")

	_, err = s.client.Kubernetes.Delete(ctx, k.ID)
	require.NoError(t, err)
	s.eventually("the VPC can be deleted", func() bool {
		_, err := s.client.VPCs.Delete(ctx, v.ID)
		return err == nil
	})
}

func TestPeeringLifecycle(t *testing.T) {
	s := start(t, func(c *api.Config) { c.Delay = api.Delays{"vpc_peering": time.Hour} })
	a, b := s.vpc("a", "10.64.0.0/20"), s.vpc("b", "10.65.0.0/20")
	p, resp, err := s.client.VPCs.CreateVPCPeering(ctx, &godo.VPCPeeringCreateRequest{Name: "a-b", VPCIDs: []string{a.ID, b.ID}})
	require.NoError(t, err)
	require.Equal(t, http.StatusAccepted, resp.StatusCode)
	require.Equal(t, "PROVISIONING", p.Status)

	_, err = s.client.VPCs.Delete(ctx, a.ID)
	requireStatus(t, err, http.StatusConflict, "peerings")
	_, _, err = s.client.VPCs.CreateVPCPeering(ctx, &godo.VPCPeeringCreateRequest{Name: "again", VPCIDs: []string{b.ID, a.ID}})
	requireStatus(t, err, http.StatusConflict, "peered already")

	list, _, err := s.client.VPCs.ListVPCPeeringsByVPCID(ctx, b.ID, nil)
	require.NoError(t, err)
	require.Len(t, list, 1)
	renamed, _, err := s.client.VPCs.UpdateVPCPeering(ctx, p.ID, &godo.VPCPeeringUpdateRequest{Name: "new-name"})
	require.NoError(t, err)
	require.Equal(t, "new-name", renamed.Name)

	_, err = s.client.VPCs.DeleteVPCPeering(ctx, p.ID)
	require.NoError(t, err)
	s.eventually("the peering is gone", func() bool {
		_, resp, err := s.client.VPCs.GetVPCPeering(ctx, p.ID)
		return err != nil && resp.StatusCode == http.StatusNotFound
	})
	_, err = s.client.VPCs.Delete(ctx, a.ID)
	require.NoError(t, err)
}

// TestPeeringAfterRestart has the delay pass while the sandbox is closed.
func TestPeeringAfterRestart(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := start(t, func(c *api.Config) {
		c.Now = func() time.Time { return now }
		c.Delay = api.Delays{"vpc_peering": time.Minute}
	})
	a, b := s.vpc("a", ""), s.vpc("b", "")
	p, _, err := s.client.VPCs.CreateVPCPeering(ctx, &godo.VPCPeeringCreateRequest{Name: "a-b", VPCIDs: []string{a.ID, b.ID}})
	require.NoError(t, err)
	s.close()
	later := now.Add(time.Minute)
	s.cfg.Now = func() time.Time { return later }
	s.open()
	s.eventually("the peering is active", func() bool {
		got, _, err := s.client.VPCs.GetVPCPeering(ctx, p.ID)
		require.NoError(t, err)
		return got.Status == "ACTIVE"
	})
}

func TestPeeringRules(t *testing.T) {
	s := start(t)
	a := s.vpc("a", "10.64.0.0/20")
	far, _, err := s.client.VPCs.Create(ctx, &godo.VPCCreateRequest{Name: "far", RegionSlug: "blr1"})
	require.NoError(t, err)
	for _, tc := range []struct {
		name, peering string
		ids           []string
		status        int
		message       string
	}{
		{"name", "a b", []string{a.ID, far.ID}, 422, `name "a b" is invalid`},
		{"one VPC", "p", []string{a.ID}, 422, "two different VPCs"},
		{"itself", "p", []string{a.ID, a.ID}, 422, "two different VPCs"},
		{"unknown VPC", "p", []string{a.ID, "none"}, 404, `there is no VPC "none"`},
		{"blr1 and another region", "p", []string{a.ID, far.ID}, 422, "blr1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, _, err := s.client.VPCs.CreateVPCPeering(ctx, &godo.VPCPeeringCreateRequest{Name: tc.peering, VPCIDs: tc.ids})
			requireStatus(t, err, tc.status, tc.message)
		})
	}
}
