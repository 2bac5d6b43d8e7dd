import { type EmbeddedTitles, type Holding } from "../../catalog/postgres/embedded-titles.postgres.js";
import { type TitleSource } from "../../catalog/catalog-expectations.js";
import { latestRevisions } from "../../catalog/latest-revisions.js";
import { type TitleDocument, type TitleRevision } from "../../core/title.document.js";
import { allowBulk } from "../../engines/postgres/bulk.postgres.js";
import { type PostgresStore } from "../../engines/postgres/store.postgres.js";
import { chunks } from "../../core/chunks.js";
import { type AnySection } from "../../projection/check/section.js";
import { type Tenant } from "../../core/tenant.js";
import { SEARCH_TITLES } from "./search-index-rows.js";
import { SearchIndexWriter } from "./search-index.postgres.js";
import { searchSections } from "./search-inspection.postgres.js";
import { tidySearch } from "./search-tidying.postgres.js";
import { type SearchProjection } from "../search.js";

/** Titles indexed in one transaction. */
const BATCH = 1_000;

/** Writes the inverted index that PostgresSearch reads. */
export class PostgresSearchProjection implements SearchProjection, EmbeddedTitles {
  constructor(private readonly postgres: PostgresStore) {}

  /** Indexes titles. Of a title given twice, and of a title known already, the highest revision counts; an equal revision replaces. */
  async put(tenant: Tenant, titles: readonly TitleDocument[]): Promise<void> {
    for (const batch of chunks(latestRevisions(titles), BATCH)) {
      await this.postgres.transaction(tenant, async (query) => {
        await allowBulk(query);
        await new SearchIndexWriter(query).put(batch);
      });
    }
  }

  async removeTitles(tenant: Tenant, titles: readonly TitleRevision[]): Promise<void> {
    if (titles.length === 0) return;
    await this.postgres.transaction(tenant, (query) => new SearchIndexWriter(query).remove(titles));
  }

  entries(tenant: Tenant): AsyncIterable<readonly TitleRevision[]> {
    return SEARCH_TITLES.entries(this.postgres, tenant);
  }

  holding(tenant: Tenant): Promise<Holding> {
    return SEARCH_TITLES.holding(this.postgres, tenant);
  }

  /** What there is to compare with a source. */
  sections(source: TitleSource): AnySection[] {
    return searchSections(this.postgres, source, this);
  }

  /** Makes what hangs on titles and words agree with them. */
  tidy(tenant: Tenant): Promise<void> {
    return tidySearch(this.postgres, tenant);
  }

  setPopularity(tenant: Tenant, popularity: ReadonlyMap<string, number>): Promise<void> {
    return SEARCH_TITLES.setPopularity(this.postgres, tenant, popularity);
  }
}
