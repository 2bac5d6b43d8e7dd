import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import { documentOf } from "../../datasources/search/opensearch/search-document.opensearch.js";
import { type AnySection } from "../../datasources/projection/check/section.js";
import { CallLog } from "../../datasources/core/store-request.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { film } from "../support/titles.js";
import { everyone, openOpenSearch, textQuery } from "./opensearch-support.js";
import { catalogue, check, oneBatch, repaired, sourceOf, type Damage } from "./projection-damage-support.js";

const URL = process.env.OPENSEARCH_URL ?? "";

describe.skipIf(!URL).each(["SHARED", "ISOLATED"] as const)("Damage to %s search in OpenSearch", (tier) => {
  let opensearch: ReturnType<typeof openOpenSearch>;
  let tenant: Tenant;
  let sections: AnySection[];

  beforeAll(() => {
    opensearch = openOpenSearch(URL, tier);
  });
  beforeEach(async () => {
    tenant = opensearch.createTenant();
    sections = opensearch.projection.sections(sourceOf(catalogue()));
    await opensearch.projection.rebuild(tenant, oneBatch(catalogue()));
  });
  afterAll(() => opensearch.close());

  const mended = () =>
    repaired(
      {
        sections,
        status: (of) => opensearch.projection.status(of),
        rebuild: async (of) => {
          await opensearch.projection.rebuild(of, oneBatch(catalogue()));
          return catalogue().length;
        },
      },
      tenant,
    );
  /** What is read: the place that the ledger names. */
  const live = async () => {
    const { live: name } = await opensearch.projection.status(tenant);
    const generation = String(Number(name!.split("_").at(-1)));
    const { status, body } = await opensearch.store.write<
      Record<string, { aliases: Record<string, unknown> }>
    >({
      method: "GET",
      path: `/_alias/${opensearch.store.aliasOf(tenant, Number(generation))}`,
    });
    expect(status).toBe(200);
    const [index = ""] = Object.keys(body);
    return { index, generation };
  };
  const raw = async (method: "PUT" | "DELETE" | "POST", id: string, body?: object, query: object = {}) => {
    const { index, generation } = await live();
    const path = `/${index}/${method === "POST" ? "_update" : "_doc"}/${encodeURIComponent(`${tenant.id}/${generation}/${id}`)}`;
    await opensearch.store.write({
      method,
      path,
      body,
      query: { routing: String(tenant.id), refresh: true, ...query },
    });
  };
  const stored = async (id: string, change: object = {}) => {
    const title = catalogue().find((each) => each.id === id) ?? film(id, "Ghost");
    return { ...documentOf(title), tenant: tenant.id, generation: (await live()).generation, ...change };
  };
  /** Writes a document as it would be in a revision, with a change. */
  const write = async (id: string, revision: number, change: object) =>
    raw("PUT", id, await stored(id, change), { version: revision, version_type: "external_gte" });

  it("finds nothing in a sound projection", async () => {
    const { report, differences } = await check(sections, tenant);
    expect(differences).toEqual([]);
    expect(report.entries).toBe(6);
  });

  const damages: Damage[] = [
    { what: "a document deleted", harm: () => raw("DELETE", "t1"), found: ["missing title t1"] },
    {
      what: "an older revision",
      harm: async () => {
        const older = { ...catalogue()[0]!, revision: 2, name: "Was called so" };
        const { generation } = await live();
        await raw("DELETE", "t1");
        // Past the memory of the deletion.
        await opensearch.store.write({
          method: "PUT",
          path: `/${(await live()).index}/_settings`,
          body: { index: { gc_deletes: "0s" } },
        });
        const { index } = await live();
        // It forgets at a refresh, by a clock that is some hundred milliseconds late.
        await vi.waitFor(
          async () => {
            await opensearch.store.write({ method: "POST", path: `/${index}/_refresh` });
            await raw(
              "PUT",
              "t1",
              { ...documentOf(older), tenant: tenant.id, generation },
              { version: 2, version_type: "external_gte" },
            );
          },
          { timeout: 10_000, interval: 100 },
        );
      },
      found: ["stale title t1"],
    },
    {
      what: "another name in the same revision",
      harm: () => write("t2", 1, { name: "short meridian" }),
      found: ["stale title t2"],
    },
    {
      what: "a document that nobody knows",
      harm: () => write("ghost", 1, {}),
      found: ["orphaned title ghost"],
    },
    {
      what: "a document under an id of no title",
      harm: async () => {
        const { index } = await live();
        const query = { routing: String(tenant.id), refresh: true };
        await opensearch.store.write({
          method: "PUT",
          path: `/${index}/_doc/twin-${tenant.id}`,
          body: await stored("t2"),
          query,
        });
      },
      found: ["orphaned title _id twin-*"],
    },
    { what: "a field emptied", harm: () => write("t1", 3, { people: "" }), found: ["stale title t1"] },
    {
      what: "a field taken away",
      harm: () => write("t1", 3, { texts: undefined }),
      found: ["stale title t1"],
    },
    {
      what: "a field that no title has",
      harm: () => write("t1", 3, { note: "by hand" }),
      found: ["stale title t1"],
    },
    { what: "a licence changed", harm: () => write("t3", 2, { licences: [] }), found: ["stale title t3"] },
    { what: "a state changed", harm: () => write("t2", 1, { state: "DRAFT" }), found: ["stale title t2"] },
    {
      what: "a limit of age lowered",
      harm: () => write("t2", 1, { maturityAge: 0 }),
      found: ["stale title t2"],
    },
    { what: "a revision raised", harm: () => write("t2", 4_000, {}), found: ["stale title t2"] },
    {
      what: "a revision raised, with other content",
      harm: () => write("t3", 77, { name: "casino" }),
      found: ["stale title t3"],
    },
    {
      what: "a document in another generation",
      harm: () => write("t3", 2, { generation: "0" }),
      found: ["stale title t3"],
    },
  ];
  it.each(damages)("finds and mends $what", async ({ harm, found }) => {
    await harm();
    const { differences } = await check(sections, tenant);
    expect(differences.map((line) => line.replace(/twin-\d+/, "twin-*"))).toEqual(found);
    expect((await mended()).differences).toEqual([]);
    expect(await opensearch.projection.status(tenant)).toMatchObject({ entries: 3 });
    const request = { tenant, calls: new CallLog() };
    const { hits } = await opensearch.search.search(request, everyone, textQuery("meridian"));
    expect(hits.map(({ titleId }) => titleId)).toEqual(["t2"]);
  });

  it("takes later revisions of a title that was mended", async () => {
    await write("t2", 4_000, {});
    await mended();
    const newer = { ...catalogue()[1]!, revision: 2, name: "The Longest Meridian" };
    await opensearch.projection.put(tenant, [newer]);
    const [first, , third] = catalogue();
    expect(
      (await check(opensearch.projection.sections(sourceOf([first!, newer, third!])), tenant)).differences,
    ).toEqual([]);
  });

  it("passes over popularity", async () => {
    await opensearch.projection.setPopularity(tenant, new Map([["t1", 0.9]]));
    expect((await check(sections, tenant)).differences).toEqual([]);
  });
});
