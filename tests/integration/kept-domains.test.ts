import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { audienceKey, type Audience } from "../../datasources/catalog/audience.js";
import { type StoreRequest } from "../../datasources/core/store-request.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { viewer } from "../contract/catalog-model.js";
import { use, useStores, useSuperuser } from "../support/fixtures.js";
import { createTestTenant, openKeptStores } from "../support/stores.js";
import {
  changesBy,
  everything,
  keptRequest as request,
  TITLES,
  type Change,
} from "./kept-catalog-support.js";

/*
 * What is kept beside the catalogue: which titles are alike, charts, and plans.
 */

/** What always asks its store, and writes. */
const plain = useStores();
const here = use(() => openKeptStores());
const there = use(() => openKeptStores());
const superuser = useSuperuser("shared");
const elsewhere = useSuperuser("shared");

type Asked = Pick<Stores, "recommendations" | "top10" | "checkouts">;
const COUNTRY = "US";
const idOf = (n: number) => TITLES[n]!.id;

/** All that can be asked of it, in one level of one request. */
function allOf({ recommendations, top10, checkouts }: Asked, asks: StoreRequest, audience: Audience) {
  const ids = [...TITLES.map(({ id }) => id), "missing"];
  return Promise.all([
    recommendations.similarTo({ ...asks, apart: audienceKey(audience) }, ids, 5),
    top10.top10(asks, audience, COUNTRY, null),
    top10.top10(asks, audience, COUNTRY, null, "WEEK"),
    top10.top10(asks, audience, COUNTRY, daysAgo(6)),
    top10.places(asks, audience, COUNTRY),
    top10.trending(asks, COUNTRY, 10),
    checkouts.plans(asks),
  ]);
}
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

/** Statements for a tenant ($1), a title ($2) and another ($3). */
const STATEMENTS = [
  "insert into similar_titles values ($1::int, $2::text, $3::text, 0.5)",
  "update similar_titles set weight = weight / 2 where tenant_id = $1::int and from_id = $2::text and to_id <> $3::text",
  "delete from similar_titles where tenant_id = $1::int and from_id = $2::text and to_id <> $3::text",
  `insert into top10_entries (tenant_id, country, day, rank, title_id, viewers, watched_seconds)
   select $1::int, '${COUNTRY}', current_date - d, coalesce(max(e.rank), 0) + 1, $2::text, 9, 900
   from generate_series(4, 6) d left join top10_entries e
     on e.tenant_id = $1::int and e.country = '${COUNTRY}' and e.day = current_date - d
   where $3::text <> '' group by d on conflict do nothing`,
  "update top10_entries set viewers = viewers + 1 where tenant_id = $1::int and title_id = $2::text and $3::text <> ''",
  "delete from top10_entries where tenant_id = $1::int and title_id = $2::text and $3::text <> ''",
  `insert into top10_weeks (tenant_id, country, day, rank, title_id, viewers, watched_seconds)
   select $1::int, '${COUNTRY}', date_trunc('week', current_date - 14)::date, coalesce(max(rank), 0) + 1, $2::text, 9, 900
   from top10_weeks where tenant_id = $1::int and $3::text <> '' on conflict do nothing`,
  `insert into top10_checks (tenant_id, country, day, check_name, measured, limit_value, passed)
   select $1::int, '${COUNTRY}', current_date - 4, 'VIEWERS', 0, 1, random() < 0.5 where $2::text <> $3::text
   on conflict (tenant_id, country, day, check_name) do update set passed = not top10_checks.passed`,
  `insert into trending_titles (tenant_id, country, rank, title_id, score)
   select $1::int, '${COUNTRY}', coalesce(max(rank), 0) + 1, $2::text, 0.5 from trending_titles where tenant_id = $1::int and $3::text <> ''`,
  "delete from trending_titles where tenant_id = $1::int and title_id in ($2::text, $3::text)",
  `with merged as (insert into title_merges values ($1::int, $2::text, $3::text, clock_timestamp()))
   insert into title_heads (tenant_id, title_id, version, revision, merged_into) values ($1::int, $2::text, 1, 1, $3::text)
   on conflict (tenant_id, title_id) do update set merged_into = excluded.merged_into`,
  `insert into plans (tenant_id, id, name, max_streams, max_height, price_cents, currency)
   values ($1::int, $2::text, $3::text, 1, 720, 100, 'EUR') on conflict do nothing`,
  "update plans set price_cents = price_cents + 1 where tenant_id = $1::int and id <> $2::text and id <> $3::text",
  "delete from plans where tenant_id = $1::int and id in ($2::text, $3::text)",
];

const changes = () =>
  fc.oneof(
    changesBy(plain, superuser),
    fc
      .tuple(fc.constantFrom(...STATEMENTS), fc.nat(TITLES.length - 1), fc.nat(TITLES.length - 1))
      .filter(([, one, other]) => one !== other)
      .map(
        ([statement, one, other]): Change =>
          (tenant) =>
            superuser.query(statement, [tenant.id, idOf(one), idOf(other)]),
      ),
    fc.nat(TITLES.length - 1).map(
      (at): Change =>
        (tenant) =>
          plain.tasteGraph.replace(
            tenant,
            {
              titles: [idOf(at), idOf((at + 1) % TITLES.length)],
              from: Uint32Array.of(0, 1),
              to: Uint32Array.of(1, 0),
              weight: Float32Array.of(0.5, 0.25),
            },
            { model: "EASE", learnedAt: "2026-01-01T00:00:00Z", titles: 2, edges: 2 },
          ),
    ),
  );

async function filledTenant(): Promise<Tenant> {
  const tenant = await createTestTenant(plain);
  await plain.catalogProjection.put(tenant, TITLES);
  for (const statement of STATEMENTS.filter((each) => each.startsWith("insert")))
    for (const [one, other] of [
      [0, 1],
      [1, 2],
      [4, 0],
    ] as const)
      await superuser.query(statement, [tenant.id, idOf(one), idOf(other)]);
  return tenant;
}
const operations = ({ calls }: StoreRequest) => calls.calls.map(({ operation }) => operation);

describe("what is kept beside the catalogue", () => {
  it("is what the store answers, whatever has been changed by anybody in between", async () => {
    const tenant = await filledTenant();
    let revision = 1;
    const audiences = fc.record({
      country: fc.constantFrom("US", "GB"),
      maturityLimit: fc.constantFrom(7, 18),
      editor: fc.boolean(),
      now: fc.constant(viewer.now),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(changes(), { maxLength: 2 }), audiences, async (made, audience) => {
        for (const change of made) await change(tenant, (revision += 1));
        const expected = await allOf(plain, request(tenant), audience);
        for (const stores of [here, there, here])
          expect(await allOf(stores, request(tenant), audience)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
    expect(here.memory.figures.hits).toBeGreaterThan(here.memory.figures.misses / 2);
  });

  it("costs no row until something has changed, and each as little as it depends on", async () => {
    const tenant = await filledTenant();
    const ask = async () => {
      const asks = request(tenant);
      await allOf(here, asks, viewer);
      return operations(asks);
    };
    await ask();
    const looks = "charts.stamp + plans.stamp + taste.stamp";
    const sorted = async () => (await ask()).map((each) => each.split(" + ").sort().join(" + "));
    expect(await sorted()).toEqual([looks]);
    await superuser.query("update plans set price_cents = price_cents + 1 where tenant_id = $1", [tenant.id]);
    expect((await sorted()).join()).toContain("checkouts.plans");
    expect(await sorted()).toEqual([looks]);
    // Of what is in the catalogue lists are made, and nothing else of it.
    await plain.catalogProjection.setPopularity(tenant, new Map([[idOf(1), 0.123]]));
    const changed = (await sorted()).join();
    expect(changed).toContain("top10.places");
    expect(changed).not.toContain("checkouts.plans");
    expect(changed).not.toContain("recommendations.similarTo");
    expect(await sorted()).toEqual([looks]);
  });

  it("holds up nobody who writes titles while a job writes lists or edges", async () => {
    const tenant = await filledTenant();
    await superuser.query("begin");
    try {
      await superuser.query("delete from similar_titles where tenant_id = $1", [tenant.id]);
      await superuser.query("delete from trending_titles where tenant_id = $1", [tenant.id]);
      await plain.catalogProjection.setPopularity(tenant, new Map([[idOf(1), 0.321]]));
      // Whoever merges titles keeps everybody from playing until that is done.
      await elsewhere.query("insert into title_merges values ($1, 'x', 'y', now())", [tenant.id]);
    } finally {
      await superuser.query("rollback");
    }
    const expected = await everything(plain.catalog, request(tenant), viewer);
    expect(await everything(here.catalog, request(tenant), viewer)).toEqual(expected);
  });

  it("is another audience's never, nor another tenant's", async () => {
    const [tenant, other] = [await filledTenant(), await createTestTenant(plain)];
    await allOf(here, request(tenant), { ...viewer, editor: true });
    for (const audience of [viewer, { ...viewer, maturityLimit: 7 }, { ...viewer, country: "GB" }])
      for (const asked of [tenant, other])
        expect(await allOf(here, request(asked), audience)).toEqual(
          await allOf(plain, request(asked), audience),
        );
    const asks = { ...request(tenant), apart: audienceKey({ ...viewer, maturityLimit: 7 }) };
    await here.recommendations.similarTo(asks, [idOf(0)], 4);
    const apart = { ...request(tenant), apart: audienceKey(viewer) };
    await here.recommendations.similarTo(apart, [idOf(0)], 4);
    expect(operations(apart)).toEqual(["taste.stamp + recommendations.similarTo"]);
  });
});
