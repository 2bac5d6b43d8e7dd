/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return -- answers are read as clients read them: JSON of any shape */
import { beforeAll, describe, expect, it } from "vitest";

import { type Role } from "../../datasources/core/vocabulary.js";
import { adultProfile, publish } from "../support/catalogue.js";
import { use, useDatabase, useGateway } from "../support/fixtures.js";
import { type Answer, type Ask, type TestGateway } from "../support/gateway.js";
import { sendRaw } from "../support/http.js";
import { clientOperations, operationOf } from "../support/operations.js";
import { titleBody } from "../support/titles.js";

const READ = `query ($id: ID!, $text: String!) {
  title(id: $id) { name version }
  search(query: $text) { edges { node { id name } } }
}`;
const WAIT_MS = 1_000;

const database = useDatabase();
const stores = use(() => database.open());
let operations: Map<string, string>;

/** Of a gateway on the database where nobody else follows what is written. */
const settings = (env: Record<string, string>) => ({
  POSTGRES_URL: database.url,
  MONGODB_URL: "",
  OPENSEARCH_URL: "",
  NEO4J_URL: "",
  MARQUEE_DEFAULT_TENANT: "fresh",
  ...env,
});

async function ask(at: TestGateway, query: string, options: Ask = {}): Promise<Answer & { freshness?: any }> {
  const answer = await at.ask(query, options);
  return { ...answer, freshness: (answer.extensions as any)?.freshness };
}

async function tokenOf(at: TestGateway, profile: string, roles: Role[]): Promise<string> {
  return at.tokenFor({ tenant: "fresh", account: null, profile, roles });
}

/** Makes and publishes a film as an editor; answers its id and the token of the last write. */
async function writeFilm(at: TestGateway, externalId: string, name: string) {
  const token = await tokenOf(at, "editor", ["VIEWER", "EDITOR"]);
  const run = async (operation: string, input: object) => {
    const { data, errors } = await at.ask(operationOf(operations, operation), {
      variables: { input },
      token,
    });
    expect(errors).toBeUndefined();
    const payload = Object.values(data)[0];
    expect(payload.errors).toEqual([]);
    return payload;
  };
  const licences = [{ from: "2020-01-01T00:00:00Z" }];
  await run("PutTitle", { externalId, kind: "MOVIE", name, maturityRating: "PG", licences });
  const { title, consistencyToken } = await run("Publish", { title: `Title:${externalId}` });
  return { id: title.id as string, consistencyToken: consistencyToken as string };
}

beforeAll(async () => {
  operations = await clientOperations("writes.graphql");
  for (const slug of ["fresh", "other"]) {
    const tenant = await stores.tenants.create({ slug, name: slug, tier: "SHARED", defaultCountry: "US" });
    await stores.accounts.putProfiles(tenant, [adultProfile("editor"), adultProfile("viewer")]);
  }
});

describe("a read with the token of a write", () => {
  // Whatever else runs on this server holds projections up: how long they take is measured elsewhere.
  const gateway = useGateway(() => settings({ MARQUEE_CONSISTENCY_WAIT_MS: "30000" }));

  it("answers what was written, each time", async () => {
    const viewer = await tokenOf(gateway, "viewer", ["VIEWER"]);
    for (let round = 0; round < 8; round += 1) {
      const films = await Promise.all(
        [0, 1].map((n) => writeFilm(gateway, `f${round}-${n}`, `Lantern ${round} of ${n}`)),
      );
      await Promise.all(
        films.map(async ({ id, consistencyToken }, n) => {
          const { data, errors, freshness } = await ask(gateway, READ, {
            variables: { id, text: `lantern ${round} of ${n}` },
            token: viewer,
            headers: { "x-marquee-consistency": consistencyToken },
          });
          expect(errors).toBeUndefined();
          expect(freshness, `round ${round}`).toBeUndefined();
          expect(data.title).toEqual({ name: `Lantern ${round} of ${n}`, version: 2 });
          expect(data.search.edges.map(({ node }: any) => node.id)).toContain(id);
        }),
      );
    }
  });

  it("holds for mutations too: what was just published can be watched", async () => {
    const viewer = await tokenOf(gateway, "viewer", ["VIEWER"]);
    const { id, consistencyToken } = await writeFilm(gateway, "now", "Watched at once");
    const { data } = await ask(gateway, operationOf(operations, "Progress"), {
      variables: { input: { title: id, positionSeconds: 5 } },
      token: viewer,
      headers: { "x-marquee-consistency": consistencyToken },
    });
    expect(data.recordProgress).toMatchObject({
      title: { id, myProgress: { positionSeconds: 5 } },
      errors: [],
    });
  });

  it("tells how fresh each projection was where that is asked", async () => {
    const { id, consistencyToken } = await writeFilm(gateway, "told", "Told");
    const headers = { "x-marquee-freshness": "1", "x-marquee-consistency": consistencyToken };
    const told = async (token?: string) =>
      (await ask(gateway, READ, { variables: { id, text: "told" }, headers, token })).freshness.stores;
    const stores = (lag: number | null) =>
      ["catalog.postgres", "search.postgres"].map((target) => ({
        store: "POSTGRES",
        target,
        reached: true,
        lagEvents: lag,
        lagSeconds: lag,
      }));
    expect(await told(await tokenOf(gateway, "viewer", ["OPERATOR"]))).toEqual(stores(0));
    expect(await told()).toEqual(stores(null));
  });

  it("costs one look more where everything has followed, and nothing without headers", async () => {
    const { id, consistencyToken } = await writeFilm(gateway, "cost", "Cost");
    const variables = { id, text: "cost" };
    const total = async (headers: Record<string, string>) => {
      const { extensions } = await gateway.ask(READ, { variables, headers, explain: true });
      return extensions!.explain!;
    };
    const with_ = await total({ "x-marquee-consistency": consistencyToken });
    const without = await total({});
    const again = await total({ "x-marquee-freshness": "1" });
    expect(without.calls.map(({ operation }) => operation)).not.toContain("outbox.reached");
    expect(again.totals).toEqual(without.totals);
    const looks = with_.calls.filter(({ operation }) => operation === "outbox.reached");
    expect(looks.length).toBeGreaterThan(0);
    expect(with_.calls.length - looks.length).toBe(without.calls.length);
  });

  it("is refused where the token is none of this tenant", async () => {
    const { consistencyToken } = await writeFilm(gateway, "own", "Own");
    const refused = async (token: string, tenant?: string) => {
      const { status, errors, data } = await gateway.ask("{ titles { totalCount } }", {
        headers: { "x-marquee-consistency": token },
        ...(tenant ? { tenant } : {}),
      });
      expect(data).toBeUndefined();
      expect(errors).toHaveLength(1);
      expect(errors![0]!.message).toContain("x-marquee-consistency");
      return [status, errors![0]!.extensions.code, errors![0]!.extensions.field];
    };
    const expected = [400, "INVALID_CONSISTENCY_TOKEN", "x-marquee-consistency"];
    const damaged = `${consistencyToken.slice(0, -3)}${consistencyToken.endsWith("AAA") ? "BBB" : "AAA"}`;
    for (const token of [
      "",
      "nonsense",
      "7",
      damaged,
      `${consistencyToken},`,
      `nonsense, ${consistencyToken}`,
    ])
      expect(await refused(token), token).toEqual(expected);
    expect(await refused(consistencyToken, "other")).toEqual(expected);
    // Nor will a cursor do, which the same key has signed.
    const { data } = await gateway.ask("{ titles(first: 1) { pageInfo { endCursor } } }");
    expect(await refused(data.titles.pageInfo.endCursor)).toEqual(expected);
  });
});

describe("what a request has written", () => {
  const gateway = useGateway(() => settings({ MARQUEE_CONSISTENCY_WAIT_MS: "30000" }));
  const licences = '[{ from: "2020-01-01T00:00:00Z" }]';
  const put = (id: string, name: string) =>
    `putTitle(input: { externalId: "${id}", kind: MOVIE, name: "${name}", maturityRating: "PG", licences: ${licences} }) { consistencyToken errors { message } }`;

  const ask = async (query: string, headers: Record<string, string> = {}) => {
    const answer = await sendRaw(`${gateway.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ query }),
    });
    return { ...answer, ...JSON.parse(answer.body.toString()) };
  };
  const asEditor = async () => ({
    authorization: `Bearer ${await tokenOf(gateway, "editor", ["VIEWER", "EDITOR"])}`,
  });

  it("has one token, the greatest, which any answer carries as a header and in its extensions", async () => {
    const editor = await asEditor();
    const { data, headers, extensions } = await ask(
      `mutation { a: ${put("one-a", "One A")} b: ${put("one-b", "One B")} }`,
      editor,
    );
    expect([data.a.errors, data.b.errors]).toEqual([[], []]);
    const token = data.b.consistencyToken;
    expect(data.a.consistencyToken < token).toBe(true);
    expect(headers["x-marquee-consistency"]).toBe(token);
    expect(extensions.consistencyToken).toBe(token);
    expect(headers["cache-control"]).toBe("no-store");
    const later = await ask(`mutation { ${put("one-c", "One C")} }`, editor);
    expect(later.extensions.consistencyToken > token).toBe(true);
  });

  it("is told by no answer that wrote nothing", async () => {
    const { headers, extensions } = await ask("{ titles { totalCount } }");
    expect([headers["x-marquee-consistency"], extensions]).toEqual([undefined, undefined]);
    const failed = await ask(
      'mutation { archiveTitle(input: { title: "Title:never", expectedVersion: 1 }) { errors { code } } }',
      await asEditor(),
    );
    expect([failed.headers["x-marquee-consistency"], failed.extensions]).toEqual([undefined, undefined]);
  });

  it("is waited for where a link that knows no fields carries tokens on, one or several", async () => {
    const editor = await asEditor();
    const kept: string[] = [];
    for (const n of [1, 2]) {
      const query = `mutation { put: ${put(`link-${n}`, `Linked ${n}`)} publishTitle(input: { title: "Title:link-${n}" }) { errors { message } } }`;
      const { headers } = await ask(query, editor);
      kept.push(String(headers["x-marquee-consistency"]));
    }
    const read = '{ a: title(id: "Title:link-1") { name } b: title(id: "Title:link-2") { name } }';
    for (const value of [kept.toSorted().at(-1)!, kept.join(", "), kept.toReversed().join(",")]) {
      const { data, extensions } = await ask(read, { "x-marquee-consistency": value });
      expect(data).toEqual({ a: { name: "Linked 1" }, b: { name: "Linked 2" } });
      expect(extensions).toBeUndefined();
    }
    // What was asked for is part of what is told on.
    const { headers } = await ask(`mutation { ${put("link-3", "Linked 3")} }`, {
      ...editor,
      "x-marquee-consistency": kept.join(","),
    });
    expect(kept.every((token) => token < String(headers["x-marquee-consistency"]))).toBe(true);
  });
});

describe("while nobody follows what is written", () => {
  const behind = useGateway(() => settings({ MARQUEE_PROJECTOR: "false" }));

  it("waits for a second in all, then answers and says which projection is how far behind", async () => {
    const { id, consistencyToken } = await writeFilm(behind, "late", "Late show");
    const started = performance.now();
    const { data, errors, freshness } = await ask(behind, READ, {
      variables: { id, text: "late show" },
      headers: { "x-marquee-consistency": consistencyToken },
      token: await tokenOf(behind, "viewer", ["OPERATOR"]),
    });
    const ms = performance.now() - started;
    expect(errors).toBeUndefined();
    expect(data.title).toBeNull();
    expect(ms).toBeGreaterThan(WAIT_MS - 100);
    expect(ms).toBeLessThan(3 * WAIT_MS);
    expect(freshness.stores.map(({ target }: any) => target)).toEqual([
      "catalog.postgres",
      "search.postgres",
    ]);
    for (const store of freshness.stores) {
      expect(store).toMatchObject({ store: "POSTGRES", reached: false });
      expect(store.lagEvents).toBeGreaterThanOrEqual(2);
      expect(store.lagSeconds).toBeGreaterThan(0.5);
    }
  });

  it("answers at once without a token, and how stale it is where that is asked", async () => {
    await writeFilm(behind, "stale", "Stale");
    const query = "{ titles(first: 1) { totalCount } }";
    const plain = await ask(behind, query);
    expect(plain.extensions).toBeUndefined();
    const headers = { "x-marquee-freshness": "1" };
    const token = await tokenOf(behind, "viewer", ["OPERATOR"]);
    const { freshness } = await ask(behind, query, { headers, token });
    expect(freshness.stores).toEqual([
      {
        store: "POSTGRES",
        target: "catalog.postgres",
        reached: null,
        lagEvents: expect.any(Number),
        lagSeconds: expect.any(Number),
      },
    ]);
    expect(freshness.stores[0].lagEvents).toBeGreaterThan(0);
    expect(
      (await ask(behind, "{ __typename }", { headers: { "x-marquee-freshness": "1" } })).freshness,
    ).toEqual({
      stores: [],
    });
  });

  it("tells nobody of what they may not meet, and has nobody wait for it", async () => {
    const tenant = (await stores.tenants.named("other"))!;
    await publish(stores, tenant, [titleBody({ id: "seen" })]);
    await database.query(`delete from marquee.outbox where tenant_id = ${tenant.id}`);
    const by = (profile: string, roles: Role[]) =>
      behind.tokenFor({ tenant: "other", account: null, profile, roles });
    const [editor, viewer] = [await by("editor", ["VIEWER", "EDITOR"]), await by("viewer", ["VIEWER"])];
    const write = async (operation: string, input: object, token: string) => {
      const { data } = await behind.ask(operationOf(operations, operation), { variables: { input }, token });
      const [payload] = Object.values(data);
      expect(payload.errors).toEqual([]);
      return payload.consistencyToken as string;
    };
    const put = (externalId: string) =>
      write("PutTitle", { externalId, kind: "MOVIE", name: externalId }, editor);
    const watch = () => write("Progress", { title: "Title:seen", positionSeconds: 5 }, viewer);
    const read = async (written: string, token: string) => {
      const headers = { "x-marquee-consistency": written, "x-marquee-freshness": "1" };
      const { freshness } = await ask(behind, "{ titles(first: 1) { totalCount } }", { headers, token });
      return freshness.stores as object[];
    };
    const catalog = { store: "POSTGRES", target: "catalog.postgres", lagEvents: null, lagSeconds: null };
    const drafted = await put("draft");
    const watched = await watch();
    // The draft came before, and has not been followed; it is the editor's to wait for, and whose token it is.
    expect(await read(watched, viewer)).toEqual([{ ...catalog, reached: true }]);
    expect(await read(watched, editor)).toEqual([{ ...catalog, reached: false }]);
    expect(await read(drafted, viewer)).toEqual([{ ...catalog, reached: false }]);
    // What they may meet is waited for as ever.
    await write("PutTitle", { id: "Title:seen", expectedVersion: 1, name: "Seen anew" }, editor);
    expect(await read(await watch(), viewer)).toEqual([{ ...catalog, reached: false }]);
  });

  it("answers a mutation from its facts, without waiting", async () => {
    const { id } = await writeFilm(behind, "facts", "From facts");
    const token = await tokenOf(behind, "editor", ["VIEWER", "EDITOR"]);
    const { data } = await behind.ask(operationOf(operations, "PutTitle"), {
      variables: { input: { id, expectedVersion: 2, name: "From facts alone" } },
      token,
    });
    expect(data.putTitle).toMatchObject({ title: { name: "From facts alone" }, version: 3, errors: [] });
  });
});
