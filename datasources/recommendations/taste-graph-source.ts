import { type Tenant } from "../core/tenant.js";
import { type TasteModel } from "./recommendations.js";

/** `(from)-[:SIMILAR {weight, next}]->(to)`. */
export interface Similarity {
  from: string;
  to: string;
  /** How alike they are, and how much the end is watched soon after the start; one of both is above 0. */
  weight: number;
  next: number;
}

/** The state of what a profile has watched of a title: `(profile)-[:WATCHED]->(title)`. */
export interface Watch {
  profileId: string;
  titleId: string;
  /** When it was watched last. ISO 8601. */
  at: string;
  completed: boolean;
  /** 1–5. */
  rating: number | null;
  /** Whether it was left early (`LEFT_BEFORE`); absent: it was not. */
  leftEarly?: boolean;
  /** Orders the states of one pair; states of the same revision (0 unless given) are ordered by `at`. */
  revision?: number;
}

/** That a profile does not want to be shown a title: `(profile)-[:NOT_FOR_ME]->(title)`. */
export interface Aversion {
  profileId: string;
  titleId: string;
  /** Since when. ISO 8601. */
  at: string;
  /** Orders what is said of one pair. */
  revision: number;
}

/** A pair of profile and title, and a revision of its state. */
export interface WatchRevision {
  profileId: string;
  titleId: string;
  revision: number;
}

/** One thing that a taste graph is built from. */
export type TasteFact =
  | ({ kind: "SIMILAR" } & Similarity)
  | ({ kind: "WATCH" } & Watch)
  | ({ kind: "NOT_FOR_ME" } & Aversion)
  | ({ kind: "MODEL" } & TasteModel);

/**
 * Where a taste graph is built from: streams of everything, batch by batch, each pair once. Profiles whose account has not
 * agreed to personalisation are as if they were not there, and so is what was no watch (`LEAST_WATCH`).
 */
export interface TasteGraphSource {
  /** What the learned edges come from; null where nothing has been learned yet. */
  model(tenant: Tenant): Promise<TasteModel | null>;
  /** Learned edges, those of one start together. */
  similarities(tenant: Tenant): AsyncIterable<readonly Similarity[]>;
  /** Watches, those of one profile together. */
  watches(tenant: Tenant): AsyncIterable<readonly Watch[]>;
  /** The watches of those of the pairs that have one; in no order. */
  watchesOf(
    tenant: Tenant,
    pairs: readonly { profileId: string; titleId: string }[],
  ): Promise<readonly Watch[]>;
  /** What profiles do not want to be shown, that of one profile together. */
  aversions(tenant: Tenant): AsyncIterable<readonly Aversion[]>;
  /** Those of the pairs of which that was said; in no order. */
  aversionsOf(
    tenant: Tenant,
    pairs: readonly { profileId: string; titleId: string }[],
  ): Promise<readonly Aversion[]>;
  /** Those of the profiles that there are. */
  profilesOf(tenant: Tenant, ids: readonly string[]): Promise<Set<string>>;
  /** How many facts `tasteFacts` will answer, for showing progress: edges, watches and aversions. */
  count(tenant: Tenant): Promise<number>;
}

/** Everything a tenant's taste graph is built from, as `Generations.rebuild` takes it. */
export async function* tasteFacts(
  source: TasteGraphSource,
  tenant: Tenant,
): AsyncGenerator<readonly TasteFact[]> {
  const model = await source.model(tenant);
  if (model) yield [{ kind: "MODEL", ...model }];
  for await (const batch of source.similarities(tenant)) {
    yield batch.map((edge) => ({ kind: "SIMILAR", ...edge }));
  }
  yield* watchFacts(source, tenant);
}

/** What profiles have done and said, without what was learned. */
export async function* watchFacts(
  source: Pick<TasteGraphSource, "watches" | "aversions">,
  tenant: Tenant,
): AsyncGenerator<readonly TasteFact[]> {
  for await (const batch of source.watches(tenant)) yield batch.map((watch) => ({ kind: "WATCH", ...watch }));
  for await (const batch of source.aversions(tenant)) {
    yield batch.map((aversion) => ({ kind: "NOT_FOR_ME", ...aversion }));
  }
}
