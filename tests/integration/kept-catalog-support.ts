import fc from "fast-check";

import { audienceKey, type Audience } from "../../datasources/catalog/audience.js";
import { type Catalog } from "../../datasources/catalog/catalog.js";
import { SeenStamps } from "../../datasources/core/seen-stamps.js";
import { type StoreRequest } from "../../datasources/core/store-request.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { firstPage, GENRES, ORDERS, PEOPLE, STUDIOS, variedTitles } from "../contract/catalog-model.js";
import { type Connection } from "../support/connection.js";
import { testRequest } from "../support/stores.js";

export const TITLES = variedTitles(24);

/** A request as a gateway makes them. */
export const keptRequest = (tenant: Tenant): StoreRequest => ({
  ...testRequest(tenant),
  seen: new SeenStamps(),
});

/** All that a catalog can be asked, in one level of one request. */
export async function everything(
  catalog: Catalog,
  asks: StoreRequest,
  audience: Audience,
): Promise<unknown[]> {
  const ids = [...TITLES.map(({ id }) => id), "missing"];
  const queries = ORDERS.map((order) => ({ filter: {}, order, page: firstPage(7) }));
  const names = [
    ...PEOPLE.map(({ id }) => ({ type: "Person", id }) as const),
    ...GENRES.map(({ id }) => ({ type: "Genre", id }) as const),
    ...STUDIOS.map(({ id }) => ({ type: "Studio", id }) as const),
  ];
  return Promise.all([
    catalog.titlesByIds({ ...asks, apart: audienceKey(audience) }, ids),
    catalog.visibleTitles(asks, audience, ids),
    catalog.titles(asks, audience, queries),
    catalog.titleRefs(asks, audience, queries),
    catalog.countTitles(asks, audience, [{}, { kinds: ["MOVIE"] }, { availableIn: "GB" }]),
    catalog.genres(asks, audience),
    catalog.namesByIds(asks, audience, names),
    catalog.creditsOfPeople(
      asks,
      audience,
      PEOPLE.map(({ id }) => ({ person: id, page: firstPage(5) })),
    ),
  ]);
}

/** What changes a catalog: as projections are written, and as somebody would who goes past them. */
export type Change = (tenant: Tenant, revision: number) => Promise<unknown>;

export const changesBy = (plain: Pick<Stores, "catalogProjection">, superuser: Connection) =>
  fc.oneof(
    fc.tuple(fc.nat(TITLES.length - 1), fc.nat(TITLES.length - 1)).map(
      ([at, like]): Change =>
        (tenant, revision) =>
          plain.catalogProjection.put(tenant, [{ ...TITLES[like]!, id: TITLES[at]!.id, revision }]),
    ),
    fc.nat(TITLES.length - 1).map(
      (at): Change =>
        (tenant, revision) =>
          plain.catalogProjection.removeTitles(tenant, [{ id: TITLES[at]!.id, revision }]),
    ),
    fc.tuple(fc.nat(TITLES.length - 1), fc.float({ min: 0, max: 1, noNaN: true })).map(
      ([at, popularity]): Change =>
        (tenant) =>
          plain.catalogProjection.setPopularity(tenant, new Map([[TITLES[at]!.id, popularity]])),
    ),
    fc
      .constantFrom(
        "update catalog_names set name = name || '!' where tenant_id = $1 and type = 'Genre'",
        "delete from catalog_licences where tenant_id = $1 and country = 'GB'",
        "delete from catalog_credits where tenant_id = $1 and role = 'ACTOR'",
        "delete from catalog_genres where tenant_id = $1",
      )
      .map(
        (statement): Change =>
          (tenant) =>
            superuser.query(statement, [tenant.id]),
      ),
  );
/** Any audience, before, at and behind instants at which licences begin and end. */
export const audiences = fc.record({
  country: fc.constantFrom("US", "GB", "DE"),
  maturityLimit: fc.constantFrom(7, 13, 18),
  editor: fc.boolean(),
  now: fc
    .constantFrom(
      "2025-12-31T23:59:59.999Z",
      "2026-01-01T00:00:00Z",
      "2026-03-01T00:00:00Z",
      "2027-02-01T00:00:00Z",
    )
    .map((now) => new Date(now)),
});
