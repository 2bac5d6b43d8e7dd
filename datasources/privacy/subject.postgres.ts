import { openProfile, PROFILE, type SealedProfile } from "../accounts/account-columns.postgres.js";
import { keyOf, type KeptKey, type PersonKeys } from "../accounts/person-keys.postgres.js";
import { type PersonSeal } from "../accounts/person-seal.js";
import { type Tenant } from "../core/tenant.js";
import { sql, type Query } from "../engines/postgres/store.postgres.js";
import { type Subject } from "./personal-tables.postgres.js";

interface SealedSubject {
  account: string;
  email_sealed: Buffer;
  email_hash: string;
  profiles: SealedProfile[];
  key: KeptKey | null;
}

/** Everything that names an account; where its key is gone, what can still be read of that; null where it is gone itself. */
export async function subjectOf(
  query: Query,
  keys: PersonKeys,
  tenant: Tenant,
  accountId: string,
): Promise<{ subject: Subject; seal: PersonSeal | null } | null> {
  const [row] = await query<SealedSubject>(
    sql`select a.id as account, a.email_sealed, a.email_hash, ${keyOf(sql`a.id`)} as key,
               coalesce((select jsonb_agg(${PROFILE} order by p.id) from profiles p where p.account_id = a.id), '[]')
                 as profiles
        from accounts a where a.id = ${accountId}`,
  );
  if (!row) return null;
  const seal = await keys.of(tenant, row.account, row.key);
  const subject = {
    account: row.account,
    address: seal?.text("address", row.email_sealed) ?? "",
    addressHash: row.email_hash,
    profiles: row.profiles.map(({ id }) => id),
    names: row.profiles.flatMap((profile) => openProfile(profile, seal)?.name ?? []),
  };
  return { subject, seal };
}
