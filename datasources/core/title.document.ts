import { type TitleFacts } from "./title-fields.js";
import { type StoredState } from "./title-vocabulary.js";

export * from "./title-vocabulary.js";

/** A title and a version of it, as `TitleDocument` counts them. */
export interface TitleVersion {
  id: string;
  version: number;
}

/** A version of what is said about a title, with what is known of its versions: what facts answer. */
export interface VersionedTitle extends TitleFacts {
  /**
   * In a projection and in what it is made from: the revision, which counts what has been in force; the highest is kept.
   * In an answer of `titlesAsOf`: the number of the version.
   */
  version: number;
  /** In a projection: the highest number of a version recorded, in force or not, which edits are compared with. */
  latestVersion?: number;
  /** Local id of the title that this one was merged into; the document then only leads there. */
  mergedInto?: string | null;
}

/** A title in force as projections hold and answer it. */
export interface TitleDocument extends VersionedTitle {
  /** Share of the tenant's most watched title over the popularity window, on a log scale, in [0, 1]. */
  popularity: number;
}

/** What stores filter a title by. */
export function storedState(title: Pick<VersionedTitle, "state" | "mergedInto">): StoredState {
  return title.mergedInto ? "MERGED" : title.state;
}
