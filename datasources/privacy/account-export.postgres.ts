import { randomUUID } from "node:crypto";

import { keyOf, type KeptKey, type PersonKeys } from "../accounts/person-keys.postgres.js";
import { SEALED_COLUMNS, SEALED_SUFFIX, type PersonSeal } from "../accounts/person-seal.js";
import { recordAct } from "../audit/audit-append.postgres.js";
import { lockAccount } from "../checkouts/checkout-rules.postgres.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { readByIds } from "../engines/postgres/by-ids.postgres.js";
import { raw, sql, type PostgresStore, type Query } from "../engines/postgres/store.postgres.js";
import { zipOf, type ExportFile } from "./export-zip.js";
import { personalTables, tableName, type PersonalTable, type Subject } from "./personal-tables.postgres.js";
import { EXPORT_TASK, type AccountExport } from "./privacy.js";
import { subjectOf } from "./subject.postgres.js";
import { type TraceSearch } from "./traces.js";

/** Rows of one read. */
const ROWS = 1_000;
/** How long a statement may take. Milliseconds. */
const STATEMENT_MS = 50_000;
/** For how long nobody else begins with one that somebody is at. */
const HOLD = "5 minutes";
/** What says how to sign in as somebody, or is no more than where something lies. */
const SECRET = /^(tenant_id|part|lease)$|_hash$|_secret$|_token$/;
/** Exports are not exported, nor what opens what is. */
const SELVES = ["account_exports", "account_export_parts", "person_keys"];

type Line = Record<string, unknown>;

/** Whose data it is, and what it is sealed with. */
interface Exported {
  subject: Subject;
  seal: PersonSeal;
}

const EXPORT = sql`id, account_id as "accountId", state, bytes, asked_at as "askedAt", expires_at as "expiresAt"`;

/** `Privacy.askExport`. */
export function askExport(
  postgres: PostgresStore,
  tenant: Tenant,
  accountId: string,
  hours: number,
): Promise<AccountExport> {
  return postgres.transaction(tenant, async (query) => {
    await lockAccount(query, accountId);
    const [known] = await query<AccountExport>(
      sql`select ${EXPORT} from account_exports where account_id = ${accountId} and expires_at > now()
          order by asked_at desc limit 1`,
    );
    if (known) return known;
    await query(sql`delete from account_exports where account_id = ${accountId}`);
    const [asked] = await query<AccountExport>(
      sql`insert into account_exports (tenant_id, id, account_id, state, expires_at)
          values (current_setting('marquee.tenant')::int, ${randomUUID()}, ${accountId}, 'PENDING',
                  now() + make_interval(hours => ${hours}::int))
          returning ${EXPORT}`,
    );
    if (!asked) throw new Error("An export was asked for and is not there");
    await query(sql`select marquee.schedule_saga(${EXPORT_TASK}, ${asked.id}, interval '0')`);
    return asked;
  });
}

/** `Privacy.exportsByIds`. */
export function exportsByIds(
  postgres: PostgresStore,
  request: StoreRequest,
  ids: readonly string[],
): Promise<Map<string, AccountExport>> {
  const found = sql`select ${EXPORT} from account_exports where id = any(${ids}::text[]) and expires_at > now()`;
  return readByIds(postgres, request, "privacy.exportsByIds", ids, found);
}

/** `Privacy.runExport`. Rows are read and parts written by turns, in one transaction that sees one state of everything. */
export function runExport(
  postgres: PostgresStore,
  keys: PersonKeys,
  others: readonly TraceSearch[],
  tenant: Tenant,
  id: string,
): Promise<void> {
  return postgres.transaction(tenant, async (query) => {
    await query.allow(STATEMENT_MS);
    await query(sql`select marquee.hold_saga(${EXPORT_TASK}, ${id}, ${HOLD}::interval)`);
    const [open] = await query<{ account: string }>(
      sql`select account_id as account from account_exports where id = ${id} and state = 'PENDING' for update`,
    );
    const { subject, seal } = (open && (await subjectOf(query, keys, tenant, open.account))) ?? {};
    if (subject && seal) await pack(query, await filesOf(query, tenant, { subject, seal }, others), id, seal);
    await query(sql`select marquee.end_saga(${EXPORT_TASK}, ${id})`);
    if (subject && seal)
      await recordAct(query, { act: "DATA_EXPORTED", actor: "job", subject: { account: subject.account } });
  });
}

/** `Privacy.exportParts`. */
export async function* exportParts(
  postgres: PostgresStore,
  keys: PersonKeys,
  request: StoreRequest,
  id: string,
): AsyncGenerator<Buffer> {
  for (let position = 0; ; position++) {
    const [row] = await postgres.read<{ part: Buffer; account: string; key: KeptKey | null }>(
      request,
      "privacy.exportPart",
      sql`select p.part, e.account_id as account, ${keyOf(sql`e.account_id`)} as key
          from account_export_parts p join account_exports e on e.id = p.export_id
          where p.export_id = ${id} and p.position = ${position}::int`,
    );
    const seal = row && (await keys.of(request.tenant, row.account, row.key));
    if (!seal) return;
    yield seal.open(`part ${id} ${position}`, row.part);
  }
}

/** `Privacy.noteFetch`. */
export function noteFetch(postgres: PostgresStore, tenant: Tenant, id: string): Promise<void> {
  return postgres.transaction(tenant, async (query) => {
    const [row] = await query<{ account: string }>(
      sql`select account_id as account from account_exports where id = ${id}`,
    );
    // By whoever has the link, which nobody has signed in for.
    if (row)
      await recordAct(query, { act: "DATA_FETCHED", actor: "visitor", subject: { account: row.account } });
  });
}

async function pack(query: Query, files: readonly ExportFile[], id: string, seal: PersonSeal): Promise<void> {
  let position = 0;
  let bytes = 0;
  for await (const part of zipOf(files)) {
    await query(
      sql`insert into account_export_parts (tenant_id, export_id, position, part)
          values (current_setting('marquee.tenant')::int, ${id}, ${position}::int,
                  ${seal.seal(`part ${id} ${position}`, part)})`,
    );
    position += 1;
    bytes += part.length;
  }
  await query(sql`update account_exports set state = 'READY', bytes = ${bytes}::bigint where id = ${id}`);
}

async function filesOf(
  query: Query,
  tenant: Tenant,
  whose: Exported,
  others: readonly TraceSearch[],
): Promise<ExportFile[]> {
  const tables = (await personalTables(query)).filter(({ name }) => !SELVES.includes(name));
  return [
    ...tables.map((table) => ({
      name: `postgres/${table.name}.ndjson`,
      lines: () => rowsOf(query, table, whose),
    })),
    ...others.map((store) => ({
      name: `${store.store.toLowerCase()}.ndjson`,
      lines: async function* () {
        yield await store.heldOf(tenant, whose.subject.profiles);
      },
    })),
  ];
}

async function* rowsOf(
  query: Query,
  { name, columns, isOf }: PersonalTable,
  { subject, seal }: Exported,
): AsyncGenerator<readonly object[]> {
  const secret = columns.filter((column) => SECRET.test(column));
  await query(
    sql`declare held no scroll cursor for
        select to_jsonb(t) - ${secret}::text[] as line from ${tableName(name)} t where ${isOf(subject)}`,
  );
  for (;;) {
    const rows = await query<{ line: Line }>(raw(`fetch ${ROWS} from held`));
    yield rows.map(({ line }) => readable(line, seal));
    if (rows.length < ROWS) break;
  }
  await query(raw("close held"));
}

/** A row with what is sealed of it in the clear, under the names that are not those of sealed columns. */
function readable(line: Line, seal: PersonSeal): Line {
  const sealed = Object.entries(SEALED_COLUMNS).filter(([column]) => typeof line[column] === "string");
  const opened = sealed.map(
    ([column, whatOf]) =>
      [column.replace(SEALED_SUFFIX, ""), seal.text(whatOf(line), String(line[column]))] as const,
  );
  const rest = Object.entries(line).filter(([column]) => !SEALED_SUFFIX.test(column));
  return { ...Object.fromEntries(rest), ...Object.fromEntries(opened) };
}
