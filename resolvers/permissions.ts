import { type GraphQLError } from "graphql";

import { Refusal } from "../datasources/core/refusal.js";
import { type ProfileKind, type Role } from "../datasources/core/vocabulary.js";
import { clientError } from "./request/errors.js";
import { type NodeType } from "./request/global-id.js";

/** Who asks, as permissions tell callers apart: the columns of the table. */
export const CALLERS = [
  "anonymous",
  "imported profile",
  "kids profile",
  "viewer",
  "editor",
  "operator",
  "platform operator",
  "API key",
] as const;
export type CallerKind = (typeof CALLERS)[number];

/**
 * What stands in the table: that a caller may; that it may of what is its profile's own, or its device's; that an API key may
 * whose scope names the field; or the code that refuses, of which `FORBIDDEN` is for want of a role.
 */
export type Cell =
  "yes" | "own" | "scope" | "UNAUTHENTICATED" | "FORBIDDEN" | "ACCOUNT_REQUIRED" | "KIDS_PROFILE";

/**
 * Who a field is for, as one word, and what that says to whom. An account with several roles has the columns of all of
 * them. The role that runs all tenants runs none of them by itself.
 */
// prettier-ignore
export const ACCESS = {
  //           anonymous          imported profile    kids profile    viewer       editor       operator     platform op.  API key
  ANYONE:    ["yes",             "yes",              "yes",          "yes",       "yes",       "yes",       "yes",        "scope"    ],
  SIGNED_IN: ["UNAUTHENTICATED", "yes",              "yes",          "yes",       "yes",       "yes",       "yes",        "FORBIDDEN"],
  FAMILY:    ["UNAUTHENTICATED", "yes",              "own",          "yes",       "yes",       "yes",       "yes",        "FORBIDDEN"],
  OWNER:     ["UNAUTHENTICATED", "ACCOUNT_REQUIRED", "KIDS_PROFILE", "yes",       "yes",       "yes",       "yes",        "FORBIDDEN"],
  EDITOR:    ["UNAUTHENTICATED", "FORBIDDEN",        "FORBIDDEN",    "FORBIDDEN", "yes",       "FORBIDDEN", "FORBIDDEN",  "scope"    ],
  OPERATOR:  ["UNAUTHENTICATED", "FORBIDDEN",        "FORBIDDEN",    "FORBIDDEN", "FORBIDDEN", "yes",       "FORBIDDEN",  "scope"    ],
  PLATFORM:  ["UNAUTHENTICATED", "FORBIDDEN",        "FORBIDDEN",    "FORBIDDEN", "FORBIDDEN", "FORBIDDEN", "yes",        "FORBIDDEN"],
} as const satisfies Readonly<Record<string, readonly Cell[]>>;
export type Permission = keyof typeof ACCESS;

/**
 * Who may ask for what. Every root field has a line, and a field of any other type that is not for everybody who got as
 * far as its object; the schema is not built otherwise. docs/permissions.md is printed from it.
 */
export const PERMISSIONS: Readonly<Record<string, Readonly<Record<string, Permission>>>> = {
  Query: {
    editorial: "EDITOR",
    genres: "ANYONE",
    home: "ANYONE",
    node: "ANYONE",
    nodes: "ANYONE",
    operations: "OPERATOR",
    person: "ANYONE",
    plans: "ANYONE",
    platform: "PLATFORM",
    search: "ANYONE",
    suggest: "ANYONE",
    title: "ANYONE",
    titles: "ANYONE",
    top10: "ANYONE",
    viewer: "ANYONE",
  },
  Mutation: {
    addSearchSynonym: "EDITOR",
    addToWatchlist: "SIGNED_IN",
    archiveTitle: "EDITOR",
    cancelSubscription: "OWNER",
    changeCountry: "OWNER",
    changeEmail: "OWNER",
    changePassword: "OWNER",
    changePlan: "OWNER",
    changeRoles: "OPERATOR",
    checkProjection: "OPERATOR",
    createApiKey: "OPERATOR",
    createProfile: "OWNER",
    createTenant: "PLATFORM",
    deleteProfile: "OWNER",
    dismissFromContinueWatching: "SIGNED_IN",
    endSession: "FAMILY",
    eraseMyAccount: "OWNER",
    exportMyData: "OWNER",
    heartbeatPlayback: "FAMILY",
    mergeTitles: "EDITOR",
    noteSearchOpened: "SIGNED_IN",
    promoteTenant: "PLATFORM",
    publishTitle: "EDITOR",
    putCampaign: "EDITOR",
    putCollection: "EDITOR",
    putTitle: "EDITOR",
    rateTitle: "SIGNED_IN",
    rebuildProjection: "OPERATOR",
    recordProgress: "SIGNED_IN",
    refreshSession: "ANYONE",
    removeCampaign: "EDITOR",
    removeCollection: "EDITOR",
    removeFromWatchlist: "SIGNED_IN",
    removeSearchRule: "EDITOR",
    removeSearchSynonym: "EDITOR",
    requestEmailVerification: "OWNER",
    requestPasswordReset: "ANYONE",
    resetPassword: "ANYONE",
    resumeTenant: "PLATFORM",
    retryDeadLetters: "OPERATOR",
    revokeApiKey: "OPERATOR",
    selectProfile: "SIGNED_IN",
    setConsents: "OWNER",
    setLicence: "EDITOR",
    setNotForMe: "SIGNED_IN",
    setProfilePin: "OWNER",
    setSearchLearning: "OPERATOR",
    setSearchRule: "EDITOR",
    signIn: "ANYONE",
    signOut: "ANYONE",
    signOutEverywhere: "OWNER",
    signUp: "ANYONE",
    startExperiment: "OPERATOR",
    startPlayback: "SIGNED_IN",
    stopExperiment: "OPERATOR",
    stopPlayback: "FAMILY",
    subscribe: "OWNER",
    suspendTenant: "PLATFORM",
    updateProfile: "OWNER",
    verifyEmail: "ANYONE",
  },
};

/** Things that `node` answers to some only: for others there is no such thing. What is an account's own, its finder knows. */
export const NODE_PERMISSIONS: Readonly<Partial<Record<NodeType, Permission>>> = {
  Account: "OWNER",
  AccountExport: "OWNER",
  ApiKey: "OPERATOR",
  Checkout: "OWNER",
  Editorial: "EDITOR",
  Campaign: "EDITOR",
  EditorialCollection: "EDITOR",
  Experiment: "OPERATOR",
  SearchRule: "EDITOR",
  SearchSynonym: "EDITOR",
  Job: "OPERATOR",
  Membership: "OWNER",
  Operations: "OPERATOR",
  PlaybackSession: "FAMILY",
  Session: "FAMILY",
};

/** Fields of an object that are null for whoever may not have them. */
export const HIDDEN: Readonly<Record<string, Readonly<Record<string, Permission>>>> = {
  // What others of an account watch is not for a child.
  Profile: {
    continueWatching: "FAMILY",
    history: "FAMILY",
    ratings: "FAMILY",
    recommendations: "FAMILY",
    recommendedTitles: "FAMILY",
    watchlist: "FAMILY",
  },
  // A child is not shown who pays, nor what, nor which devices there are.
  Viewer: { account: "OWNER", membership: "OWNER", sessions: "FAMILY" },
  // How watching grows and falls is the house's own to know.
  Top10Entry: { trend: "EDITOR" },
};

/** Whoever asks, as far as permissions look at them. */
export interface Caller {
  /** Null for a visitor, and where the token's profile is gone. */
  viewer: { account: object | null; profile: { kind: ProfileKind } } | null;
  roles: readonly Role[];
  /** Names the fields that an API key is for, as `Query.titles`; null where none is shown. */
  scope: ReadonlySet<string> | null;
}

/** The columns that roles add to that of whoever has them. */
const COLUMNS: Readonly<Partial<Record<Role, CallerKind>>> = {
  EDITOR: "editor",
  OPERATOR: "operator",
  PLATFORM: "platform operator",
};

/** Who a field is for; null where it has no line of its own. */
export function permissionOf(type: string, field: string): Permission | null {
  return PERMISSIONS[type]?.[field] ?? HIDDEN[type]?.[field] ?? null;
}

/** What the table says to a kind of caller. */
export function cellOf(permission: Permission, kind: CallerKind): Cell {
  return ACCESS[permission][CALLERS.indexOf(kind)] ?? "FORBIDDEN";
}

/**
 * Why a caller may not have a field; null where they may.
 *
 * @param coordinate the field with its type: `Query.titles`.
 * @returns UNAUTHENTICATED or FORBIDDEN, or a Refusal, which is answered in the payload: ACCOUNT_REQUIRED, KIDS_PROFILE.
 */
export function denial(
  permission: Permission,
  caller: Caller,
  coordinate: string,
): GraphQLError | Refusal | null {
  const cell = cellOf(permission, kindOf(caller));
  if (cell === "yes" || cell === "own") return null;
  if (caller.scope)
    return cell === "scope" && caller.scope.has(coordinate) ? null : REFUSALS.scope(coordinate, permission);
  if (cell === "FORBIDDEN" && mayByRole(permission, caller)) return null;
  return REFUSALS[cell](coordinate, permission);
}

/** Whether a caller may have of a field only what is its own. */
export function isOwnAlone(permission: Permission, caller: Caller): boolean {
  return cellOf(permission, kindOf(caller)) === "own";
}

function kindOf({ viewer, scope }: Caller): CallerKind {
  if (scope) return "API key";
  if (!viewer) return "anonymous";
  if (!viewer.account) return "imported profile";
  return viewer.profile.kind === "KIDS" ? "kids profile" : "viewer";
}

function mayByRole(permission: Permission, { roles }: Caller): boolean {
  const columns = roles.flatMap((role) => COLUMNS[role] ?? []);
  return columns.some((column) => cellOf(permission, column) === "yes");
}

/** A field as messages name it. */
const nameOf = (coordinate: string) => coordinate.slice(coordinate.indexOf(".") + 1);

const REFUSALS: Readonly<
  Record<Exclude<Cell, "yes" | "own">, (coordinate: string, permission: Permission) => GraphQLError | Refusal>
> = {
  scope: (coordinate) =>
    clientError("FORBIDDEN", `${nameOf(coordinate)}: this API key is not for this field.`, {
      field: "authorization",
      accepted: `an API key whose scope names ${coordinate}, where keys may have it`,
    }),
  UNAUTHENTICATED: (coordinate) =>
    clientError("UNAUTHENTICATED", `${nameOf(coordinate)}: nobody is signed in. Sign in first.`, {
      field: "authorization",
      accepted: "Bearer and a token from signIn",
    }),
  FORBIDDEN: (coordinate, role) =>
    clientError(
      "FORBIDDEN",
      `${nameOf(coordinate)}: needs the role ${role}, which this account does not have.`,
      { field: "authorization", accepted: `an account with the role ${role}` },
    ),
  ACCOUNT_REQUIRED: () =>
    new Refusal(null, "ACCOUNT_REQUIRED", "This profile belongs to no account; sign in to one."),
  KIDS_PROFILE: () =>
    new Refusal(
      null,
      "KIDS_PROFILE",
      "A kids profile changes nothing of its account; selectProfile another.",
    ),
};
