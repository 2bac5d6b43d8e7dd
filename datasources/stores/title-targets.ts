import { type EmbeddedTitles } from "../catalog/postgres/embedded-titles.postgres.js";
import { type CatalogProjection } from "../catalog/catalog.js";
import { type TitleSource } from "../catalog/catalog-expectations.js";
import { titleFollower } from "../catalog/title-follower.js";
import { type TitleGenerations } from "../catalog/title-generations.js";
import { type TitleDocument } from "../core/title.document.js";
import { embeddedTarget } from "./embedded-target.js";
import { type ComparedTitles, type StandbyDomains, type TargetContext } from "./engine-domains.js";
import {
  projectionTarget,
  type ProjectionSource,
  type ProjectionTarget,
  type TargetParts,
} from "../projection/targets/projection-target.js";
import { type SearchProjection } from "../search/search.js";
import { writtenToBoth } from "../projection/targets/standby.js";
import { type Tenant } from "../core/tenant.js";

/** The projections in PostgreSQL's own tables: all there is on the embedded default, the standby where there are engines. */
export function embeddedTargets(context: TargetContext): ProjectionTarget[] {
  const { standby, holds } = context;
  const { titleVersions: versions } = standby;
  const source = titleSource(standby);
  const compared = comparedTitles(standby);
  const target = (domain: "catalog" | "search", projection: EmbeddedTitles & ComparedTitles) =>
    embeddedTarget({
      domain,
      projection,
      source,
      sections: projection.sections(compared),
      versions,
      holds,
      follower: titleFollower(versions, projection),
      ping: () => context.pingPostgres(),
    });
  return [target("catalog", standby.catalogProjection), target("search", standby.searchProjection)];
}

/** A target that titles are projected to, each with the popularity that PostgreSQL's catalog knows of it. */
export function titleTarget(
  name: Pick<TargetParts<TitleDocument>, "name" | "store" | "domain">,
  projection: TitleGenerations,
  ping: () => Promise<unknown>,
  { standby, holds, onLog }: TargetContext,
): ProjectionTarget {
  const { catalogProjection, titleVersions } = standby;
  const popularityOf = catalogProjection.popularityOf.bind(catalogProjection);
  return projectionTarget({
    ...name,
    topics: ["TITLE"],
    projection,
    source: titleSource(standby),
    sections: projection.sections(comparedTitles(standby)),
    follower: titleFollower(titleVersions, projection, popularityOf),
    holds,
    ping,
    onMissed: onLog,
  });
}

/**
 * The writing side of titles: these follow the outbox, so that what is put here reaches the standby alone; popularity,
 * which jobs compute, is written to both.
 */
export function writtenTitles(
  embedded: CatalogProjection & SearchProjection,
  engine: CatalogProjection & SearchProjection,
  target: ProjectionTarget,
): CatalogProjection & SearchProjection {
  return {
    put: (tenant, titles) => embedded.put(tenant, titles),
    removeTitles: (tenant, titles) => embedded.removeTitles(tenant, titles),
    ...writtenToBoth<CatalogProjection & SearchProjection, "setPopularity">(embedded, engine, target, [
      "setPopularity",
    ]),
  };
}

/** Titles in force with their popularity, which the facts do not hold. */
function titleSource({
  titleVersions,
  catalogProjection,
}: Pick<StandbyDomains, "titleVersions" | "catalogProjection">): ProjectionSource<TitleDocument> {
  return {
    count: (tenant) => titleVersions.countInForce(tenant),
    async *batches(tenant: Tenant) {
      for await (const titles of titleVersions.inForce(tenant)) {
        const ids = titles.map(({ id }) => id);
        const popularity = await catalogProjection.popularityOf(tenant, ids);
        yield titles.map((title) => ({ ...title, popularity: popularity.get(title.id) ?? 0 }));
      }
    },
  };
}

/** The same titles for comparing: popularity is looked up only for what is to be mended. */
function comparedTitles({
  titleVersions,
  top10Job,
}: Pick<StandbyDomains, "titleVersions" | "top10Job">): TitleSource {
  return {
    count: (tenant) => titleVersions.countInForce(tenant),
    inForce: (tenant, ids) => titleVersions.inForce(tenant, ids),
    popularity: (tenant) => top10Job.popularity(tenant),
  };
}
