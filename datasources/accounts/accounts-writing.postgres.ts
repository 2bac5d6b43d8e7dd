import { PROFILE_FIELDS } from "../core/profile-fields.js";
import { heldOf } from "../core/title-field.js";
import { raw, sql, type Query } from "../engines/postgres/store.postgres.js";
import { type Tenant } from "../core/tenant.js";
import { beginConsents } from "./consents.postgres.js";
import { PROFILE_COLUMNS } from "./account-columns.postgres.js";
import { inJson, sealedAddress } from "./addresses.js";
import { type Accounts, type NewAccount, type ProfileLine, type ProfileRecord } from "./accounts.js";
import { sealOf, type KeyedHash, type PersonKeys } from "./person-keys.postgres.js";
import { type PersonSeal } from "./person-seal.js";

/** What writing of people takes. */
export interface Writing {
  tenant: Tenant;
  keys: PersonKeys;
}

/**
 * Accounts with profiles, plan and consents. An account without a plan keeps the membership it has.
 *
 * @param hash finds their addresses.
 */
export async function putAccounts(
  query: Query,
  writing: Writing,
  hash: KeyedHash,
  accounts: readonly NewAccount[],
): Promise<void> {
  const seals = await writing.keys.forWriting(
    query,
    writing.tenant,
    accounts.map(({ id }) => id),
  );
  const rows = accounts.map((account) => accountRow(account, sealOf(seals, account.id), hash));
  await query(
    sql`insert into accounts as a (tenant_id, id, email_sealed, email_hash, password_hash, roles, country)
        select current_setting('marquee.tenant')::int, v.*
        from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
          as v (id text, email_sealed bytea, email_hash text, password_hash text, roles text[], country text)
        on conflict (tenant_id, id) do update set email_sealed = excluded.email_sealed,
          email_hash = excluded.email_hash, password_hash = excluded.password_hash,
          roles = excluded.roles, country = excluded.country
        where (a.email_sealed, a.email_hash, a.password_hash, a.roles, a.country) is distinct from
          (excluded.email_sealed, excluded.email_hash, excluded.password_hash, excluded.roles, excluded.country)`,
  );
  const profiles = accounts.flatMap((account) =>
    account.profiles.map((profile, position) => ({
      ...profileRow(profile, sealOf(seals, account.id)),
      account_id: account.id,
      position,
    })),
  );
  await upsertProfiles(query, profiles);
  await forgetChildren(query, profiles);
  await beginConsents(
    query,
    accounts.map(({ id }) => id),
    null,
  );
  await putMemberships(query, accounts);
}

/** Profiles that belong to no account; one that an account has stays with it. */
export async function putProfiles(
  query: Query,
  writing: Writing,
  profiles: readonly ProfileLine[],
): Promise<void> {
  const owners = await ownersOf(query, profiles);
  const named = profiles.filter(({ id, name }) => owners.has(id) || name !== id);
  const seals = await writing.keys.forWriting(
    query,
    writing.tenant,
    named.map(({ id }) => owners.get(id) ?? id),
  );
  const rows = profiles.map((profile) => ({
    ...profileRow(profile, seals.get(owners.get(profile.id) ?? profile.id)),
    account_id: null,
    position: 0,
  }));
  await upsertProfiles(query, rows);
  await forgetChildren(query, rows);
}

/**
 * What is noted of no child goes where a profile has become one's. Behind what makes it that: what is being noted meanwhile
 * has either been noted by then, or finds a child.
 */
async function forgetChildren(query: Query, rows: readonly ProfileRow[]): Promise<void> {
  const children = rows.flatMap(({ id, kind }) => (kind === "KIDS" ? [id] : []));
  if (children.length === 0) return;
  await query(sql`delete from search_log where profile_id = any(${children}::text[])`);
  await query(sql`delete from served_lists where profile_id = any(${children}::text[])`);
  await query(sql`delete from served_sums where profile_id = any(${children}::text[])`);
}

/** The accounts of those profiles that belong to one; whose they are stays so until the transaction ends. */
async function ownersOf(query: Query, profiles: readonly ProfileLine[]): Promise<Map<string, string>> {
  const rows = await query<{ id: string; account: string | null }>(
    sql`select id, account_id as account from profiles
        where id = any(${profiles.map(({ id }) => id)}::text[]) order by id for no key update`,
  );
  return new Map(rows.flatMap(({ id, account }) => (account === null ? [] : [[id, account] as const])));
}

/** A new profile of an account, behind those that it has. */
export async function addProfile(
  query: Query,
  { keys, tenant }: Writing,
  { accountId, ...profile }: ProfileRecord & { accountId: string },
): Promise<void> {
  const seal = await keys.forWritingOf(query, tenant, accountId);
  await upsertProfiles(query, [{ ...profileRow(profile, seal), account_id: accountId, position: null }]);
}

/** Plans by id; what is there already is brought to the state given. */
export async function putPlans(query: Query, plans: Parameters<Accounts["putPlans"]>[1]): Promise<void> {
  await query(
    sql`insert into plans as p (tenant_id, id, name, max_streams, max_height, price_cents, currency)
        select current_setting('marquee.tenant')::int, v.*
        from jsonb_to_recordset(${JSON.stringify(plans)}::jsonb)
          as v (id text, name text, "maxStreams" smallint, "maxHeight" smallint, "priceCents" int, currency text)
        on conflict (tenant_id, id) do update set name = excluded.name, max_streams = excluded.max_streams,
          max_height = excluded.max_height, price_cents = excluded.price_cents, currency = excluded.currency
        where (p.name, p.max_streams, p.max_height, p.price_cents, p.currency) is distinct from
          (excluded.name, excluded.max_streams, excluded.max_height, excluded.price_cents, excluded.currency)`,
  );
}

function accountRow(
  { id, email, passwordHash, roles, country }: NewAccount,
  seal: PersonSeal,
  hash: KeyedHash,
) {
  const address = sealedAddress(email, seal, hash);
  return { id, ...inJson(address), password_hash: passwordHash, roles, country };
}

type ProfileFields = Record<string, unknown> & Pick<ProfileLine, "id" | "kind">;
type ProfileRow = ProfileFields & { account_id: string | null; position: number | null };

/** @param seal none: what it is called is its id. */
function profileRow(profile: ProfileLine, seal: PersonSeal | undefined): ProfileFields {
  const values = new Map(Object.entries({ ...profile, ...heldOf(PROFILE_FIELDS, profile) }));
  const columns = PROFILE_COLUMNS.map(({ field, column }) => [column, values.get(field)] as const);
  const { id, kind, name } = profile;
  const called = seal
    ? { name: null, name_sealed: seal.seal(`name ${id}`, name) }
    : { name, name_sealed: null };
  return { ...inJson(called), ...Object.fromEntries(columns), id, kind };
}

async function upsertProfiles(query: Query, rows: readonly ProfileRow[]): Promise<void> {
  const columns = ["name", "name_sealed", ...PROFILE_COLUMNS.map(({ column }) => column)];
  const of = (row: string) => raw(columns.map((column) => `${row}.${column}`).join(", "));
  const position = sql`case when excluded.account_id is null then p.position else excluded.position end`;
  await query(
    sql`insert into profiles as p (tenant_id, id, account_id, position, ${raw(columns.join(", "))})
        select current_setting('marquee.tenant')::int, v.id, v.account_id,
               coalesce(v.position, (select coalesce(max(l.position), -1) + 1 from profiles l
                                     where l.account_id = v.account_id)), ${of("v")}
        from jsonb_populate_recordset(null::profiles, ${JSON.stringify(rows)}::jsonb) v
        on conflict (tenant_id, id) do update set account_id = coalesce(excluded.account_id, p.account_id),
          position = ${position}, ${raw(columns.map((column) => `${column} = excluded.${column}`).join(", "))}
        where (p.account_id, p.position, ${of("p")}) is distinct from
          (coalesce(excluded.account_id, p.account_id), ${position}, ${of("excluded")})`,
  );
}

/** One membership an account, named after it, so that making it again changes at most its plan. */
async function putMemberships(query: Query, accounts: readonly NewAccount[]): Promise<void> {
  const subscribed = accounts.filter((account) => account.planId !== null);
  await query(
    sql`insert into subscriptions as s (tenant_id, id, account_id, plan_id, state, current_period_end)
        select current_setting('marquee.tenant')::int, v.account_id, v.account_id, v.plan_id, 'ACTIVE',
               now() + interval '1 month'
        from unnest(${subscribed.map(({ id }) => id)}::text[], ${subscribed.map(({ planId }) => planId)}::text[])
          as v (account_id, plan_id)
        on conflict (tenant_id, id) do update set plan_id = excluded.plan_id, state = 'ACTIVE'
        where s.plan_id <> excluded.plan_id or s.state <> 'ACTIVE'`,
  );
}
