import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isSpecifiedScalarType,
  type GraphQLInputType,
} from "graphql";
import { beforeAll, describe, expect, it } from "vitest";

import { PERMISSIONS, type Permission } from "../../resolvers/permissions.js";
import { createSchema } from "../../src/schema.js";
import { openAccount } from "../support/accounts.js";
import { useGateway } from "../support/fixtures.js";

const schema = createSchema();
const gateway = useGateway();
const tokens: Partial<Record<Permission, string>> = {};

beforeAll(async () => {
  tokens.EDITOR = await gateway.signIn("editor@meridian.example");
  tokens.OPERATOR = await gateway.signIn("operator@meridian.example");
  const tenant = (await gateway.stores.tenants.bySlug("meridian"))!;
  tokens.PLATFORM = (await openAccount(gateway, tenant, { roles: ["VIEWER", "PLATFORM"] })).token;
  tokens.OWNER = tokens.SIGNED_IN = tokens.FAMILY = await gateway.signIn("viewer@meridian.example");
});

/** Ids that are the client's own: any text is one, or they have a code of their own. */
const OWN_IDS = new Set(["eventId"]);
const MALFORMED = "???";
const SCALARS: Record<string, unknown> = {
  Int: 1,
  Boolean: true,
  ID: "Title:x",
  DateTime: "2026-05-01T20:11:00Z",
};

/** A place in an input that takes an id or a scalar of ours. */
interface Place {
  path: string;
  /** The input with something malformed there, and the least that is well-formed elsewhere. */
  input: unknown;
}

/** The least that is well-formed. */
function least(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return least(type.ofType);
  if (isListType(type)) return [];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (isInputObjectType(type)) return needed(type);
  return SCALARS[type.name] ?? "x";
}

function needed(type: GraphQLInputType): Record<string, unknown> {
  const fields = isInputObjectType(type) ? Object.values(type.getFields()) : [];
  const asked = fields.filter((field) => isNonNullType(field.type));
  return Object.fromEntries(asked.map((field) => [field.name, least(field.type)]));
}

function* places(type: GraphQLInputType, path = ""): Iterable<Place> {
  if (isNonNullType(type)) {
    yield* places(type.ofType, path);
    return;
  }
  if (isListType(type)) {
    for (const place of places(type.ofType, `${path}[0]`)) yield { ...place, input: [place.input] };
    return;
  }
  if (!isInputObjectType(type)) {
    const ours = getNamedType(type).name === "ID" || !(isEnumType(type) || isSpecifiedScalarType(type));
    if (ours && !OWN_IDS.has(path)) yield { path, input: MALFORMED };
    return;
  }
  for (const field of Object.values(type.getFields())) {
    for (const place of places(field.type, path === "" ? field.name : `${path}.${field.name}`)) {
      yield { path: place.path, input: { ...needed(type), [field.name]: place.input } };
    }
  }
}

const CASES = Object.values(schema.getMutationType()!.getFields()).flatMap(({ name, args }) =>
  args.flatMap((arg) => [...places(arg.type)].map((place) => ({ name, type: String(arg.type), ...place }))),
);

describe("what is malformed in the input of a mutation", () => {
  it("is looked for in every mutation that takes an id, an instant, a country or a rating", () => {
    expect(new Set(CASES.map(({ name }) => name)).size).toBeGreaterThan(14);
    expect(CASES.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        "title",
        "country",
        "maturityLimit",
        "licences[0].countries[0]",
        "effectiveFrom",
      ]),
    );
  });

  it.each(CASES)("is told in the payload: $path of $name", async ({ name, type, path, input }) => {
    const token = tokens[PERMISSIONS.Mutation![name]!];
    const query = `mutation ($input: ${type}) { ${name}(input: $input) { errors { code field message } } }`;
    const { data, errors, status } = await gateway.ask(query, { variables: { input }, token });
    expect(errors).toBeUndefined();
    expect(status).toBe(200);
    expect(data[name]).toEqual({
      errors: [
        {
          code: "INVALID",
          field: path,
          message: expect.stringMatching(/^[\w[\].]+: not .+\. Accepted: [^?]+\.$/) as string,
        },
      ],
    });
  });

  it("hides no neighbour, be it written out or a variable", async () => {
    const query = `mutation ($country: CountryCode) {
      a: addToWatchlist(input: { title: "Title:film-casino-1995" }) { title { id inMyWatchlist } errors { code } }
      b: rateTitle(input: { title: "???", rating: 3 }) { title { id } errors { code field } }
      c: updateProfile(input: { profile: "Profile:x", country: $country }) { errors { code field } }
      d: updateProfile(input: { profile: "Profile:x", country: "Atlantis" }) { errors { code field } }
      e: removeFromWatchlist(input: { title: "Title:film-casino-1995" }) { title { inMyWatchlist } }
    }`;
    const variables = { country: "Atlantis" };
    const { data, errors } = await gateway.ask(query, { variables, token: tokens.OWNER });
    expect(errors).toBeUndefined();
    const country = { errors: [{ code: "INVALID", field: "country" }] };
    expect(data).toEqual({
      a: { title: { id: expect.stringMatching(/\w/) as string, inMyWatchlist: true }, errors: [] },
      b: { title: null, errors: [{ code: "INVALID", field: "title" }] },
      c: country,
      d: country,
      e: { title: { inMyWatchlist: false } },
    });
  });

  it("hides no neighbour where a mutation throws", async () => {
    const query = `mutation {
      a: addToWatchlist(input: { title: "Title:film-casino-1995" }) { title { inMyWatchlist } }
      b: rebuildProjection(input: { target: "catalog.postgres" }) { job { id } }
      c: removeFromWatchlist(input: { title: "Title:film-casino-1995" }) { title { inMyWatchlist } }
    }`;
    const { data, errors } = await gateway.ask(query, { token: tokens.OWNER });
    expect(errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual([[["b"], "FORBIDDEN"]]);
    expect(data).toEqual({
      a: { title: { inMyWatchlist: true } },
      b: null,
      c: { title: { inMyWatchlist: false } },
    });
  });

  it("lets every field of Mutation be null, so that one that throws takes none with it", () => {
    const never = Object.values(schema.getMutationType()!.getFields()).filter(({ type }) =>
      isNonNullType(type),
    );
    expect(never.map(({ name }) => name)).toEqual([]);
  });
});

describe("what is malformed in an argument of a field below", () => {
  it("costs that field alone where the document writes as well, and nothing is executed where it does not", async () => {
    const below = `query { top10(country: "Atlantis") { rank } genres { name } }`;
    const written = await gateway.ask(
      `mutation { removeFromWatchlist(input: { title: "Title:film-casino-1995" }) { errors { code } ${below} } }`,
      { token: tokens.OWNER },
    );
    expect(written.errors?.map(({ extensions }) => [extensions.code, extensions.field])).toEqual([
      ["BAD_USER_INPUT", "country"],
    ]);
    expect(written.data.removeFromWatchlist).toMatchObject({ errors: [], query: { top10: null } });
    const read = await gateway.ask(below);
    expect(read.status).toBe(400);
    expect(read.errors?.[0]?.extensions.code).toBe("GRAPHQL_VALIDATION_FAILED");
    expect(read.errors?.[0]?.message).toMatch(/^CountryCode: not a country\. Accepted: an ISO 3166-1/);
  });
});
