import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { adultProfile, publish } from "../support/catalogue.js";
import { startGateway, type TestGateway } from "../support/gateway.js";
import { named, titleBody } from "../support/titles.js";

const PERSON = named("Ada Lund");
const POPULARITY = new Map([
  ["a", 0.58],
  ["b", 0.25],
]);

let gateway: TestGateway;
let tenant: Tenant;
let token: string;

beforeAll(async () => {
  gateway = await startGateway();
  const { stores } = gateway;
  tenant = await gateway.createTenant();
  const credits = [{ role: "DIRECTOR" as const, character: null, person: PERSON }];
  await publish(stores, tenant, [
    titleBody({ id: "a", name: "Harbour Lamps", credits }),
    titleBody({ id: "b", name: "Harbour Bells", credits }),
    titleBody({ id: "gone", name: "Harbour Lamps, once more" }),
  ]);
  await stores.catalogProjection.setPopularity(tenant, POPULARITY);
  await stores.searchProjection.setPopularity(tenant, POPULARITY);
  await stores.accounts.putProfiles(tenant, [adultProfile("editor")]);
  const identity = { account: null, profile: "editor", roles: ["VIEWER", "EDITOR", "OPERATOR"] as const };
  token = await gateway.tokenFor({ tenant: tenant.slug, ...identity, roles: [...identity.roles] });
});
afterAll(() => gateway?.close());

async function ask(text: string, variables: Record<string, unknown> = {}) {
  const { data, errors, extensions } = await gateway.ask(text, { variables, token, explain: true });
  expect(errors).toBeUndefined();
  return { data, calls: extensions?.explain?.calls ?? [] };
}

const TITLE = "fragment T on Title { externalId popularity }";

/** Every popularity that an answer has, by where it stands. */
function popularitiesIn(answer: unknown, at: string[] = []): [path: string, id: string, value: number][] {
  if (typeof answer !== "object" || answer === null) return [];
  const own = answer as { externalId?: string; popularity?: number };
  const here = own.externalId === undefined ? [] : [[at.join("."), own.externalId, own.popularity!] as const];
  const below = Object.entries(answer).flatMap(([name, part]) => popularitiesIn(part, [...at, name]));
  return [...here.map((entry) => [...entry] as [string, string, number]), ...below];
}

function expectProjected(data: unknown, paths: readonly string[]) {
  const found = popularitiesIn(data);
  for (const [path, id, value] of found) expect(value, path).toBe(POPULARITY.get(id) ?? 0);
  const answered = new Set(found.map(([path]) => path.split(".")[0]));
  expect([...answered].sort()).toEqual([...paths].sort());
}

describe("the popularity of a title", () => {
  it("is the projected one on every path that reads", async () => {
    const person = Buffer.from(`Person:${tenant.slug}:${PERSON.id}`).toString("base64url");
    const { data } = await ask(
      `query ($person: ID!, $then: DateTime!) {
        title(id: "Title:a") { ...T }
        then: title(id: "Title:a", asOf: $then) { ...T }
        node(id: "Title:a") { ...T }
        nodes(ids: ["Title:a", "Title:b"]) { ...T }
        titles { edges { node { ...T } } }
        search(query: "harbour") { edges { node { ...T } } }
        suggest(prefix: "harbour l") { node { ...T } }
        person(id: $person) { titles { edges { node { ...T } } } }
        editorial { titles { edges { node { ...T } } } }
      } ${TITLE}`,
      { person, then: new Date(Date.now() - 1_000).toISOString() },
    );
    const paths = "title then node nodes titles search suggest person editorial".split(" ");
    expectProjected(data, paths);
  });

  it("is looked up once for an editorial list, and only where it is asked for", async () => {
    const list = (fields: string) => `{ editorial { titles { edges { node { externalId ${fields} } } } } }`;
    const without = await ask(list("name"));
    const withIt = await ask(list("popularity"));
    expect(withIt.calls.length).toBe(without.calls.length + 1);
    expect(withIt.calls.at(-1)).toMatchObject({ operation: "catalog.titlesByIds", uniqueKeys: 3 });
  });

  it("is the projected one in what edits answer", async () => {
    const edit = async (mutation: string, type: string, input: object) =>
      (
        await ask(`mutation ($input: ${type}!) { ${mutation}(input: $input) { title { ...T } } } ${TITLE}`, {
          input,
        })
      ).data;
    expectProjected(
      await edit("putTitle", "PutTitleInput", { id: "Title:a", expectedVersion: 1, synopsis: "Lit again." }),
      ["putTitle"],
    );
    expectProjected(await edit("archiveTitle", "TitleStateInput", { title: "Title:b" }), ["archiveTitle"]);
    expectProjected(await edit("publishTitle", "TitleStateInput", { title: "Title:b" }), ["publishTitle"]);
    expectProjected(await edit("setLicence", "SetLicenceInput", { title: "Title:a", countries: ["SE"] }), [
      "setLicence",
    ]);
    expectProjected(await edit("mergeTitles", "MergeTitlesInput", { keep: "Title:a", merge: "Title:gone" }), [
      "mergeTitles",
    ]);
  });
});
