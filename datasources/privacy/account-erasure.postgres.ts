import { randomUUID } from "node:crypto";

import { keyOf, type KeptKey, type KeyedHash, type PersonKeys } from "../accounts/person-keys.postgres.js";
import { lockProfile } from "../accounts/profile-locks.postgres.js";
import { byOwner, recordAct } from "../audit/audit-append.postgres.js";
import { holdMerges } from "../catalog/postgres/title-merges.postgres.js";
import { lockAccount, refuseWhileOpen } from "../checkouts/checkout-rules.postgres.js";
import { END_MEMBERSHIP_TASK } from "../checkouts/checkouts.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { readByIds } from "../engines/postgres/by-ids.postgres.js";
import { sql, type PostgresStore, type Query } from "../engines/postgres/store.postgres.js";
import { once } from "../idempotency/idempotency.postgres.js";
import { disownEvents } from "../viewing/disowned-events.postgres.js";
import { forgetProfiles, removeEvents } from "../viewing/forgotten-profiles.postgres.js";
import { type Marks } from "./mentions.js";
import { idsOf, personalTables, tableName, type Subject } from "./personal-tables.postgres.js";
import { ERASURE_TASK, EXPORT_TASK, type Erasure, type OpenErasure } from "./privacy.js";
import { subjectOf } from "./subject.postgres.js";
import { type Trace } from "./traces.js";

/** How long a statement may take. Milliseconds. */
const STATEMENT_MS = 50_000;
/** For how long nobody else begins with one that somebody is at. */
const HOLD = "2 minutes";
/**
 * What is not simply deleted: events count for charts and become nobody's, money is accounted for and becomes nobody's,
 * the queue and the log are looked after apart, and the account comes last.
 */
const APART = [
  "accounts",
  "viewing_events",
  "checkouts",
  "checkout_steps",
  "receipts",
  "outbox",
  "audit_log",
];

const ERASURE = sql`id, state, asked_at as "askedAt"`;

/** `Privacy.askErasure`. */
export async function askErasure(
  postgres: PostgresStore,
  keys: PersonKeys,
  tenant: Tenant,
  accountId: string,
  key: string,
): Promise<Erasure> {
  const erasing = { keys, tenant, hash: await keys.hashing(tenant) };
  return postgres.transaction(tenant, async (query) => {
    await lockAccount(query, accountId, { evenErasing: true });
    await refuseWhileOpen(query, accountId);
    const asked = await once(query, { accountId, operation: "eraseMyAccount", key, input: {} }, async () => {
      const known = await subjectOf(query, keys, tenant, accountId);
      if (!known) throw new Error("An account was locked and is not there");
      return beginErasure(query, erasing, known.subject);
    });
    await recordAct(query, { act: "ERASURE_ASKED", ...byOwner(accountId) });
    return asked;
  });
}

/** What beginning with an erasure takes. */
export interface Erasing {
  tenant: Tenant;
  keys: PersonKeys;
  hash: KeyedHash;
}

/**
 * Signs somebody out for good, notes that they are to be forgotten, sealed by a key of its own until that is done, and has it
 * done; whoever is being forgotten already is not once more.
 */
export async function beginErasure(
  query: Query,
  { tenant, keys, hash }: Erasing,
  subject: Subject,
): Promise<Erasure> {
  const text = JSON.stringify(subject);
  await query(sql`update accounts set erasing = true where id = ${subject.account}`);
  await query(sql`delete from sessions where account_id = ${subject.account}`);
  const [known] = await query<Erasure>(
    sql`select ${ERASURE} from erasures where state <> 'DONE' and subject_hash = ${hash(text)}`,
  );
  if (known) return known;
  const id = randomUUID();
  const sealed = (await keys.forWritingOf(query, tenant, id)).seal("subject", text);
  const [begun] = await query<Erasure>(
    sql`insert into erasures (tenant_id, id, state, subject_sealed, subject_hash, audit_name)
        values (current_setting('marquee.tenant')::int, ${id}, 'PENDING', ${sealed}, ${hash(text)},
                coalesce((select audit_name from accounts where id = ${subject.account}), ''))
        returning ${ERASURE}`,
  );
  if (!begun) throw new Error("An erasure was begun and is not there");
  await query(sql`select marquee.schedule_saga(${ERASURE_TASK}, ${begun.id}, interval '0')`);
  return begun;
}

/** `Privacy.erasuresByIds`. */
export function erasuresByIds(
  postgres: PostgresStore,
  request: StoreRequest,
  ids: readonly string[],
): Promise<Map<string, Erasure>> {
  const found = sql`select ${ERASURE} from erasures where id = any(${ids}::text[])`;
  return readByIds(postgres, request, "privacy.erasuresByIds", ids, found);
}

/** `Privacy.openErasure`. */
export function openErasure(
  postgres: PostgresStore,
  keys: PersonKeys,
  tenant: Tenant,
  id: string,
): Promise<OpenErasure | null> {
  return postgres.transaction(tenant, async (query) => {
    await query(sql`select marquee.hold_saga(${ERASURE_TASK}, ${id}, ${HOLD}::interval)`);
    const [erasure] = await query<Erasure>(
      sql`select ${ERASURE} from erasures where id = ${id} and state <> 'DONE'`,
    );
    if (!erasure) {
      await query(sql`select marquee.end_saga(${ERASURE_TASK}, ${id})`);
      return null;
    }
    return { ...erasure, marks: marksOf(await namedIn(query, keys, tenant, id)) };
  });
}

/** `Privacy.eraseFacts`. */
export function eraseFacts(
  postgres: PostgresStore,
  keys: PersonKeys,
  tenant: Tenant,
  id: string,
): Promise<void> {
  return postgres.transaction(tenant, async (query) => {
    await query.allow(STATEMENT_MS);
    await holdMerges(query);
    const open = await query(sql`select 1 from erasures where id = ${id} and state = 'PENDING'`);
    if (open.length === 0) return;
    const subject = await namedIn(query, keys, tenant, id);
    for (const profile of subject.profiles) await lockProfile(query, tenant, profile);
    const removed = await removeRows(query, subject);
    await query(sql`delete from accounts where id = ${subject.account}`);
    await query(
      sql`insert into erased_ids (tenant_id, hash)
          select current_setting('marquee.tenant')::int, erased_hash(id) from unnest(${marksOf(subject).ids}::text[]) as id
          on conflict do nothing`,
    );
    await forgetProfiles(query, subject.profiles);
    await query(
      sql`update erasures set state = 'RUNNING', receipt = ${JSON.stringify({ removed })}::jsonb where id = ${id}`,
    );
  });
}

/** `Privacy.eraseEvents`. */
export function eraseEvents(postgres: PostgresStore, tenant: Tenant, { ids }: Marks): Promise<boolean> {
  return postgres.transaction(tenant, (query) => removeEvents(query, ids));
}

/** `Privacy.noteTraces`. */
export async function noteTraces(
  postgres: PostgresStore,
  tenant: Tenant,
  id: string,
  left: readonly Trace[],
): Promise<void> {
  await postgres.transaction(tenant, (query) =>
    query(sql`update erasures set receipt = receipt || ${JSON.stringify({ left })}::jsonb where id = ${id}`),
  );
}

/** `Privacy.endErasure`. @param searched the stores in which nothing was found. */
export function endErasure(
  postgres: PostgresStore,
  tenant: Tenant,
  id: string,
  searched: readonly string[],
): Promise<void> {
  return postgres.transaction(tenant, async (query) => {
    const [ended] = await query<{ name: string }>(
      sql`update erasures set state = 'DONE', subject_sealed = null, subject_hash = null, finished_at = now(),
            receipt = (receipt - 'left') || ${JSON.stringify({ searched })}::jsonb
          where id = ${id} and state <> 'DONE' returning audit_name as name`,
    );
    await query(sql`select marquee.end_saga(${ERASURE_TASK}, ${id})`);
    if (!ended) return;
    await query(sql`delete from person_keys where owner = ${id}`);
    await recordAct(query, { act: "ACCOUNT_ERASED", actor: "job", subject: { formerAccount: ended.name } });
  });
}

function marksOf(subject: Subject): Marks {
  const { address, addressHash, names } = subject;
  return { ids: idsOf(subject), address, addressHash, names };
}

/** Whom an erasure that is not done is of. */
async function namedIn(query: Query, keys: PersonKeys, tenant: Tenant, id: string): Promise<Subject> {
  const [row] = await query<{ sealed: Buffer; key: KeptKey | null }>(
    sql`select subject_sealed as sealed, ${keyOf(sql`id`)} as key from erasures where id = ${id}`,
  );
  const seal = row && (await keys.of(tenant, id, row.key));
  if (!seal) throw new Error("An erasure is under way, and the key of whom it is of is not there");
  return JSON.parse(seal.text("subject", row.sealed)) as Subject;
}

/** Everything but the account itself. Answers how many rows of which table. */
async function removeRows(query: Query, subject: Subject): Promise<Record<string, number>> {
  await forgetJobs(query, subject);
  await disownMoney(query, subject);
  await disownEvents(query, subject.profiles);
  const removed: Record<string, number> = {};
  for (const { name, isOf } of await personalTables(query)) {
    if (APART.includes(name)) continue;
    const [gone] = await query<{ rows: number; kept: boolean }>(
      sql`select count(*) as rows, not has_table_privilege(${`"${name}"`}, 'delete') as kept
          from ${tableName(name)} t where ${isOf(subject)}`,
    );
    if (!gone || gone.rows === 0) continue;
    removed[name] = gone.rows;
    // What may not be deleted goes with the account.
    if (!gone.kept) await query(sql`delete from ${tableName(name)} t where ${isOf(subject)}`);
  }
  return removed;
}

/** What was to happen to its membership and its exports. */
async function forgetJobs(query: Query, { account }: Subject): Promise<void> {
  await query(
    sql`select marquee.forget_saga(task, id) from (
          select ${END_MEMBERSHIP_TASK}::text as task, id from subscriptions where account_id = ${account}
          union all select ${EXPORT_TASK}::text, id from account_exports where account_id = ${account}
        ) s`,
  );
}

/** Payments stay in the books, as those of nobody. */
async function disownMoney(query: Query, { account }: Subject): Promise<void> {
  const nobody = `erased-${randomUUID()}`;
  await query(sql`update receipts set account_id = ${nobody} where account_id = ${account}`);
  await query(
    sql`update checkouts set account_id = ${nobody}, subscription_id = ${nobody}, payment_method = '', lease = null
        where account_id = ${account}`,
  );
}
