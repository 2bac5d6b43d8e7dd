import {
  defaultFieldResolver,
  isObjectType,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLSchema,
} from "graphql";

import { NotAsPresumedError } from "../datasources/accounts/presumed-viewer.js";
import { type AccountRecord, type ViewerRecord } from "../datasources/accounts/accounts.js";
import { Refusal } from "../datasources/core/refusal.js";
import { type FieldPath } from "../datasources/core/store-request.js";
import { nothingDone, refused } from "./payload.js";
import {
  denial,
  HIDDEN,
  isOwnAlone,
  permissionOf,
  PERMISSIONS,
  type Caller,
  type Permission,
} from "./permissions.js";
import { type Context } from "./request/context.js";
import { type Identity } from "./request/identity.js";

/**
 * Sets the table of permissions before the fields that it names. Fields for everybody have nobody looked up: only API keys
 * are held to their scope there.
 *
 * @throws Error for a root field without a line, and for a line without a field.
 */
export function enforcePermissions(schema: GraphQLSchema): void {
  for (const root of [schema.getQueryType(), schema.getMutationType()]) if (root) checkLines(root);
  for (const [typeName, lines] of Object.entries(PERMISSIONS)) {
    for (const [name, permission] of Object.entries(lines)) {
      const type = schema.getType(typeName);
      const field = isObjectType(type) ? type.getFields()[name] : undefined;
      if (!field) throw new Error(`resolvers/permissions.ts names ${typeName}.${name}, which there is not.`);
      const guarded = field as GraphQLField<unknown, Context>;
      if (permission === "ANYONE") guardFromKeys(guarded, `${typeName}.${name}`);
      else guard(guarded, permission, `${typeName}.${name}`);
    }
  }
}

function checkLines(root: GraphQLObjectType): void {
  for (const name of Object.keys(root.getFields())) {
    if (PERMISSIONS[root.name]?.[name]) continue;
    throw new Error(`${root.name}.${name} has no line in resolvers/permissions.ts: say who may ask for it.`);
  }
}

type Resolve = GraphQLFieldResolver<unknown, Context>;

/** Writes that everybody may who is signed in, and that find out whether whoever writes is who the token says. */
const PRESUMING: ReadonlySet<string> = new Set(["Mutation.recordProgress"]);

function guard(field: GraphQLField<unknown, Context>, permission: Permission, coordinate: string): void {
  const { resolve = defaultFieldResolver } = field;
  const undone = coordinate.startsWith("Mutation.") ? nothingDone(field.type) : {};
  const guarded: Resolve = async (source, args, ctx, info) => {
    const denied = await denialOf(ctx, permission, info.path, coordinate);
    if (denied instanceof Refusal) return { ...undone, ...refused(denied) };
    if (denied) throw denied;
    return resolve(source, args, ctx, info);
  };
  field.resolve = PRESUMING.has(coordinate) ? presuming(resolve, guarded) : guarded;
}

/** Does it as who the token says; where that is not so, or anything is refused, once more as who is looked up. */
function presuming(resolve: Resolve, guarded: Resolve): Resolve {
  return async (source, args, ctx, info) => {
    let good = false;
    let presumed = null;
    try {
      presumed = ctx.presume() ? await answered(() => resolve(source, args, ctx, info)) : null;
      good = presumed?.errors.length === 0;
    } finally {
      // Fields behind one that has failed are not judged by what nobody has found out.
      if (ctx.presumed) ctx.presumeNoMore(good);
    }
    return good ? presumed : guarded(source, args, ctx, info);
  };
}

/** @returns null where whoever writes is somebody else. */
async function answered(write: () => unknown): Promise<{ errors: readonly unknown[] } | null> {
  try {
    return (await write()) as { errors: readonly unknown[] };
  } catch (error) {
    if (error instanceof NotAsPresumedError) return null;
    throw error;
  }
}

function guardFromKeys(field: GraphQLField<unknown, Context>, coordinate: string): void {
  const { resolve = defaultFieldResolver } = field;
  field.resolve = (source, args, ctx, info) => {
    const denied = ctx.key && denial("ANYONE", callerOf(ctx, null), coordinate);
    if (denied) throw denied;
    return resolve(source, args, ctx, info);
  };
}

/** Why whoever asks may not have a field; null where they may. One look-up of the viewer, which the request keeps. */
export async function denialOf(ctx: Context, permission: Permission, path: FieldPath, coordinate: string) {
  return denial(permission, callerOf(ctx, await ctx.viewer(path)), coordinate);
}

/** Tells which fields whoever asks may ask for. */
export async function mayAsk(ctx: Context, path: FieldPath): Promise<(coordinate: string) => boolean> {
  const caller = callerOf(ctx, await ctx.viewer(path));
  return (coordinate) => {
    const [type = "", field = ""] = coordinate.split(".");
    const permission = permissionOf(type, field);
    return permission !== null && denial(permission, caller, coordinate) === null;
  };
}

/**
 * Whether a field of an object is null for a viewer, by the table.
 *
 * @param isOwn whether the object is the viewer's own, where it may be another's of the account.
 */
export function isHidden(
  ctx: Context,
  viewer: ViewerRecord,
  type: string,
  name: string,
  isOwn = true,
): boolean {
  const permission = HIDDEN[type]?.[name];
  if (permission === undefined) return false;
  if (denial(permission, callerOf(ctx, viewer), `${type}.${name}`)) return true;
  return !isOwn && isOwnAlone(permission, callerOf(ctx, viewer));
}

/** Whether a viewer may have of what a permission is for only what is its own: its profile's, its device's. */
export function hasOwnAlone(ctx: Context, viewer: ViewerRecord, permission: Permission): boolean {
  return isOwnAlone(permission, callerOf(ctx, viewer));
}

function callerOf(ctx: Context, viewer: ViewerRecord | null): Caller {
  return { viewer, roles: ctx.rolesOf(viewer), scope: ctx.key?.scope ?? null };
}

/** The signed-in account and profile, in a field whose permission lets nobody else in. */
export async function signedIn(
  ctx: Context,
  path: FieldPath,
): Promise<ViewerRecord & { identity: Identity }> {
  const viewer = await ctx.viewer(path);
  const { identity } = ctx;
  if (!viewer || !identity)
    throw new Error("A field that needs somebody signed in stands as ANYONE in the permissions.");
  return { ...viewer, identity };
}

/** The signed-in account and profile, in a field whose permission is OWNER. */
export async function owner(
  ctx: Context,
  path: FieldPath,
): Promise<ViewerRecord & { account: AccountRecord }> {
  const viewer = await signedIn(ctx, path);
  const { account } = viewer;
  if (!account) throw new Error("A field that needs an account does not stand as OWNER in the permissions.");
  return { ...viewer, account };
}
