import {
  openProfile,
  PROFILE,
  PROFILE_KEY,
  type SealedProfile,
} from "../accounts/account-columns.postgres.js";
import { type KeptKey, type PersonKeys } from "../accounts/person-keys.postgres.js";
import { type Tenant } from "../core/tenant.js";
import { sql, type PostgresStore, type Query } from "../engines/postgres/store.postgres.js";
import { beginErasure } from "./account-erasure.postgres.js";
import { type Subject } from "./personal-tables.postgres.js";
import { type Tombstone } from "./privacy.js";
import { subjectOf } from "./subject.postgres.js";

/** How long looking for those who came back may take. Milliseconds. */
const LOOKING_MS = 60_000;

/** `Privacy.tombstones`. */
export function tombstones(postgres: PostgresStore, tenant: Tenant): Promise<Tombstone[]> {
  return postgres.transaction(tenant, (query) =>
    query<Tombstone>(
      sql`select encode(hash, 'hex') as hash, erased_at as "erasedAt" from erased_ids order by erased_at, hash`,
    ),
  );
}

/** `Privacy.reapply`. */
export async function reapply(
  postgres: PostgresStore,
  keys: PersonKeys,
  tenant: Tenant,
  known: readonly Tombstone[],
): Promise<number> {
  const erasing = { keys, tenant, hash: await keys.hashing(tenant) };
  return postgres.transaction(tenant, async (query) => {
    await query.allow(LOOKING_MS);
    await query(
      sql`insert into erased_ids (tenant_id, hash, erased_at)
          select current_setting('marquee.tenant')::int, decode(v.hash, 'hex'), v.at
          from unnest(${known.map(({ hash }) => hash)}::text[], ${known.map(({ erasedAt }) => erasedAt)}::timestamptz[])
            as v (hash, at)
          on conflict do nothing`,
    );
    const back = await returned(query, keys, tenant);
    for (const subject of back) await beginErasure(query, erasing, subject);
    return back.length;
  });
}

/** Those who were erased and are there: accounts with their profiles, and profiles on their own. */
async function returned(query: Query, keys: PersonKeys, tenant: Tenant): Promise<Subject[]> {
  const accounts = await query<{ id: string }>(
    sql`select a.id from accounts a where exists (select from erased_ids e where e.hash = erased_hash(a.id))`,
  );
  const profiles = await query<{ profile: SealedProfile; key: KeptKey | null }>(
    sql`select ${PROFILE} as profile, ${PROFILE_KEY} as key from profiles p
        where p.account_id is null and exists (select from erased_ids e where e.hash = erased_hash(p.id))`,
  );
  const owners = await Promise.all(accounts.map(({ id }) => subjectOf(query, keys, tenant, id)));
  const lonely = profiles.map(async ({ profile, key }) => {
    const { id } = profile;
    const name = openProfile(profile, await keys.of(tenant, id, key))?.name;
    const names = name === undefined ? [] : [name];
    return { account: "", address: "", addressHash: "", profiles: [id], names };
  });
  return [...owners.flatMap((owner) => owner?.subject ?? []), ...(await Promise.all(lonely))];
}
