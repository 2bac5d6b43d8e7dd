import { type TitleFacts } from "./title-fields.js";
import { type StoredState } from "./title-vocabulary.js";

export * from "./title-vocabulary.js";
export { type EpisodeDocument, type SeasonDocument } from "./season-fields.js";

/** A title and a state of it, as projections order them. */
export interface TitleRevision {
  id: string;
  revision: number;
}

/** One version of a title. */
export interface VersionedTitle extends TitleFacts {
  /** The number that it was recorded under. */
  version: number;
  /** The highest number of a version recorded, in force or not; absent in an answer about the past. */
  latestVersion?: number;
}

/** What is in force of a title, as projections are made from it. */
export interface ProjectedTitle extends TitleFacts {
  /** Counts what has been in force, one after the other, whichever version that was; a projection keeps the highest. */
  revision: number;
  /** The highest number of a version recorded, in force or not, which edits are compared with. */
  latestVersion: number;
  /** Local id of the title that this one was merged into; the document then only leads there. */
  mergedInto?: string | null;
}

/** A title in force as projections hold and answer it. */
export interface TitleDocument extends ProjectedTitle {
  /** Share of the tenant's most watched title over the popularity window, on a log scale, in [0, 1]. */
  popularity: number;
}

/** What stores filter a title by. */
export function storedState(title: Pick<ProjectedTitle, "state" | "mergedInto">): StoredState {
  return title.mergedInto ? "MERGED" : title.state;
}
