import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from "graphql";
import { type GraphQLField, type GraphQLInputType } from "graphql";
import { beforeAll, describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { type Role } from "../../datasources/core/vocabulary.js";
import { CALLERS, cellOf, PERMISSIONS, type CallerKind } from "../../resolvers/permissions.js";
import { makeKey } from "../../resolvers/request/api-key.js";
import { createSchema } from "../../src/schema.js";
import { openAccount } from "../support/accounts.js";
import { adultProfile } from "../support/catalogue.js";
import { useGateway } from "../support/fixtures.js";

/** What the table refuses with. */
const REFUSALS = new Set<unknown>(["UNAUTHENTICATED", "FORBIDDEN", "ACCOUNT_REQUIRED", "KIDS_PROFILE"]);

/** What may end the session of whoever asks. */
const ENDING = /^(signOut|end|erase|changePassword)/;

/** Every line of the table. What ends the session of whoever asks stands last. */
const LINES = Object.entries(PERMISSIONS)
  .flatMap(([root, lines]) => Object.entries(lines).map(([name, permission]) => ({ root, name, permission })))
  .sort((a, b) => Number(ENDING.test(a.name)) - Number(ENDING.test(b.name)));

const schema = createSchema();
const gateway = useGateway();
const headers = {} as Record<CallerKind, Record<string, string>>;
/** An API key whose scope names one field alone. */
let nothing: Record<string, string>;
let tenant: Tenant;

// Of a tenant that nothing else uses: whoever is let in may do what there is to be done.
beforeAll(async () => {
  tenant = await gateway.createTenant();
  await gateway.stores.accounts.putProfiles(tenant, [adultProfile("imported")]);
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const accountWith = async (...roles: Role[]) =>
    bearer((await openAccount(gateway, tenant, { roles: ["VIEWER", ...roles] })).token);
  Object.assign(headers, {
    anonymous: { "x-marquee-tenant": tenant.slug },
    "imported profile": bearer(
      await gateway.tokenFor({ tenant: tenant.slug, account: null, profile: "imported", roles: ["VIEWER"] }),
    ),
    "kids profile": bearer(await child()),
    viewer: await accountWith(),
    editor: await accountWith("EDITOR"),
    operator: await accountWith("OPERATOR"),
    "platform operator": await accountWith("PLATFORM"),
    "API key": { "x-api-key": await key(({ permission }) => cellOf(permission, "API key") === "scope") },
  } satisfies Record<CallerKind, Record<string, string>>);
  nothing = { "x-api-key": await key(({ name }) => name === "plans") };
});

/** An API key for some fields of those that keys may have. */
async function key(isFor: (line: (typeof LINES)[number]) => boolean): Promise<string> {
  const scope = LINES.filter(isFor).map(({ root, name }) => `${root}.${name}`);
  return (await makeKey(gateway.stores.apiKeys, tenant, { name: "a machine", scope, days: 1 })).key;
}

/** A token of a child, whose account could do anything. */
async function child(): Promise<string> {
  const kim = { ...adultProfile("kim"), kind: "KIDS" as const, maturityLimit: 8 };
  const roles: Role[] = ["VIEWER", "EDITOR", "OPERATOR", "PLATFORM"];
  return (await openAccount(gateway, tenant, { roles, profiles: [kim, adultProfile("parent")] })).token;
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
  return type.name === "Int" ? 1 : "x";
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
  const call = `${field.name}${given && `(${given})`} { ${inPayload ? "errors { code }" : "__typename"} }`;
  const variables = Object.fromEntries(args.map((arg) => [arg.name, least(arg.type)]));
  const document = `${root.toLowerCase()} ${declared && `(${declared})`} { ${call} }`;
  const answer = await gateway.ask(document, { variables, headers: asking });
  // It was executed, so that the table was asked.
  expect(answer.data, JSON.stringify(answer.errors)).toBeDefined();
  const payload = answer.data?.[field.name] as { errors?: { code: string }[] } | null;
  const errors = (answer.errors ?? []).map(({ extensions }) => extensions.code);
  const codes = [...errors, ...(payload?.errors ?? []).map(({ code }) => code)];
  return codes.find((code) => REFUSALS.has(code)) ?? "yes";
}

describe.each(CALLERS)("a caller of the kind %s", (kind) => {
  it.each(LINES)("is answered $root.$name as the table says", async ({ root, name, permission }) => {
    const type = schema.getType(root);
    const field = isObjectType(type) ? type.getFields()[name] : undefined;
    const cell = cellOf(permission, kind);
    expect(await refusalOf(root, field!, headers[kind])).toBe(cell === "scope" ? "yes" : cell);
    if (kind === "API key" && name !== "plans")
      expect(await refusalOf(root, field!, nothing)).toBe("FORBIDDEN");
  });
});
