import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { type Problem } from "../core/checking.js";
import { type StoredFacts, type TitleFieldName } from "../core/title-fields.js";
import { type ProjectedTitle, type VersionedTitle } from "../core/title.document.js";

/** Behind every version: a title as of this instant is the last version there is. */
export const END_OF_TIME = "9999-12-31T00:00:00.000Z";

/** What an import says of a title, from an instant on (ISO 8601); without one, from `addedAt` for a new title, else from now. */
export interface TitleVersionInput {
  /** A new title has what it does not say by default; of one that is there, that stays as it is. */
  body: StoredFacts;
  effectiveFrom: string | null;
}

/** What became of it. */
export type AppendOutcome =
  | {
      /** Whether it said something new. */
      added: boolean;
      /** Fields of which it says something else than the editor who holds them. */
      leftAlone: readonly TitleFieldName[];
    }
  | { refused: Problem };

export interface AppendOptions {
  /** Whether descriptive fields of which nothing is said are emptied; what says who may meet a title stays in any case. */
  replace?: boolean;
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
   * Appends versions; what says nothing new at its instant adds none, so that an import can be run again, and what an
   * editor has set is left alone until it is given back. Answers what became of each, in order.
   */
  append(
    tenant: Tenant,
    versions: readonly TitleVersionInput[],
    options?: AppendOptions,
  ): Promise<AppendOutcome[]>;
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
