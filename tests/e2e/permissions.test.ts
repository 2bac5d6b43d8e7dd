import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from "graphql";
import { type GraphQLField, type GraphQLInputType, type GraphQLObjectType } from "graphql";
import { beforeAll, describe, expect, it } from "vitest";

import { type NewAccount } from "../../datasources/accounts/accounts.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type Role } from "../../datasources/core/vocabulary.js";
import {
  CALLERS,
  cellOf,
  HIDDEN,
  NODE_PERMISSIONS,
  PERMISSIONS,
  type CallerKind,
  type Permission,
} from "../../resolvers/permissions.js";
import { type NodeType } from "../../resolvers/request/global-id.js";
import { makeKey } from "../../resolvers/request/api-key.js";
import { createSchema } from "../../src/schema.js";
import { openAccount } from "../support/accounts.js";
import { adultProfile } from "../support/catalogue.js";
import { useGateway } from "../support/fixtures.js";

/** What the table refuses with. */
const REFUSALS = new Set<unknown>(["UNAUTHENTICATED", "FORBIDDEN", "ACCOUNT_REQUIRED", "KIDS_PROFILE"]);

/** What may end the session of whoever asks, who is signed in anew for it. */
const ENDING = /^(signOut|end|erase|changePassword)/;

/** Every line of the table. What ends the session of whoever asks stands last. */
const LINES = Object.entries(PERMISSIONS)
  .flatMap(([root, lines]) => Object.entries(lines).map(([name, permission]) => ({ root, name, permission })))
  .sort((a, b) => Number(ENDING.test(a.name)) - Number(ENDING.test(b.name)));

const schema = createSchema();
const gateway = useGateway();
const headers = {} as Record<CallerKind, Record<string, string>>;
/** Signs a caller of a kind in once more. */
const signIns: Partial<Record<CallerKind, () => Promise<Record<string, string>>>> = {};
/** An API key whose scope names one field alone. */
let nothing: Record<string, string>;
let tenant: Tenant;

/** The accounts of callers that have one, and what else there is of the tenant to be found by its id. */
const accounts: Partial<Record<CallerKind, string>> = {};
const ids: Partial<Record<NodeType, string>> = {};

// Of a tenant that nothing else uses: whoever is let in may do what there is to be done.
beforeAll(async () => {
  tenant = await gateway.createTenant();
  await gateway.stores.accounts.putPlans(tenant, [PLAN]);
  await gateway.stores.accounts.putProfiles(tenant, [adultProfile("imported")]);
  const imported = { tenant: tenant.slug, account: null, profile: "imported", roles: ["VIEWER" as const] };
  signIns["imported profile"] = async () => bearer(await gateway.tokenFor(imported));
  const all = await key(({ permission }) => cellOf(permission, "API key") === "scope");
  Object.assign(headers, {
    anonymous: { "x-marquee-tenant": tenant.slug },
    "imported profile": bearer(await gateway.tokenFor(imported)),
    "kids profile": await accountOf(
      "kids profile",
      ["EDITOR", "OPERATOR", "PLATFORM"],
      [child, adultProfile("parent")],
    ),
    viewer: await accountOf("viewer", []),
    editor: await accountOf("editor", ["EDITOR"]),
    operator: await accountOf("operator", ["OPERATOR"]),
    "platform operator": await accountOf("platform operator", ["PLATFORM"]),
    "API key": { "x-api-key": all },
  } satisfies Record<CallerKind, Record<string, string>>);
  nothing = { "x-api-key": await key(({ name }) => name === "plans") };
  const job = { id: "job", kind: "CHECK", target: "search.postgres", by: "command" } as const;
  await gateway.stores.operations.startJob(tenant, job);
  Object.assign(ids, {
    Editorial: tenant.slug,
    Operations: tenant.slug,
    ApiKey: all.split("_")[2],
    Job: job.id,
  });
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const PLAN = { id: "P", name: "Plenty", maxStreams: 4, maxHeight: 2160, priceCents: 999, currency: "USD" };
/** Whose account could do anything. */
const child = { ...adultProfile("kim"), kind: "KIDS" as const, maturityLimit: 8 };

/** Opens an account for a kind of caller, and speaks for its first profile. */
async function accountOf(kind: CallerKind, roles: readonly Role[], profiles?: NewAccount["profiles"]) {
  const fields = { roles: ["VIEWER" as const, ...roles], planId: PLAN.id, ...(profiles && { profiles }) };
  const { account, token } = await openAccount(gateway, tenant, fields);
  accounts[kind] = account;
  const identity = { tenant: tenant.slug, account, profile: profiles?.[0]?.id ?? account };
  signIns[kind] = async () => bearer(await gateway.tokenFor(identity));
  return bearer(token);
}

/** An API key for some fields of those that keys may have. */
async function key(isFor: (line: (typeof LINES)[number]) => boolean): Promise<string> {
  const scope = LINES.filter(isFor).map(({ root, name }) => `${root}.${name}`);
  return (await makeKey(gateway.stores.apiKeys, tenant, { name: "a machine", scope, days: 1 }, "command"))
    .key;
}

/** A value that an argument takes: the least that is valid. */
function least(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return least(type.ofType);
  if (isListType(type)) return [];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (isInputObjectType(type)) {
    const needed = Object.values(type.getFields()).filter((field) => isNonNullType(field.type));
    return Object.fromEntries(needed.map((field) => [field.name, least(field.type)]));
  }
  if (type.name === "Boolean") return false;
  return type.name === "Int" ? 1 : "x";
}

/** Why it was refused, and all that is never null: a refusal has an answer for it. */
function payloadOf(payload: GraphQLObjectType): string {
  const plain = Object.values(payload.getFields()).filter(
    ({ type }) => isNonNullType(type) && isLeafType(type.ofType),
  );
  return ["errors { code }", ...plain.map(({ name }) => name)].join(" ");
}

/** Asks one root field in the least that is valid, and answers what the table refused it with. */
async function refusalOf(
  root: string,
  field: GraphQLField<unknown, unknown>,
  asking: Record<string, string>,
) {
  const args = field.args.filter((arg) => isNonNullType(arg.type));
  const declared = args.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(", ");
  const given = args.map((arg) => `${arg.name}: $${arg.name}`).join(", ");
  const type = getNamedType(field.type);
  const inPayload = isObjectType(type) && "errors" in type.getFields();
  const call = `${field.name}${given && `(${given})`} { ${inPayload ? payloadOf(type) : "__typename"} }`;
  const variables = Object.fromEntries(args.map((arg) => [arg.name, least(arg.type)]));
  const document = `${root.toLowerCase()} ${declared && `(${declared})`} { ${call} }`;
  const answer = await gateway.ask(document, { variables, headers: asking });
  // It was executed, so that the table was asked.
  expect(answer.data, JSON.stringify(answer.errors)).toBeDefined();
  const payload = answer.data?.[field.name] as { errors?: { code: string }[] } | null;
  const errors = (answer.errors ?? []).map(({ extensions }) => extensions.code);
  expect(errors).not.toContain("INTERNAL_SERVER_ERROR");
  const codes = [...errors, ...(payload?.errors ?? []).map(({ code }) => code)];
  return codes.find((code) => REFUSALS.has(code)) ?? "yes";
}

describe.each(CALLERS)("of what is somebody's own, a caller of the kind %s", (kind) => {
  const may = (permission: Permission, own = true) =>
    cellOf(permission, kind) === "yes" || (own && cellOf(permission, kind) === "own");
  const ask = async (query: string, variables = {}) => {
    const { data, errors } = await gateway.ask(query, { variables, headers: headers[kind] });
    expect(errors).toBeUndefined();
    return data;
  };

  // What else there is takes more to be there, a payment for one: `node` answers it in the tests of what makes it.
  it.each(["Account", "ApiKey", "Editorial", "Job", "Membership", "Operations"] as const)(
    "is answered a node of type %s as the table says",
    async (type) => {
      const id = `${type}:${ids[type] ?? accounts[kind] ?? accounts.viewer}`;
      const { node } = await ask("query ($id: ID!) { node(id: $id) { __typename } }", { id });
      expect(node).toEqual(may(NODE_PERMISSIONS[type]!) ? { __typename: type } : null);
    },
  );

  it("is shown what is hidden from others", async () => {
    const { viewer } = await ask("{ viewer { account { __typename } membership { __typename } } }");
    const shown = (name: string, type: string) => (may(HIDDEN.Viewer![name]!) ? { __typename: type } : null);
    const expected = { account: shown("account", "Account"), membership: shown("membership", "Membership") };
    expect(viewer).toEqual(/anonymous|API key/.test(kind) ? null : expected);
  });

  it("is shown of its account's profiles what the table says", async () => {
    const fields = Object.keys(HIDDEN.Profile!);
    const query = `{ viewer { profile { id } profiles { id ${fields.map((name) => `${name} { __typename }`).join(" ")} } } }`;
    const { viewer } = await ask(query);
    if (!viewer) return expect(kind).toMatch(/anonymous|API key/);
    const { profile, profiles } = viewer as { profile: { id: string }; profiles: Record<string, unknown>[] };
    for (const each of profiles)
      for (const name of fields)
        expect([name, each[name] !== null]).toEqual([
          name,
          may(HIDDEN.Profile![name]!, each.id === profile.id),
        ]);
  });

  it("is shown of its account's devices what the table says", async () => {
    await signIns[kind]?.();
    const { viewer } = await ask("{ viewer { sessions { current } } }");
    const { sessions } = (viewer ?? { sessions: [] }) as { sessions: { current: boolean }[] };
    const others = sessions.filter(({ current }) => !current);
    const isSomebody = !/anonymous|API key/.test(kind);
    expect(others.length > 0).toBe(isSomebody && may(HIDDEN.Viewer!.sessions!, false));
  });
});

describe.each(CALLERS)("a caller of the kind %s", (kind) => {
  it.each(LINES)("is answered $name of $root as the table says", async ({ root, name, permission }) => {
    const type = schema.getType(root);
    const field = isObjectType(type) ? type.getFields()[name] : undefined;
    const cell = cellOf(permission, kind);
    const asking = ENDING.test(name) ? await signIns[kind]?.() : undefined;
    const may = cell === "scope" || cell === "own";
    expect(await refusalOf(root, field!, asking ?? headers[kind])).toBe(may ? "yes" : cell);
    if (kind === "API key" && name !== "plans")
      expect(await refusalOf(root, field!, nothing)).toBe("FORBIDDEN");
  });
});
