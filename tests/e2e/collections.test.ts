import { beforeAll, describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { MAX_COLLECTIONS } from "../../datasources/collections/collections.js";
import { openAccount } from "../support/accounts.js";
import { adultProfile, publish } from "../support/catalogue.js";
import { useFacts, useGateway } from "../support/fixtures.js";
import { named, titleBody } from "../support/titles.js";

// Pages are looked at whole.
const gateway = useGateway(() => ({ MARQUEE_MAX_COST: "100000", MARQUEE_MAX_ANSWER_BYTES: "100000000" }));
const facts = useFacts();
let tenant: Tenant;
const tokens: Record<string, string> = {};

const LONG_AGO = "2010-01-01T00:00:00.000Z";
const HOUR = 3_600_000;
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR).toISOString();
const film = (id: string, more: object = {}) =>
  titleBody({ id, name: `Film ${id}`, maturityRating: "G", genres: [named("Family")], ...more });

beforeAll(async () => {
  tenant = await gateway.createTenant();
  await publish(gateway.stores, tenant, [
    ...Array.from({ length: 12 }, (_, n) => film(`f${n}`)),
    film("grown", { maturityRating: "R" }),
    film("french", { licences: [{ countries: ["FR"], from: LONG_AGO, until: null }] }),
    film("draft", { state: "DRAFT" }),
  ]);
  await gateway.stores.accounts.putProfiles(tenant, [
    { ...adultProfile("child"), kind: "KIDS" as const, maturityLimit: 8 },
    { ...adultProfile("paris"), country: "FR" },
    adultProfile("adult"),
  ]);
  for (const profile of ["child", "paris", "adult"])
    tokens[profile] = await gateway.tokenFor({ tenant: tenant.slug, account: null, profile });
  tokens.editor = (await openAccount(gateway, tenant, { roles: ["VIEWER", "EDITOR"] })).token;
});

interface CollectionAnswer {
  id: string;
  name: string;
  from: string | null;
  until: string | null;
  audience: string;
  countries: string[];
  position: number;
  version: number;
  titles: { edges: { node: { externalId: string } }[] };
}
interface PutAnswer {
  collection: CollectionAnswer | null;
  version: number | null;
  errors: { field: string | null; code: string; message: string }[];
}

const COLLECTION =
  "id name from until audience countries position version titles(first: 100) { edges { node { externalId } } }";
const PUT = `mutation ($input: PutCollectionInput!) { putCollection(input: $input) {
  collection { ${COLLECTION} } version errors { field code message } } }`;
const REMOVE =
  "mutation ($input: RemoveCollectionInput!) { removeCollection(input: $input) { removedCollectionId errors { field code } } }";

async function put(input: object, token = tokens.editor): Promise<PutAnswer> {
  const answer = await gateway.ask(PUT, { token, variables: { input } });
  expect(answer.errors).toBeUndefined();
  return answer.data.putCollection as PutAnswer;
}

async function made(input: object): Promise<CollectionAnswer> {
  const { collection, errors } = await put(input);
  expect(errors).toEqual([]);
  return collection!;
}

async function remove(collection: string, token = tokens.editor) {
  const answer = await gateway.ask(REMOVE, { token, variables: { input: { collection } } });
  return answer.data.removeCollection as { removedCollectionId: string | null; errors: object[] };
}

async function collections(): Promise<CollectionAnswer[]> {
  const { data } = await gateway.ask(
    `{ editorial { collections(first: 100) { edges { node { ${COLLECTION} } } } } }`,
    { token: tokens.editor },
  );
  const { edges } = (data.editorial as { collections: { edges: { node: CollectionAnswer }[] } }).collections;
  return edges.map(({ node }) => node);
}

/** The rows that editors made as somebody is shown them: place, heading and titles. */
async function shownTo(profile: string | undefined): Promise<[number, string, string[]][]> {
  const answer = await gateway.ask(
    "{ home(first: 100) { kind name titles(first: 100) { edges { node { externalId } } } } }",
    { token: profile && tokens[profile], tenant: tenant.slug, explain: true },
  );
  expect(answer.errors).toBeUndefined();
  expect(answer.extensions!.explain!.calls.length).toBeLessThanOrEqual(8);
  const home = answer.data.home as { kind: string; name: string; titles: CollectionAnswer["titles"] }[];
  return home.flatMap(({ kind, name, titles }, at): [number, string, string[]][] =>
    kind === "COLLECTION" ? [[at + 1, name, idsOf(titles)]] : [],
  );
}

const idsOf = (titles: CollectionAnswer["titles"]) => titles.edges.map(({ node }) => node.externalId);
const titles = (...ids: string[]) => ids.map((id) => `Title:${id}`);

describe("a collection", () => {
  it("is made, listed, found, changed and removed by editors, and is a row of the home page meanwhile", async () => {
    const summer = await made({ name: "  Long   summer ", titles: titles("f2", "f1", "f2"), position: 1 });
    expect(summer).toMatchObject({
      name: "Long summer",
      from: null,
      until: null,
      audience: "EVERYBODY",
      countries: [],
      position: 1,
      version: 1,
    });
    expect(idsOf(summer.titles)).toEqual(["f2", "f1"]);
    expect(await shownTo(undefined)).toEqual([[1, "Long summer", ["f2", "f1"]]]);
    expect(await collections()).toEqual([summer]);
    const found = await gateway.ask(
      `query ($id: ID!) { node(id: $id) { ... on EditorialCollection { ${COLLECTION} } } }`,
      {
        token: tokens.editor,
        variables: { id: summer.id },
      },
    );
    expect(found.data.node).toEqual(summer);

    const changed = await made({
      collection: summer.id,
      expectedVersion: 1,
      titles: titles("f3"),
      position: 2,
    });
    expect(changed).toMatchObject({ id: summer.id, name: "Long summer", position: 2, version: 2 });
    expect((await shownTo("adult"))[0]).toEqual([2, "Long summer", ["f3"]]);
    expect(await made({ collection: summer.id, name: "Long summer", position: 2 })).toEqual(changed);

    expect(await remove(summer.id)).toEqual({ removedCollectionId: summer.id, errors: [] });
    expect(await shownTo("adult")).toEqual([]);
    expect(await collections()).toEqual([]);
    expect(await remove(summer.id)).toMatchObject({
      errors: [{ field: "collection", code: "COLLECTION_NOT_FOUND" }],
    });
  });

  it("shows everybody what they may meet of it, and is no row without that", async () => {
    const all = await made({ name: "All", titles: titles("grown", "f1", "french", "draft") });
    const hidden = await made({ name: "None", titles: titles("grown", "draft") });
    expect((await shownTo("child")).map(([, ...row]) => row)).toEqual([["All", ["f1"]]]);
    expect((await shownTo("adult")).map(([, ...row]) => row)).toEqual(
      expect.arrayContaining([["All", expect.arrayContaining(["f1"])]]),
    );
    expect((await shownTo("paris")).flatMap(([, , ids]) => ids)).toContain("french");
    expect((await shownTo("adult")).flatMap(([, , ids]) => ids)).not.toContain("draft");
    // Editors meet what is still a draft.
    expect(idsOf(hidden.titles)).toEqual(["grown", "draft"]);
    for (const { id } of [all, hidden]) await remove(id);
  });

  it("is shown for its time, to its audience, in its countries", async () => {
    const cases: [input: object, to: string[]][] = [
      [{ from: inHours(-1), until: inHours(1) }, ["child", "adult", "paris"]],
      [{ from: inHours(1) }, []],
      [{ until: inHours(-1) }, []],
      [{ audience: "KIDS" }, ["child"]],
      [{ audience: "GROWN_UPS" }, ["adult", "paris"]],
      [{ countries: ["fr", "DE"] }, ["paris"]],
    ];
    for (const [input, to] of cases) {
      const { id } = await made({ name: "Some", titles: titles("f5"), ...input });
      for (const profile of ["child", "adult", "paris"])
        expect((await shownTo(profile)).length, JSON.stringify([input, profile])).toBe(
          to.includes(profile) ? 1 : 0,
        );
      await remove(id);
    }
  });

  it("shows of two titles that were merged the one that was kept", async () => {
    await publish(gateway.stores, tenant, [film("keep"), film("merge")]);
    const { id } = await made({ name: "Merged", titles: titles("merge", "f1", "keep") });
    const merge = { keep: "keep", merge: "merge", expectedVersion: null, by: "command" } as const;
    const { xid } = await gateway.stores.titleEditing.merge(tenant, merge);
    expect(xid).not.toBeNull();
    await expect.poll(async () => (await shownTo("adult"))[0]?.[2]).toEqual(["keep", "f1"]);
    await remove(id);
  });
});

describe("an edit of a collection", () => {
  it("is refused with everything that cannot be accepted, and changes nothing", async () => {
    const { errors } = await put({ position: 0, countries: [] });
    expect(errors.map(({ field, code }) => [field, code])).toEqual([
      ["name", "INVALID"],
      ["titles", "INVALID"],
      ["position", "INVALID"],
    ]);
    for (const { message } of errors) expect(message).toContain("Accepted: ");
    const some = { name: "Some", titles: titles("f1") };
    const refused: [input: object, field: string | null, code: string][] = [
      [{ ...some, titles: [] }, "titles", "INVALID"],
      [{ ...some, titles: titles("f1", "nothing") }, "titles[1]", "TITLE_NOT_FOUND"],
      // Another tenant's is like one that is missing.
      [
        { ...some, titles: [Buffer.from("Title:elsewhere:f1").toString("base64url")] },
        "titles[0]",
        "TITLE_NOT_FOUND",
      ],
      [{ ...some, titles: ["no id at all"] }, "titles[0]", "INVALID"],
      [{ ...some, from: inHours(2), until: inHours(1) }, "until", "INVALID"],
      [{ ...some, countries: ["nowhere"] }, "countries[0]", "INVALID"],
      [{ ...some, position: 101 }, "position", "INVALID"],
      [{ ...some, name: " " }, "name", "INVALID"],
      [{ ...some, collection: "EditorialCollection:none" }, "collection", "COLLECTION_NOT_FOUND"],
      [{ ...some, collection: "Title:f1" }, "collection", "COLLECTION_NOT_FOUND"],
    ];
    for (const [input, field, code] of refused) {
      const answer = await put(input);
      expect(answer.collection).toBeNull();
      expect(
        answer.errors.map((error) => [error.code, error.field]),
        JSON.stringify(input),
      ).toEqual([[code, expect.stringContaining(field ?? "")]]);
    }
    expect(await collections()).toEqual([]);
  });

  it("that expects another version is told which there is", async () => {
    const { id } = await made({ name: "Some", titles: titles("f1") });
    await made({ collection: id, name: "Others" });
    const stale = await put({ collection: id, name: "Mine", expectedVersion: 1 });
    expect(stale).toMatchObject({ collection: null, version: 2, errors: [{ code: "STALE_VERSION" }] });
    expect((await collections())[0]).toMatchObject({ name: "Others", version: 2 });
    await remove(id);
  });

  it("makes no more than there may be", async () => {
    await facts.run(
      tenant,
      `insert into home_collections (tenant_id, id, name, title_ids, audience, countries, position)
       select ${tenant.id}, 'many-' || n, 'Many', '{f1}', 'EVERYBODY', '{}', 50 from generate_series(1, ${MAX_COLLECTIONS}) n`,
    );
    expect((await put({ name: "More", titles: titles("f1") })).errors).toMatchObject([
      { code: "TOO_MANY_COLLECTIONS" },
    ]);
    await facts.run(tenant, `delete from home_collections where tenant_id = ${tenant.id}`);
  });

  it("is for editors of the tenant alone", async () => {
    const { id } = await made({ name: "Some", titles: titles("f1") });
    const other = await gateway.createTenant();
    const stranger = (await openAccount(gateway, other, { roles: ["VIEWER", "EDITOR"] })).token;
    for (const [token, code] of [
      [tokens.adult, "FORBIDDEN"],
      [undefined, "UNAUTHENTICATED"],
    ] as const) {
      const answer = await gateway.ask(PUT, {
        token,
        tenant: tenant.slug,
        variables: { input: { collection: id, name: "Mine" } },
      });
      expect(answer.errors).toMatchObject([{ extensions: { code } }]);
    }
    expect((await put({ collection: id, name: "Mine" }, stranger)).errors).toMatchObject([
      { code: "COLLECTION_NOT_FOUND" },
    ]);
    expect(await remove(id, stranger)).toMatchObject({ errors: [{ code: "COLLECTION_NOT_FOUND" }] });
    const { data } = await gateway.ask("{ editorial { collections { edges { cursor } } } }", {
      token: stranger,
    });
    expect(data.editorial).toEqual({ collections: { edges: [] } });
    expect((await collections())[0]).toMatchObject({ name: "Some" });
    await remove(id);
  });
});

it("a long list of collections is read page by page, in the order of their places", async () => {
  const ids: string[] = [];
  for (const position of [3, 1, 2, 1])
    ids.push((await made({ name: "Some", titles: titles("f1"), position })).id);
  const places: number[] = [];
  let after: string | null = null;
  for (let page = 0; page < 4; page += 1) {
    const { data } = await gateway.ask(
      "query ($after: String) { editorial { collections(first: 1, after: $after) { edges { node { position } } pageInfo { hasNextPage endCursor } } } }",
      { token: tokens.editor, variables: { after } },
    );
    const { edges, pageInfo } = (
      data.editorial as {
        collections: {
          edges: { node: { position: number } }[];
          pageInfo: { hasNextPage: boolean; endCursor: string };
        };
      }
    ).collections;
    places.push(...edges.map(({ node }) => node.position));
    expect(pageInfo.hasNextPage).toBe(page < 3);
    after = pageInfo.endCursor;
  }
  expect(places).toEqual([1, 1, 2, 3]);
  for (const id of ids) await remove(id);
});
