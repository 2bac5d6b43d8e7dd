import { type Tenant } from "../core/tenant.js";
import { type Similarity, type TasteGraphSource } from "./taste-graph-source.js";

/** A pair of titles. */
export type SimilarPair = Pick<Similarity, "from" | "to">;

/** What a taste graph should hold: the streams it is built from, and the same by key. */
export interface TasteInspectionSource extends Pick<
  TasteGraphSource,
  "model" | "similarities" | "watches" | "watchesOf" | "aversions" | "aversionsOf" | "profilesOf"
> {
  similaritiesOf(tenant: Tenant, pairs: readonly SimilarPair[]): Promise<readonly Similarity[]>;
  /** Those of the titles that there are, in whatever state. */
  titlesOf(tenant: Tenant, ids: readonly string[]): Promise<Set<string>>;
  countWatches(tenant: Tenant): Promise<number>;
  countAversions(tenant: Tenant): Promise<number>;
  countSimilarities(tenant: Tenant): Promise<number>;
}
