import { type TitleDocument, type TitleRevision } from "../core/title.document.js";
import { type Tenant } from "../core/tenant.js";
import { type AnySection } from "../projection/check/section.js";
import { type EngineProjection } from "../projection/generations/engine-projection.js";
import { type GenerationLedger } from "../projection/generations/generation-ledger.js";
import { Generations } from "../projection/generations/generations.js";
import { type CatalogProjection } from "./catalog.js";
import { type TitleSource } from "./catalog-expectations.js";
import { type TitleProjection } from "./title-follower.js";

/** Which generation of an engine's projection is read. */
export type LiveGeneration = Pick<Generations<unknown>, "live">;

/** What an engine adds to a projection of titles. */
export interface TitleEngine extends EngineProjection<TitleDocument> {
  /** Takes titles out of a generation; one that is there in a newer revision stays. */
  remove(tenant: Tenant, generation: number, titles: readonly TitleRevision[]): Promise<void>;
  /** Sets the popularity of the titles named; those that a generation does not hold are passed over. */
  setPopularity(tenant: Tenant, generation: number, popularity: ReadonlyMap<string, number>): Promise<void>;
  /** What there is to compare with a source. */
  sections(source: TitleSource, projection: TitleProjection & LiveGeneration): AnySection[];
}

/** Titles in an engine, written into the generation that is read and one that is being filled. */
export class TitleGenerations extends Generations<TitleDocument> implements CatalogProjection {
  constructor(
    private readonly titles: TitleEngine,
    ledger: GenerationLedger,
  ) {
    super(titles, ledger);
  }

  put(tenant: Tenant, titles: readonly TitleDocument[]): Promise<void> {
    return this.write(tenant, (generation) => this.titles.put(tenant, generation, titles));
  }

  removeTitles(tenant: Tenant, titles: readonly TitleRevision[]): Promise<void> {
    return this.write(tenant, (generation) => this.titles.remove(tenant, generation, titles));
  }

  setPopularity(tenant: Tenant, popularity: ReadonlyMap<string, number>): Promise<void> {
    return this.write(tenant, (generation) => this.titles.setPopularity(tenant, generation, popularity));
  }

  /** What there is to compare with a source. */
  sections(source: TitleSource): AnySection[] {
    return this.titles.sections(source, this);
  }
}
