package stacks

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/components"
	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// dataTier declares PostgreSQL, its poolers, Redis and the backups of a site. Everything
// else there may use them, so it comes first. The result is what that must wait for.
func (w *workloads) dataTier(ctx *pulumi.Context, opts ...pulumi.ResourceOption) ([]pulumi.Resource, error) {
	pg, redis := poolOf(w.pools, sizing.RolePG), poolOf(w.pools, sizing.RoleRedis)
	s := w.cfg.Secrets
	data, err := components.NewData(ctx, w.site.Name, &components.DataArgs{
		Environment: w.env,
		Certificate: pulumi.String(s.DataCertificate), Key: secret(s.DataKey), Authority: pulumi.String(s.DataAuthority),
		ToolsImage: w.cfg.ToolsImage, Backups: w.backupBucket(),
	}, opts...)
	if err != nil {
		return nil, err
	}
	made := []pulumi.Resource{data}
	if redis.Count > 0 {
		passwords := s.redisPasswords()
		users, err := redisTexts(passwords)
		if err != nil {
			return nil, err
		}
		r, err := components.NewRedis(ctx, w.site.Name, &components.RedisArgs{
			Data: data, Layout: w.plan.RedisLayout(),
			Users: secret(users[0]), Auth: secret(users[1]),
			ExporterPassword: secret(passwords.Exporter), OperatorPassword: secret(passwords.Operator),
			NodeRanges: w.cfg.nodeRanges(), Reached: w.reached(),
		}, opts...)
		if err != nil {
			return nil, err
		}
		made = append(made, r)
	}
	if w.site.Name != w.cfg.Sites[0].Name {
		link, err := components.NewDataLink(ctx, w.site.Name, &components.DataLinkArgs{
			Data: data, Address: w.shared.dataAddress, RedisPods: w.plan.RedisLayout().Pods,
			Store: w.ownStore(),
		}, opts...)
		if err != nil {
			return nil, err
		}
		made = append(made, link)
	}
	if w.ownStore() && poolOf(w.pools, sizing.RoleMinIO).Count > 0 {
		if err := w.minio(ctx, data, opts...); err != nil {
			return nil, err
		}
	}
	if pg.Count > 0 {
		database, err := w.postgres(ctx, data, pg, opts...)
		if err != nil {
			return nil, err
		}
		made = append(made, database)
	}
	poolers, err := w.poolers(ctx, data, opts...)
	if err != nil {
		return nil, err
	}
	made = append(made, poolers)
	if w.site.Name == w.cfg.Sites[0].Name {
		if _, err := components.NewStateBackup(ctx, w.site.Name, &components.StateBackupArgs{Data: data}, opts...); err != nil {
			return nil, err
		}
	}
	return made, nil
}

// postgres declares the members of a site. The first site that has the
// pool has the primary; the others follow it.
func (w *workloads) postgres(
	ctx *pulumi.Context, data *components.Data, pool sizing.Pool, opts ...pulumi.ResourceOption,
) (pulumi.Resource, error) {
	primary := w.primarySite()
	here := primary == w.site.Name
	config, archive := w.patroni(here), manifests.DefaultPgBackRest()
	if here { // A standby copies its primary.
		config.Restore = w.cfg.Restore
	}
	archive.Repository.Bucket, archive.Repository.Region = w.shared.storage.BackupsName, w.cfg.BackupRegion
	archive.Repository.Endpoint = spacesHost(w.cfg.BackupRegion)
	password := w.cfg.Secrets.databasePassword
	roles := map[string]string{}
	for _, role := range []string{manifests.DatabaseUser, manifests.DefaultPgBouncer().AuthUser, "exporter"} {
		roles[role] = password(role)
	}
	postgres, err := components.NewPostgres(ctx, w.site.Name, &components.PostgresArgs{
		Data: data, Config: config, Archive: archive, Image: w.cfg.PostgresImage,
		Members: pool.Count, VolumeGiB: w.plan.VolumeAt(sizing.RolePG, w.site.Name), Request: w.plan.PostgresRequest(),
		Passwords: w.passwords("postgres", "replicator", "rewind", manifests.DefaultPgBouncer().AdminUser),
		Roles:     w.passwords(slices.Sorted(maps.Keys(roles))...), RolesDigest: fingerprint(roles),
		Cipher: secret(w.cfg.Secrets.BackupPassphrase), NodeRanges: w.cfg.nodeRanges(), Reached: here && w.reached(),
	}, opts...)
	if err != nil {
		return nil, err
	}
	return postgres, err
}

// poolSizes are the plan's connections of a pooler.
func poolSizes(b sizing.PgBouncer) manifests.PgBouncerPool {
	return manifests.PgBouncerPool{
		MaxClients: b.MaxClientConnections, MaxDB: b.MaxDBConnections,
		Default: b.DefaultPoolSize, Min: b.MinPoolSize, Reserve: b.ReservePoolSize,
	}
}

// poolers declares those of a site. Where it has no PostgreSQL they run on its API nodes.
func (w *workloads) poolers(ctx *pulumi.Context, data *components.Data, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	password, here := w.cfg.Secrets.databasePassword, w.primarySite() == w.site.Name
	config, role := w.patroni(here), sizing.RolePG
	if poolOf(w.pools, role).Count == 0 {
		role = sizing.RoleAPI
	}
	var err error
	pooled, users := manifests.DefaultPgBouncer(), ""
	pooled.Database = manifests.PgBouncerDatabase{Name: manifests.DatabaseName, Host: w.primaryHost(here), Port: config.Port}
	pooled.Pool = poolSizes(w.plan.Daemons.PgBouncer)
	pooled.ClientTLS, pooled.ServerCA = manifests.DataTLS(), manifests.DataTLS().CA
	if w.cfg.SecretStore == nil {
		if users, err = manifests.PgBouncerUsers(map[string]string{
			pooled.AuthUser: password(pooled.AuthUser), pooled.AdminUser: password(pooled.AdminUser), pooled.StatsUser: password(pooled.StatsUser),
		}); err != nil {
			return nil, err
		}
	}
	return components.NewPgBouncer(ctx, w.site.Name, &components.PgBouncerArgs{
		Data: data, Config: pooled, Image: w.cfg.PostgresImage, Users: secret(users), StatsPassword: secret(password(pooled.StatsUser)),
		Pods: w.plan.PoolersAt(w.site.Name), Role: role, Request: w.plan.PoolerRequest(), Primary: w.cfg.nodeRanges(),
	}, opts...)
}

// patroni is the configuration of a site's members.
func (w *workloads) patroni(primary bool) manifests.Patroni {
	c, request := manifests.DefaultPatroni(), w.plan.PostgresRequest()
	c.Networks, c.TLS = w.cfg.privateRanges(), manifests.DataTLS()
	c.Postgres = manifests.PostgresServer{
		MaxConnections: w.plan.Daemons.PgBouncer.MaxConnections, MemoryMiB: request.MemoryMiB, CPUs: max(request.MilliCPU/1000, 1),
	}
	if !primary {
		c.Standby = &manifests.PatroniStandby{Host: w.primaryHost(false), Port: c.Port}
	}
	return c
}

// primarySite is the site of PostgreSQL's primary.
func (w *workloads) primarySite() string { return w.cfg.primarySite(w.planned) }

// planned is how many nodes a role has at a site.
func (w *workloads) planned(site string, role sizing.Role) int {
	return poolOf(w.plan.PoolsAt(site), role).Count
}

// primaryHost is the primary's name as the pods of this site know it.
func (w *workloads) primaryHost(here bool) string {
	if here {
		return manifests.ServiceHost(manifests.DefaultPatroni().Scope, manifests.DataNamespace)
	}
	return manifests.ServiceHost(manifests.PostgresPrimary, manifests.DataNamespace)
}

// passwords are those of users of the database, as the keys of a Secret.
func (w *workloads) passwords(users ...string) pulumi.StringMap {
	texts := pulumi.StringMap{}
	for _, user := range users {
		texts[user] = secret(w.cfg.Secrets.databasePassword(user))
	}
	return texts
}

// fingerprint changes when one of the passwords does, and tells nothing about them.
func fingerprint(passwords map[string]string) string {
	sum := sha256.New()
	for _, user := range slices.Sorted(maps.Keys(passwords)) {
		sum.Write([]byte(user + "\x00" + passwords[user] + "\x00"))
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// redisTexts are users.acl and auth.conf; both empty where the secrets are in a store.
func redisTexts(p manifests.RedisPasswords) ([2]string, error) {
	if p.Operator == "" {
		return [2]string{}, nil
	}
	users, err := manifests.RedisUsers(p)
	if err != nil {
		return [2]string{}, err
	}
	auth, err := manifests.RedisAuth(p)
	return [2]string{users, auth}, err
}

func (w *workloads) backupBucket() components.BackupBucket {
	storage := w.shared.storage
	return components.BackupBucket{
		Name: pulumi.String(storage.BackupsName), Region: w.cfg.BackupRegion, Endpoint: spacesHost(w.cfg.BackupRegion),
		AccessKey: storage.BackupsKey.AccessKey, SecretKey: storage.BackupsKey.SecretKey, Recipient: pulumi.String(w.cfg.Secrets.BackupRecipient),
	}
}

// nodeRanges lists the ranges of all sites' nodes.
func (c *Config) nodeRanges() []string {
	var ranges []string
	for _, site := range c.Sites {
		ranges = append(ranges, site.VPCRange.String())
	}
	return ranges
}

// reached says that other sites use the databases of this one.
func (w *workloads) reached() bool {
	return len(w.cfg.Sites) > 1 && w.site.Name == w.cfg.Sites[0].Name
}

// remoteRedis is the number of Redis servers where they are at another site, else 0.
func (w *workloads) remoteRedis() int {
	if poolOf(w.pools, sizing.RoleRedis).Count > 0 {
		return 0
	}
	return w.plan.RedisLayout().Pods
}
