import { canonical } from "../projection/check/canonical.js";
import { type Entries, type Section } from "../projection/check/section.js";
import { type Tenant } from "../core/tenant.js";
import { type ProjectedTitle } from "../core/title.document.js";
import { expectedTitles, titlesOf, titlesToPut, type TitleSource } from "./catalog-expectations.js";
import { type TitleProjection } from "./title-follower.js";

/** A title as it is stored. */
export interface StoredTitle<F = unknown> {
  revision: number;
  popularity: number;
  /** Everything of it but its popularity, which is no fact. */
  form: F;
}

/** The titles of one projection, as they are compared. */
export interface StoredTitles<F> {
  /** What is stored of a title: by the function that puts it. */
  formOf(title: ProjectedTitle): F;
  /** Whether two forms are the same; unless given, when they hold the same. */
  same?: (expected: F, stored: F) => boolean;
  /** What is stored, by id and in the order of ids. */
  all(tenant: Tenant): Entries<StoredTitle<F>>;
  /** What is stored of these ids, by id. */
  of(tenant: Tenant, ids: readonly string[]): Promise<ReadonlyMap<string, StoredTitle<F>>>;
}

/** The titles of a projection, each as a whole, compared with those in force. */
export function titleSection<F>(
  source: TitleSource,
  projection: TitleProjection,
  titles: StoredTitles<F>,
): Section<F, StoredTitle<F>> {
  const same = titles.same ?? ((expected: F, stored: F) => canonical(expected) === canonical(stored));
  return {
    kind: "title",
    faults: { absent: "missing", surplus: "orphaned" },
    size: async (tenant) => 2 * (await source.count(tenant)),
    expected: (tenant) => expectedTitles(source, tenant, (title) => titles.formOf(title)),
    stored: (tenant) => titles.all(tenant),
    expectedOf: async (tenant, ids) => {
      const found = await titlesOf(source, tenant, ids);
      return new Map([...found].map(([id, title]) => [id, titles.formOf(title)]));
    },
    storedOf: (tenant, ids) => titles.of(tenant, ids),
    same: (expected, { form }) => same(expected, form),
    repair: (tenant, ids) => repairTitles(source, projection, titles, tenant, ids),
  };
}

/**
 * Takes out, in the revision that was seen, what nothing is in force of and what no put would replace; then puts what is
 * in force, with the popularity that it had. What has been put meanwhile is of a higher revision, and stays.
 */
async function repairTitles<F>(
  source: TitleSource,
  projection: TitleProjection,
  stored: Pick<StoredTitles<F>, "of">,
  tenant: Tenant,
  ids: readonly string[],
): Promise<void> {
  const seen = await stored.of(tenant, ids);
  const titles = await titlesToPut(source, tenant, ids);
  const revisions = new Map(titles.map(({ id, revision }) => [id, revision]));
  const inTheWay = [...seen].filter(([id, { revision }]) => revision >= (revisions.get(id) ?? 0));
  await projection.removeTitles(
    tenant,
    inTheWay.map(([id, { revision }]) => ({ id, revision })),
  );
  await projection.put(
    tenant,
    titles.map((title) => ({ ...title, popularity: seen.get(title.id)?.popularity ?? title.popularity })),
  );
}
