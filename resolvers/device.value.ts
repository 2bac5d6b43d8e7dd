import { type ViewerRecord } from "../datasources/accounts/accounts.js";
import { type DeviceRecord, type SessionOwner } from "../datasources/accounts/sessions.js";
import { type FieldPath } from "../datasources/core/store-request.js";
import { type Tenant } from "../datasources/core/tenant.js";
import { type Session } from "../schema/session.type.js";
import { type NodeAnswer } from "./answer.js";
import { hasOwnAlone } from "./permissions-gate.js";
import { type Context } from "./request/context.js";
import { toGlobalId } from "./request/global-id.js";

/** Whose sessions a viewer may see and end. */
export function sessionOwner({ account, profile }: ViewerRecord): SessionOwner {
  return { accountId: account?.id ?? null, profileId: profile.id };
}

/** The devices that the viewer is signed in on, read once a request; none for a visitor. A child is shown the one in its hands. */
export function ownSessions(ctx: Context, path: FieldPath) {
  return ctx.made(readSessions, path);
}

async function readSessions(ctx: Context, path: FieldPath) {
  const viewer = await ctx.viewer(path);
  if (!viewer || !ctx.identity?.session) return [];
  const devices = await ctx.gateway.stores.sessions.devices(
    ctx.on(path),
    sessionOwner(viewer),
    ctx.identity.session,
  );
  const shown = hasOwnAlone(ctx, viewer, "FAMILY") ? devices.filter(({ current }) => current) : devices;
  return shown.map((device) => toSession(ctx.tenant, device));
}

function toSession(tenant: Tenant, { id, device, country, lastSeenAt, current }: DeviceRecord) {
  const session = {
    __typename: "Session" as const,
    id: toGlobalId(tenant, "Session", id),
    device,
    place: country,
    lastSeenAt,
    current,
  } satisfies NodeAnswer<Session>;
  return { ...session, localId: id };
}
