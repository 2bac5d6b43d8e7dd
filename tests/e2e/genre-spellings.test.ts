import { beforeAll, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { publish } from "../support/catalogue.js";
import { useGateway } from "../support/fixtures.js";
import { named, titleBody } from "../support/titles.js";

const gateway = useGateway();
let tenant: Tenant;

beforeAll(async () => {
  tenant = await gateway.createTenant();
  await publish(
    gateway.stores,
    tenant,
    ["Comédie", "comedie", "Drama", "\uff24\uff52\uff41\uff4d\uff41"].map((name, n) =>
      titleBody({ id: `f${n}`, name: `Film ${n}`, genres: [named(name)] }),
    ),
  );
});

it("spellings of a genre are one value, which the filter takes", async () => {
  const found = await gateway.ask('{ search(query: "film") { facets { field buckets { value count } } } }', {
    tenant: tenant.slug,
  });
  const { facets } = found.data.search as {
    facets: { field: string; buckets: { value: string; count: number }[] }[];
  };
  const { buckets } = facets.find(({ field }) => field === "GENRE")!;
  expect(buckets.map(({ count }) => count)).toEqual([2, 2]);
  for (const { value, count } of buckets) {
    const { data } = await gateway.ask(
      `query ($filter: TitleFilter) { search(query: "film", filter: $filter) { totalCount } titles(filter: $filter) { totalCount } }`,
      { tenant: tenant.slug, variables: { filter: { genres: [value] } } },
    );
    expect(data).toEqual({ search: { totalCount: count }, titles: { totalCount: count } });
  }
});
