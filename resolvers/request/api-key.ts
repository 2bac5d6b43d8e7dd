import { createHash, randomBytes } from "node:crypto";

import { type AuditActor } from "../../datasources/core/audit-acts.js";
import { type ApiKeyRecord, type ApiKeys } from "../../datasources/api-keys/api-keys.js";
import { type Tenant } from "../../datasources/core/tenant.js";

/** What a key begins with: leaked ones are found by it. */
export const KEY_PREFIX = "mq_";
const KEY = /^mq_([a-z][a-z0-9-]{0,39})_([0-9a-f]{12})_[\w-]{43}$/;

/** A key as it is shown. */
export interface ShownKey {
  /** Slug of its tenant. */
  tenant: string;
  id: string;
  /** SHA-256 of it, in base64url. */
  hash: string;
}

/** Takes a key apart; null for text that is none. */
export function parseKey(text: string): ShownKey | null {
  const [, tenant, id] = KEY.exec(text) ?? [];
  return tenant && id ? { tenant, id, hash: hashOf(text) } : null;
}

/** The tenant that a key says it is of, before anybody has looked it up; undefined for text that begins like none. */
export function tenantOfKey(text: string): string | undefined {
  return /^mq_([a-z][a-z0-9-]{0,39})_/.exec(text)?.[1];
}

/**
 * Makes a key of a tenant.
 *
 * @param by who makes it, for the log of who did what.
 * @returns the key, which is shown now and kept nowhere, and what is kept of it.
 */
export async function makeKey(
  keys: ApiKeys,
  tenant: Tenant,
  { name, scope, days }: { name: string; scope: readonly string[]; days: number },
  by: AuditActor,
): Promise<{ key: string; kept: ApiKeyRecord }> {
  const id = randomBytes(6).toString("hex");
  const key = `${KEY_PREFIX}${tenant.slug}_${id}_${randomBytes(32).toString("base64url")}`;
  return { key, kept: await keys.create(tenant, { id, name, scope, days, hash: hashOf(key) }, by) };
}

function hashOf(key: string): string {
  return createHash("sha256").update(key).digest("base64url");
}
