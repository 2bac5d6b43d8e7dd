import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from "graphql";
import { type GraphQLField, type GraphQLInputType } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { denial, PERMISSIONS, type Permission } from "../../resolvers/permissions.js";
import { CALLERS } from "../../src/docs/permissions-page.js";
import { createSchema } from "../../src/schema.js";
import { startGateway, type TestGateway } from "../support/gateway.js";

const schema = createSchema();
let gateway: TestGateway;
let tokens: Record<string, string | undefined>;

beforeAll(async () => {
  gateway = await startGateway();
  const of = (account: string | null, profile: string) =>
    gateway.tokenFor({ tenant: "meridian", account, profile, roles: ["VIEWER"] });
  tokens = {
    visitor: undefined,
    "imported profile": await of(null, "profile-00001"),
    "kids profile": await of("family", "meridian-kids"),
    viewer: await gateway.signIn("viewer@meridian.example"),
    editor: await gateway.signIn("editor@meridian.example"),
    operator: await gateway.signIn("operator@meridian.example"),
  };
});
afterAll(() => gateway?.close());

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

/** Asks one root field in the least that is valid, and answers the code that it was refused with. */
async function refusalOf(root: string, field: GraphQLField<unknown, unknown>, token: string | undefined) {
  const args = field.args.filter((arg) => isNonNullType(arg.type));
  const declared = args.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(", ");
  const given = args.map((arg) => `${arg.name}: $${arg.name}`).join(", ");
  const type = getNamedType(field.type);
  const inPayload = isObjectType(type) && "errors" in type.getFields();
  const call = `${field.name}${given && `(${given})`} { ${inPayload ? "errors { code }" : "__typename"} }`;
  const variables = Object.fromEntries(args.map((arg) => [arg.name, least(arg.type)]));
  const answer = await gateway.ask(`${root.toLowerCase()} ${declared && `(${declared})`} { ${call} }`, {
    variables,
    token,
  });
  const payload = answer.data?.[field.name] as { errors?: { code: string }[] } | null;
  const errors = (answer.errors ?? []).map(({ extensions }) => extensions.code);
  return [...errors, ...(payload?.errors ?? []).map(({ code }) => code)];
}

const expected = (permission: Permission, caller: string, field: string) => {
  const denied = denial(permission, CALLERS[caller]!, field);
  return denied && ("extensions" in denied ? denied.extensions.code : denied.code);
};

// Who is let in does something: that is for the other tests.
describe.each(Object.keys(CALLERS))("a caller of the kind %s", (caller) => {
  const denied = Object.entries(PERMISSIONS).flatMap(([root, lines]) =>
    Object.entries(lines)
      .map(([name, permission]) => ({ root, name, code: expected(permission, caller, name) }))
      .filter(({ code }) => code !== null),
  );

  it.each(denied)("is refused $name of $root with $code", async ({ root, name, code }) => {
    const type = schema.getType(root);
    const field = isObjectType(type) ? type.getFields()[name] : undefined;
    expect(await refusalOf(root, field!, tokens[caller])).toEqual([code]);
  });
});
