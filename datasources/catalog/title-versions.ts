import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { type TitleFacts } from "../core/title-fields.js";
import { type ProjectedTitle, type VersionedTitle } from "../core/title.document.js";

/** Behind every version: a title as of this instant is the last version there is. */
export const END_OF_TIME = "9999-12-31T00:00:00.000Z";

/** A version to append: in force from an instant (ISO 8601); without one, from `addedAt` for a new title, else from now. */
export interface TitleVersionInput {
  body: TitleFacts;
  effectiveFrom: string | null;
}

/** The facts about titles: append-only versions with the instant from which each is in force. */
export interface TitleVersions {
  /**
   * What was in force at an instant (ISO 8601), by `<id> <at>`; one store call. Titles unknown then are left out. From
   * when it was merged on, a title is the one that it was merged into.
   */
  titlesAsOf(
    request: StoreRequest,
    keys: readonly { id: string; at: string }[],
  ): Promise<Map<string, VersionedTitle>>;
  /**
   * Appends versions; a body equal to the one that is in force at its instant adds nothing, so that an import can be
   * run again. Answers how many versions were added.
   */
  append(tenant: Tenant, versions: readonly TitleVersionInput[]): Promise<number>;
  /** The revisions of titles as the projections count them; titles unknown are left out. */
  revisions(tenant: Tenant, ids: readonly string[]): Promise<Map<string, number>>;
  /** How many titles have a version in force now. */
  countInForce(tenant: Tenant): Promise<number>;
  /**
   * The versions in force now, in batches ordered by id; all titles, or those named, merged ones as what leads to
   * another.
   */
  inForce(tenant: Tenant, ids?: readonly string[]): AsyncIterable<ProjectedTitle[]>;
}
