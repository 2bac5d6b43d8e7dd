import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { type TitleDocument } from "../../datasources/core/title.document.js";
import { CallLog } from "../../datasources/core/store-request.js";
import { type Tenant, type TenantTier } from "../../datasources/core/tenant.js";
import { film } from "../support/titles.js";
import { EVERYTHING, everyone, openOpenSearch, textQuery } from "./opensearch-support.js";

const URL = process.env.OPENSEARCH_URL;
if (!URL) console.warn("NOT RUN: the projection of search in OpenSearch, because OPENSEARCH_URL is not set");

async function* batches(...lists: TitleDocument[][]) {
  for (const list of lists) yield await Promise.resolve(list);
}

describe.skipIf(!URL).each<TenantTier>(["SHARED", "ISOLATED"])("projection of search, tenants %s", (tier) => {
  let subject: ReturnType<typeof openOpenSearch>;
  let tenant: Tenant;

  beforeAll(() => {
    subject = openOpenSearch(URL ?? "", tier);
  });
  beforeEach(async () => {
    tenant = await subject.openTenant();
  });
  afterAll(() => subject.close());

  const put = async (...titles: TitleDocument[]) => {
    await subject.projection.put(tenant, titles);
    await subject.settleOf(tenant);
  };
  const ids = async (text: string, of = tenant) => {
    const { hits } = await subject.search.search(
      { tenant: of, calls: new CallLog() },
      everyone,
      textQuery(text),
    );
    return hits.map((hit) => hit.titleId);
  };

  describe("revisions", () => {
    it("lets an equal revision replace, and none that is older", async () => {
      await put(film("a", "Marigold", { revision: 3 }));
      await put(film("a", "Wisteria", { revision: 3 }));
      expect(await ids("wisteria")).toEqual(["a"]);
      await put(film("a", "Hyacinth", { revision: 2 }), film("b", "Hyacinth", { revision: 1 }));
      expect(await ids("hyacinth")).toEqual(["b"]);
    });

    it("are those of titles also after popularity was set", async () => {
      await put(film("a", "Marigold", { revision: 2, popularity: 0.1 }));
      for (const value of [0.2, 0.3, 0.4])
        await subject.projection.setPopularity(tenant, new Map([["a", value]]));
      await put(film("a", "Hyacinth", { revision: 1 }));
      expect(await ids("marigold")).toEqual(["a"]);
      await put(film("a", "Wisteria", { revision: 2 }));
      expect(await ids("wisteria")).toEqual(["a"]);
      await put(film("a", "Primrose", { revision: 3 }));
      expect(await ids("primrose")).toEqual(["a"]);
    });

    it("of the newest of many writers at once remain", async () => {
      const revisions = Array.from({ length: 12 }, (_, index) => 12 - index);
      await Promise.all(
        revisions.map((revision) =>
          subject.projection.put(tenant, [film("a", `Marigold ${revision * 100}`, { revision })]),
        ),
      );
      await subject.settleOf(tenant);
      expect(await ids("1200")).toEqual(["a"]);
      expect(await ids("1100")).toEqual([]);
    });
  });

  it("shows a title within a second of being put", async () => {
    await put(film("a", "Marigold"));
    await subject.projection.put(tenant, [film("b", "Hyacinth")]);
    await expect.poll(() => ids("hyacinth"), { timeout: 1_000, interval: 50 }).toEqual(["b"]);
  });

  it("keeps a score when other titles come and go, so that pages do", async () => {
    const score = async () => {
      const request = { tenant, calls: new CallLog() };
      return (await subject.search.search(request, everyone, textQuery("marigold lane"))).hits[0]?.score;
    };
    await put(film("a", "Marigold Lane"));
    const before = await score();
    await put(...Array.from({ length: 50 }, (_, index) => film(`x${index}`, `Marigold ${index}`)));
    expect(before).toBeGreaterThan(0.9);
    expect(await score()).toBe(before);
  });

  describe("rebuild", () => {
    it("switches from what there was to what there is", async () => {
      await put(film("a", "Marigold"), film("b", "Marigold Hill"));
      const before = await subject.projection.status(tenant);
      await subject.projection.rebuild(
        tenant,
        batches([film("b", "Marigold Hill")], [film("c", "Marigold Lane")]),
      );
      expect((await ids("marigold")).sort()).toEqual(["b", "c"]);
      const after = await subject.projection.status(tenant);
      expect(after.entries).toBe(2);
      expect(after.live).not.toBe(before.live);
    });

    it("answers from the old titles until then, and keeps what is put meanwhile", async () => {
      await put(film("a", "Marigold"));
      const during: string[][] = [];
      await subject.projection.rebuild(
        tenant,
        (async function* () {
          yield [film("a", "Marigold", { revision: 2 }), film("b", "Wisteria")];
          await put(film("a", "Hyacinth", { revision: 3 }), film("c", "Primrose"));
          await subject.projection.setPopularity(tenant, new Map([["b", 1]]));
          during.push(await ids("wisteria"), await ids("primrose"));
          yield [film("c", "Primrose"), film("a", "Marigold", { revision: 1 })];
        })(),
      );
      expect(during).toEqual([[], ["c"]]);
      expect(await ids("hyacinth")).toEqual(["a"]);
      expect(await ids("marigold")).toEqual([]);
      expect((await ids("")).sort()).toEqual(["a", "b", "c"]);
      expect((await ids(""))[0]).toBe("b");
    });

    it("leaves the old titles when it fails, and nothing of its own", async () => {
      await subject.projection.rebuild(tenant, batches([film("a", "Marigold")]));
      const { live } = await subject.projection.status(tenant);
      expect(live).not.toBeNull();
      const failing = (async function* () {
        yield [film("b", "Wisteria")];
        await Promise.resolve();
        throw new Error("the source broke");
      })();
      await expect(subject.projection.rebuild(tenant, failing)).rejects.toThrow("the source broke");
      expect(await ids("")).toEqual(["a"]);
      expect((await subject.projection.status(tenant)).live).toBe(live);
      expect(await leftovers()).toEqual([]);
    });

    // OpenSearch answers a header for each thousand documents that one request deletes, and Node takes 16 KB of them.
    it.runIf(tier === "SHARED")(
      "removes more old titles than one request can",
      async () => {
        await put(film("a", "Marigold"));
        await subject.fillOldGeneration(tenant, 75_000);
        await subject.projection.rebuild(tenant, batches([film("b", "Wisteria")]));
        expect(await ids("")).toEqual(["b"]);
        expect(await leftovers()).toEqual([]);
        expect(await subject.countStored(tenant)).toBe(1);
      },
      180_000,
    );

    it("twice at once ends with one live target", async () => {
      await put(film("a", "Marigold"));
      const titles = [film("a", "Marigold"), film("b", "Wisteria")];
      const rebuilds = [1, 2].map(() => subject.projection.rebuild(tenant, batches(titles)));
      await Promise.all(rebuilds);
      expect((await ids("")).sort()).toEqual(["a", "b"]);
      expect(await leftovers()).toEqual([]);
    });

    it("disturbs no other tenant", async () => {
      const other = await subject.openTenant();
      await subject.projection.put(other, [film("a", "Foreign Marigold")]);
      await subject.settleOf(other);
      const before = await subject.projection.status(other);
      await subject.projection.rebuild(tenant, batches([film("a", "Marigold")]));
      expect(await ids("foreign marigold", other)).toEqual(["a"]);
      expect(await subject.projection.status(other)).toEqual(before);
      expect(await ids("foreign")).toEqual([]);
    });

    /** Titles of the tenant that are of no generation that is read, and aliases of others. */
    async function leftovers(): Promise<unknown[]> {
      const { live } = await subject.projection.status(tenant);
      const { body } = await subject.store.write<{ hits: { hits: { _index: string; _id: string }[] } }>({
        method: "POST",
        path: `/${subject.store.prefix}-*/_search`,
        body: { size: 100, query: { term: { tenant: tenant.id } } },
      });
      const { body: aliases } = await subject.store.write<
        Record<string, { aliases: Record<string, unknown> }>
      >({
        method: "GET",
        path: `/_alias/${subject.store.aliasOf(tenant, 0).replace(/0$/, "*")}`,
      });
      const generation = String(Number(live?.split("_").at(-1)));
      const shown = Object.values(aliases).flatMap((index) => Object.keys(index.aliases));
      const dead = body.hits.hits.filter((hit) => hit._id.split("/")[1] !== generation);
      return [
        ...dead,
        ...shown.filter((alias) => alias !== subject.store.aliasOf(tenant, Number(generation))),
      ];
    }
  });

  it("answers nothing for a tenant that has nothing", async () => {
    const tenant = subject.createTenant();
    expect(await subject.projection.status(tenant)).toEqual({ entries: 0, live: null });
    const request = { tenant, calls: new CallLog() };
    const empty = { hits: [], total: 0, hasMore: false, relaxed: false, didYouMean: null };
    expect(
      await subject.search.search(request, everyone, textQuery("a b", { wants: EVERYTHING })),
    ).toMatchObject(empty);
    expect(await subject.search.suggest(request, everyone, "mari", 5)).toEqual([]);
    await subject.projection.setPopularity(tenant, new Map([["a", 1]]));
  });

  it("notices that its data has gone, brings no index back by writing, and is filled again", async () => {
    await put(film("a", "Marigold"));
    await subject.store.write({ method: "DELETE", path: `/${subject.store.prefix}-*` });
    expect(await subject.projection.status(tenant)).toEqual({ entries: 0, live: null });
    await subject.projection.put(tenant, [film("b", "Wisteria")]);
    await subject.projection.removeTitles(tenant, [{ id: "a", revision: 1 }]);
    await subject.projection.setPopularity(tenant, new Map([["a", 1]]));
    const path = `/${subject.store.prefix}-*/_alias`;
    const { body } = await subject.store.write<Record<string, unknown>>({ method: "GET", path });
    expect(Object.keys(body)).toEqual([]);
    await subject.projection.rebuild(tenant, batches([film("b", "Wisteria")]));
    expect(await ids("")).toEqual(["b"]);
  });

  it("removes everything of a tenant", async () => {
    await put(film("a", "Marigold"));
    await subject.projection.remove(tenant);
    expect(await subject.projection.status(tenant)).toEqual({ entries: 0, live: null });
    expect(await ids("marigold")).toEqual([]);
  });
});
