import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";

/** How many of a profile's latest watches its recommendations come from, whichever store answers. */
export const RECENT_WATCHES = 50;

/** A title suggested to a profile; `because` is the watched title that weighs most in its score. */
export interface RecommendedTitle {
  titleId: string;
  /** Sum of the weights from the profile's recent watches; comparable within one answer only. */
  score: number;
  because: string | null;
}

export interface SimilarTitle {
  titleId: string;
  /** Weight of the edge; comparable within one title only. */
  score: number;
}

export interface TasteModel {
  /** `EASE`, `RP3BETA`, … */
  model: string;
  /** ISO 8601. */
  learnedAt: string;
  titles: number;
  edges: number;
}

/** The taste graph: one bounded query for a batch, whatever the number of users. */
export interface Recommendations {
  /** Titles not yet watched, best first, from each profile's most recent watches (up to 50); by profile. */
  forProfiles(
    request: StoreRequest,
    profiles: readonly string[],
    limit: number,
  ): Promise<Map<string, RecommendedTitle[]>>;
  /** Titles whose viewers also take to each title, nearest first; by title. */
  similarTo(
    request: StoreRequest,
    titles: readonly string[],
    limit: number,
  ): Promise<Map<string, SimilarTitle[]>>;
}

/** Columns of edges `(from)-[:SIMILAR {weight}]->(to)`: `from[i]` and `to[i]` index into `titles`. */
export interface SimilarEdges {
  titles: readonly string[];
  from: Uint32Array;
  to: Uint32Array;
  weight: Float32Array;
}

/** The writing side: the batch job replaces a tenant's graph as a whole, readers see the old one or the new one. */
export interface TasteGraph {
  replace(tenant: Tenant, edges: SimilarEdges, model: TasteModel): Promise<void>;
}
