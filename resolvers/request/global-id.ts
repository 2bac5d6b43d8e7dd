import { Refusal } from "../../datasources/core/refusal.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { clientError } from "./errors.js";

/** Kinds of things that have a global id. */
export const NODE_TYPES = [
  "Title",
  "Season",
  "Episode",
  "Person",
  "Genre",
  "Studio",
  "Profile",
  "Account",
  "Plan",
  "Membership",
  "Checkout",
  "HomeRow",
  "EditorialCollection",
  "Campaign",
  "SearchSynonym",
  "SearchRule",
  "Experiment",
  "PlaybackSession",
  "Session",
  "Job",
  "ApiKey",
  "Viewer",
  "Editorial",
  "Operations",
  "AccountExport",
  "Erasure",
] as const;
export type NodeType = (typeof NODE_TYPES)[number];

/** A global id taken apart. */
export interface NodeRef {
  type: NodeType;
  /** Local to the tenant; for titles and profiles the external id. */
  id: string;
}

/** A local id that nothing has. */
const NOTHING = "";
const MAX_LENGTH = 512;
const ACCEPTED = "an id as answered by a field `id`, or Type:externalId such as Title:tt0112641";

/** The opaque global id of a thing: base64url of `type:tenant:local id`. */
export function toGlobalId(tenant: Pick<Tenant, "slug">, type: NodeType, id: string): string {
  return Buffer.from(`${type}:${tenant.slug}:${id}`, "utf8").toString("base64url");
}

/**
 * Takes a global id apart. The readable form `Type:externalId` means a thing of the request's own tenant.
 *
 * @returns undefined for text that is no id at all. An id of another tenant keeps its type and loses its local id: it is
 * looked up like any other and found as little as one that is missing, by answer, store calls and time alike.
 */
export function parseGlobalId(tenant: Tenant, text: string): NodeRef | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const readable = /^([A-Z][A-Za-z]+):(.+)$/s.exec(text);
  if (readable?.[2] && isNodeType(readable[1])) return { type: readable[1], id: storable(readable[2]) };
  const decoded = Buffer.from(text, "base64url");
  const [, type, slug, id] = /^([A-Za-z]+):([a-z0-9-]+):(.+)$/s.exec(decoded.toString("utf8")) ?? [];
  if (decoded.toString("base64url") !== text || !isNodeType(type) || !slug || !id) return undefined;
  return { type, id: slug === tenant.slug ? storable(id) : NOTHING };
}

/** PostgreSQL's texts cannot hold NUL, so that nothing has such an id; a write that looked for it would fail. */
function storable(id: string): string {
  return id.includes("\0") ? NOTHING : id;
}

/**
 * A global id taken apart.
 *
 * @param field the argument it came in, for the error.
 * @throws INVALID_ID when it is no id.
 */
export function fromGlobalId(tenant: Tenant, text: string, field = "id"): NodeRef {
  const ref = parseGlobalId(tenant, text);
  if (ref !== undefined) return ref;
  throw clientError("INVALID_ID", notAnId(field), { field, accepted: ACCEPTED });
}

function notAnId(field: string): string {
  return `${field}: not an id. Accepted: ${ACCEPTED}.`;
}

/** The local id behind a global id of one type, or one that nothing has where it names another type. */
export function localId(tenant: Tenant, type: NodeType, text: string, field = "id"): string {
  const ref = fromGlobalId(tenant, text, field);
  return ref.type === type ? ref.id : NOTHING;
}

/**
 * The same of an id in the input of a mutation, whose payload says what is wrong with it.
 *
 * @param field its path in the input.
 * @throws Refusal INVALID when it is no id.
 */
export function inputId(tenant: Tenant, type: NodeType, text: string, field: string): string {
  const ref = parseGlobalId(tenant, text);
  if (ref === undefined) throw new Refusal(field, "INVALID", notAnId(field));
  return ref.type === type ? ref.id : NOTHING;
}

function isNodeType(type: string | undefined): type is NodeType {
  return NODE_TYPES.includes(type as NodeType);
}
