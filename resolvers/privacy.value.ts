import {
  type AccountExport as ExportRecord,
  type Erasure as ErasureRecord,
} from "../datasources/privacy/privacy.js";
import { type AccountExport, type Erasure } from "../schema/privacy.type.js";
import { type NodeAnswer } from "./answer.js";
import { type Context } from "./request/context.js";
import { toGlobalId } from "./request/global-id.js";

/** An export as GraphQL reads it: with a link that is good for a while, where it is ready. */
export function toExport({ tenant, gateway }: Context, { id, state, askedAt, expiresAt }: ExportRecord) {
  return {
    __typename: "AccountExport" as const,
    id: toGlobalId(tenant, "AccountExport", id),
    state,
    url: state === "READY" ? gateway.exportLinks.pathOf(tenant, id) : null,
    askedAt,
    expiresAt,
  } satisfies NodeAnswer<AccountExport>;
}

/** An erasure as GraphQL reads it. */
export function toErasure({ tenant }: Context, { id, state, askedAt }: ErasureRecord) {
  return {
    __typename: "Erasure" as const,
    id: toGlobalId(tenant, "Erasure", id),
    state,
    askedAt,
  } satisfies NodeAnswer<Erasure>;
}
