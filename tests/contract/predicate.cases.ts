import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Audience } from "../../datasources/catalog/audience.js";
import { type Catalog } from "../../datasources/catalog/catalog.js";
import { titlesFor, type TitleFilter } from "../../datasources/catalog/title-filter.js";
import { toTest, type Predicate } from "../../datasources/core/predicate.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type TitleDocument } from "../../datasources/core/title.document.js";
import { type Search } from "../../datasources/search/search.js";
import { audiences, filters, predicates, titles } from "../support/predicate-arbitraries.js";
import { testRequest } from "../support/stores.js";

/** One store's compiler, over titles that it has been given. */
export interface PredicateStore {
  name: string;
  tenant: Tenant;
  put(titles: readonly TitleDocument[]): Promise<void>;
  /** The ids of the titles that each of the predicates asks for. */
  find(predicates: readonly Predicate[]): Promise<string[][]>;
  /** What answers clients from these titles. */
  serves: { catalog: Catalog } | { search: Search };
}

/** What to draw with: a failure tells its own, with which `MARQUEE_TEST_SEED` draws the same again. */
const SEED = Number(process.env.MARQUEE_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const TITLES = 300;
const BATCH = 25;

/** Holds stores to what `toTest` says of the same titles. */
export function predicateContract(
  runs: number,
  open: () => Promise<{ stores: PredicateStore[]; close: () => Promise<void> }>,
) {
  describe("One language for which titles", () => {
    const [drawn = []] = fc.sample(titles(TITLES), { seed: SEED, numRuns: 1 });
    let stores: PredicateStore[];
    let close: () => Promise<void>;
    let judged = 0;
    beforeAll(async () => {
      ({ stores, close } = await open());
      await Promise.all(stores.map((store) => store.put(drawn)));
    });
    afterAll(() => close());

    function agree(store: string, question: unknown, predicate: Predicate, found: readonly string[]): void {
      const meets = toTest(predicate);
      const answer = new Set(found);
      judged += drawn.length;
      const wrong = drawn.filter((title) => meets(title) !== answer.has(title.id));
      if (wrong.length === 0) return;
      const [least] = wrong.sort((a, b) => JSON.stringify(a).length - JSON.stringify(b).length);
      expect.fail(
        `${store} ${answer.has(least!.id) ? "finds" : "does not find"}, unlike toTest, by ${JSON.stringify(question)} ` +
          `the title ${JSON.stringify(least)}. MARQUEE_TEST_SEED=${SEED}`,
      );
    }

    function tell(what: string): void {
      console.log(
        `${what}: ${judged} judgements of ${stores.map(({ name }) => name).join(", ")}, seed ${SEED}`,
      );
      judged = 0;
    }

    it("means the same to every store", async () => {
      const batch = fc.array(predicates, { minLength: 1, maxLength: BATCH, size: "max" });
      const property = fc.asyncProperty(batch, async (asked) => {
        const answers = await Promise.all(stores.map((store) => store.find(asked)));
        answers.forEach((answer, n) =>
          asked.forEach((predicate, at) => agree(stores[n]!.name, predicate, predicate, answer[at]!)),
        );
      });
      await fc.assert(property, { seed: SEED, numRuns: runs });
      tell("Predicates");
    });

    it("answers what an audience may meet of a filter, listed, counted and found", async () => {
      const property = fc.asyncProperty(audiences, filters, async (audience, filter) => {
        const predicate = titlesFor(audience, filter);
        const answers = await Promise.all(stores.map((store) => answered(store, audience, filter)));
        answers.forEach(({ ids, total }, n) => {
          agree(stores[n]!.name, { audience, filter }, predicate, ids);
          expect(total, `${stores[n]!.name} counts ${JSON.stringify({ audience, filter })}`).toBe(ids.length);
        });
      });
      await fc.assert(property, { seed: SEED, numRuns: runs * 4 });
      tell("Filters");
    });
  });
}

async function answered({ serves, tenant }: PredicateStore, audience: Audience, filter: TitleFilter) {
  const request = testRequest(tenant);
  if ("search" in serves) {
    const wants = { total: true, facets: false, highlights: false, didYouMean: false };
    const { hits, total } = await serves.search.search(request, audience, {
      text: "",
      filter,
      limit: TITLES,
      wants,
    });
    return { ids: hits.map(({ titleId }) => titleId), total };
  }
  const page = { limit: TITLES, fromEnd: false };
  const query = { filter, order: { field: "NAME", direction: "ASC" } as const, page };
  const [[list], [total]] = await Promise.all([
    serves.catalog.titleRefs(request, audience, [query]),
    serves.catalog.countTitles(request, audience, [filter]),
  ]);
  return { ids: list!.rows.map(({ id }) => id), total };
}
