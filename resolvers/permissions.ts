import { type GraphQLError } from "graphql";

import { Refusal } from "../datasources/core/refusal.js";
import { type ProfileKind, type Role } from "../datasources/core/vocabulary.js";
import { clientError } from "./request/errors.js";
import { type NodeType } from "./request/global-id.js";

/** Who a field is for, as one word; RULES says what it asks of a caller. */
export type Permission = "ANYONE" | "SIGNED_IN" | "OWNER" | "EDITOR" | "OPERATOR";

/** Whoever asks, as far as permissions look at them. */
export interface Caller {
  /** Null for a visitor, and where the token's profile is gone. */
  viewer: { account: object | null; profile: { kind: ProfileKind } } | null;
  roles: readonly Role[];
}

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
    search: "ANYONE",
    suggest: "ANYONE",
    title: "ANYONE",
    titles: "ANYONE",
    top10: "ANYONE",
    viewer: "ANYONE",
  },
  Mutation: {
    addToWatchlist: "SIGNED_IN",
    archiveTitle: "EDITOR",
    cancelSubscription: "OWNER",
    changePlan: "OWNER",
    checkProjection: "OPERATOR",
    createProfile: "OWNER",
    deleteProfile: "OWNER",
    heartbeatPlayback: "SIGNED_IN",
    mergeTitles: "EDITOR",
    publishTitle: "EDITOR",
    putTitle: "EDITOR",
    rateTitle: "SIGNED_IN",
    rebuildProjection: "OPERATOR",
    recordProgress: "SIGNED_IN",
    refreshSession: "ANYONE",
    removeFromWatchlist: "SIGNED_IN",
    retryDeadLetters: "OPERATOR",
    selectProfile: "SIGNED_IN",
    setConsents: "OWNER",
    setLicence: "EDITOR",
    signIn: "ANYONE",
    signOut: "ANYONE",
    signUp: "ANYONE",
    startPlayback: "SIGNED_IN",
    stopPlayback: "SIGNED_IN",
    subscribe: "OWNER",
    updateProfile: "OWNER",
  },
};

/** Things that `node` answers to some only: for others there is no such thing. What is an account's own, its finder knows. */
export const NODE_PERMISSIONS: Readonly<Partial<Record<NodeType, Permission>>> = {
  Account: "OWNER",
  Checkout: "OWNER",
  Editorial: "EDITOR",
  Job: "OPERATOR",
  Membership: "OWNER",
  Operations: "OPERATOR",
};

/** What a rule has against a caller; null for nothing. A Refusal is answered in the payload. */
type Rule = (caller: Caller, field: string) => GraphQLError | Refusal | null;

const RULES: Readonly<Record<Permission, readonly Rule[]>> = {
  ANYONE: [],
  SIGNED_IN: [signedIn],
  OWNER: [signedIn, withAccount, grownUp],
  EDITOR: [signedIn, withRole("EDITOR")],
  OPERATOR: [signedIn, withRole("OPERATOR")],
};

/**
 * Why a caller may not have a field; null where they may.
 *
 * @param field its name, for the message.
 * @returns UNAUTHENTICATED or FORBIDDEN, or a Refusal: ACCOUNT_REQUIRED, KIDS_PROFILE.
 */
export function denial(permission: Permission, caller: Caller, field: string): GraphQLError | Refusal | null {
  for (const rule of RULES[permission]) {
    const found = rule(caller, field);
    if (found) return found;
  }
  return null;
}

function signedIn({ viewer }: Caller, field: string) {
  if (viewer) return null;
  return clientError("UNAUTHENTICATED", `${field}: nobody is signed in. Sign in first.`, {
    field: "authorization",
    accepted: "Bearer and a token from signIn",
  });
}

function withAccount({ viewer }: Caller) {
  if (viewer?.account) return null;
  return new Refusal(null, "ACCOUNT_REQUIRED", "This profile belongs to no account; sign in to one.");
}

function grownUp({ viewer }: Caller) {
  if (viewer?.profile.kind !== "KIDS") return null;
  return new Refusal(
    null,
    "KIDS_PROFILE",
    "A kids profile changes nothing of its account; selectProfile another.",
  );
}

function withRole(role: Role): Rule {
  return ({ roles }, field) =>
    roles.includes(role)
      ? null
      : clientError("FORBIDDEN", `${field}: needs the role ${role}, which this account does not have.`, {
          field: "authorization",
          accepted: `an account with the role ${role}`,
        });
}
