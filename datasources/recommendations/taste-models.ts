import { type Tenant } from "../core/tenant.js";
import { type ModelTrial } from "./model-trial.js";
import { type SimilarEdges, type TasteModel } from "./recommendations.js";

/** How many models are kept with their edges: the one that is read, and the latest others, beside those of experiments. */
export const KEPT_MODELS = 3;

/** A model that can be switched to. */
export interface KeptModel extends TasteModel, ModelTrial {
  /** Counts a tenant's models. */
  number: number;
  live: boolean;
  /** When it was switched to last; null where it never was. ISO 8601. */
  liveSince: string | null;
}

/** The models of a tenant that were learned last, apart from the graph that answers. */
export interface TasteModels {
  /** Keeps a model without switching to it, in the place of the oldest. */
  keep(tenant: Tenant, edges: SimilarEdges, model: TasteModel, trial: ModelTrial): Promise<void>;
  /** The latest first. */
  models(tenant: Tenant): Promise<KeptModel[]>;
  /** What a model that is kept is made of; null where none of that number is. */
  edgesOf(tenant: Tenant, number: number): Promise<SimilarEdges | null>;
  /** What the live model is made of; null where there is none, or it was learned before models were kept. */
  liveEdges(tenant: Tenant): Promise<SimilarEdges | null>;
  /**
   * Has a model that is kept answer from now on.
   *
   * @throws RangeError where none of that number is kept.
   */
  promote(tenant: Tenant, number: number): Promise<void>;
}
