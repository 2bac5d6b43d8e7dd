import { nobody, type Holdings } from "./held.js";

/** The same of what is the whole deployment's: the control schema, and the queue of jobs. */
export const HELD_BY_DEPLOYMENT: Holdings = {
  "marquee.outbox": {
    person: "The events of all shared tenants; as `outbox` of a tenant.",
    fields: "entity related state recorded_at",
    other: "tenant_id partition xid id topic revision",
    until: "every projection has passed it",
  },
  "marquee.outbox_parked": {
    person:
      "Events that a projection refused: a profile's latest watch of a title; why, without what it holds.",
    fields: "entity related state reason first_failed_at",
    other: "target tenant_id topic xid id revision attempts dead next_attempt_at",
    until: "`deadLetters`, or taken after all",
  },
  "marquee.ended_sessions": {
    person: "Ids of sessions that were ended, whose access tokens are still good.",
    fields: "session_id ended_at",
    other: "tenant_id until",
    until: "the end of these tokens",
  },
  "marquee.sagas": {
    person: "Ids of mails, checkouts, exports and erasures that wait for their turn.",
    fields: "id",
    other: "tenant_id task due_at",
    until: "they are done",
  },
  "graphile_worker._private_jobs": {
    person: "The same ids, and why a turn failed, without what it failed with.",
    fields: "payload last_error key",
    other:
      "id job_queue_id task_id priority run_at attempts max_attempts created_at updated_at locked_at locked_by revision flags is_available",
    until: "they are done",
  },
  "marquee.budgets": {
    person: "What an address, an account or a key has spent; whose it is, as a keyed hash.",
    fields: "holder points",
    other: "until",
    until: "the end of its window",
  },
  "marquee.limits": {
    person: "How often passwords, PINs and mails were tried; whose, as a keyed hash.",
    fields: "key points",
    other: "expire",
    until: "the end of its window",
  },
  "marquee.moved_rows": {
    person: "Keys of rows that changed while their tenant moves.",
    fields: "key",
    other: "tenant_id table_name",
    until: "the end of the move",
  },
  "marquee.audit_log": {
    person:
      "What was done to tenants and keys; by whom, as the log of the account's own tenant calls it, by a random name.",
    fields: "at act outcome actor subject details",
    other: "tenant_id position hash",
    until: "`audit`; names nobody once the account is gone",
  },
  "marquee.hot_documents": nobody("hash text uses at"),
  "marquee.logins": nobody("role password"),
  "marquee.operation_jobs": nobody(
    "tenant_id id kind target state progress started_at seen_at finished_at reason due_at outcome",
  ),
  "marquee.owed_writes": nobody("target tenant_id id missed_at"),
  "marquee.outbox_cursors": nobody("target partition xid id moved_at seen_at rebuild"),
  "marquee.projection_checks": nobody("target tenant_id checked_at entries missing stale dangling orphaned"),
  "marquee.projection_generations": nobody("target tenant_id live form last builder lease_until"),
  "marquee.schema_migrations": nobody("version name checksum applied_at"),
  "marquee.signing_keys": nobody(
    "kid public_key sealed ring generation created_at verify_until needed_until",
  ),
  "marquee.tenant_domains": nobody("domain tenant"),
  "marquee.tenant_moves": nobody(
    "tenant from_tier from_schema to_tier to_schema phase begun_at switched_at pause_ms from_servers to_servers attempt",
  ),
  "marquee.tenants": nobody(
    "id slug name tier schema_name default_country created_at state epoch servers capturing expected fenced away",
  ),
  "marquee.wrapping_keys": nobody("key_id since"),
  "marquee.title_schedule": nobody("tenant_id title_id version due_at"),
  "graphile_worker._private_job_queues": nobody("id queue_name locked_at locked_by is_available"),
  "graphile_worker._private_known_crontabs": nobody("identifier known_since last_execution"),
  "graphile_worker._private_tasks": nobody("id identifier"),
  "graphile_worker.migrations": nobody("id ts breaking"),
};
