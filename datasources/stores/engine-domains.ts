import { type Catalog, type CatalogProjection } from "../catalog/catalog.js";
import { type TitleSource } from "../catalog/catalog-expectations.js";
import { type PopularityOf } from "../catalog/title-follower.js";
import { type TitleVersions } from "../catalog/title-versions.js";
import { type EmbeddedTitles } from "../catalog/postgres/embedded-titles.postgres.js";
import { type GenerationLedger } from "../projection/generations/generation-ledger.js";
import { type OutboxHolds } from "../projection/outbox/outbox.js";
import { type AnySection } from "../projection/check/section.js";
import { type Recommendations, type TasteGraph } from "../recommendations/recommendations.js";
import { type TasteModels } from "../recommendations/taste-models.js";
import { type TasteGraphSource } from "../recommendations/taste-graph-source.js";
import { type TasteInspectionSource } from "../recommendations/taste-inspection-source.js";
import { type Search, type SearchProjection } from "../search/search.js";
import { type Top10Job } from "../top10/top10.js";

/** The domains that an engine can take over. */
export interface MovableDomains {
  catalog: Catalog;
  catalogProjection: CatalogProjection;
  search: Search;
  searchProjection: SearchProjection;
  recommendations: Recommendations;
  tasteGraph: TasteGraph;
  tasteModels: TasteModels;
}

/** What PostgreSQL has of them: it answers while an engine does not, and engines are filled from it. */
export interface StandbyDomains extends MovableDomains {
  catalogProjection: CatalogProjection & EmbeddedTitles & ComparedTitles & { popularityOf: PopularityOf };
  searchProjection: SearchProjection & EmbeddedTitles & ComparedTitles;
  titleVersions: TitleVersions;
  top10Job: Top10Job;
  tasteGraphSource: TasteGraphSource & TasteInspectionSource;
}

/** What targets need beside the facts. */
export interface TargetContext {
  standby: StandbyDomains;
  holds: OutboxHolds;
  /** What is known of a target's generations, of which it reads those of one form. */
  ledgerOf: (target: string, form: string) => GenerationLedger;
  /** Rejects while PostgreSQL does not answer. */
  pingPostgres(): Promise<unknown>;
  onLog: (line: string) => void;
}

/** A projection of titles that can be compared with its source. */
export interface ComparedTitles {
  sections(source: TitleSource): AnySection[];
}
