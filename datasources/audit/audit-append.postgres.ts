import { CONTROL_SCHEMA } from "../engines/postgres/migrations/migrate.postgres.js";
import { raw, sql, type Query, type Sql } from "../engines/postgres/store.postgres.js";
import { type AuditActor } from "../core/audit-acts.js";
import { type AuditedAct, type AuditSubject } from "./audit.js";

/** The log of the tenant that a statement is of. */
export const TENANT_LOG = raw("audit_log");
/** That of the deployment, which statements of no tenant add to. */
export const DEPLOYMENT_LOG = raw(`${CONTROL_SCHEMA}.audit_log`);

/**
 * Notes an act in the transaction that does it: both are there or neither. To be called last, because whoever notes
 * something of the tenant next waits for the transaction to end.
 */
export async function recordAct(query: Query, act: AuditedAct): Promise<void> {
  await query(auditInsert(act));
}

/** An act as a statement may note it: the account that it was done to may be one of its rows'. */
type NotedAct = Omit<AuditedAct, "subject"> & { subject?: AuditSubject | { accountOf: Sql } };

/**
 * The same as a statement, to stand alone or within another.
 *
 * @param source rows for each of which it is noted; once unless given.
 * @param log which; the tenant's unless given.
 */
export function auditInsert(
  { act, actor, subject = null, outcome = "OK", details = {} }: NotedAct,
  source?: Sql,
  log = TENANT_LOG,
): Sql {
  return sql`
    insert into ${log} (tenant_id, act, outcome, actor, subject, details)
    select current_setting('marquee.tenant')::int, ${act}, ${outcome}, ${actorName(actor)}, ${subjectName(subject)},
           ${JSON.stringify(details)}::jsonb
    from ${source ?? sql`(select 1) once`}`;
}

/** Of what an account does to itself. */
export function byOwner(account: string): Pick<AuditedAct, "actor" | "subject"> {
  return { actor: { account }, subject: { account } };
}

/** What the log calls an account, as an expression; one that is gone has no name any more. */
export function accountName(id: string | Sql): Sql {
  return sql`'account:' || coalesce((select audit_name from accounts where id = ${id}), '')`;
}

function actorName(actor: AuditActor): Sql {
  if (typeof actor === "string") return sql`${actor}`;
  if ("named" in actor) return sql`${actor.named}`;
  return "account" in actor ? accountName(actor.account) : sql`${`api-key:${actor.apiKey}`}`;
}

function subjectName(subject: AuditSubject | { accountOf: Sql }): Sql {
  if (subject === null) return sql`''`;
  if ("accountOf" in subject) return accountName(subject.accountOf);
  if ("apiKey" in subject) return sql`${`api-key:${subject.apiKey}`}`;
  if ("account" in subject) return accountName(subject.account);
  if ("formerAccount" in subject) return sql`${`account:${subject.formerAccount}`}`;
  const [[kind, id] = ["", ""]] = Object.entries(subject);
  return sql`${`${kind}:${id}`}`;
}
