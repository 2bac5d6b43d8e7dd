import { type TraceSearch } from "../privacy/traces.js";
import { type Catalog } from "../catalog/catalog.js";
import { TitleGenerations, type TitleEngine } from "../catalog/title-generations.js";
import { followed } from "../core/freshness.js";
import { type FollowingEngine } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { type StoreGuard } from "../engines/store-guard.js";
import { healthOf, type StoreHealth } from "../engines/store-health.js";
import { withStandby } from "../projection/targets/standby.js";
import { type ProjectionTarget } from "../projection/targets/projection-target.js";
import { type Recommendations } from "../recommendations/recommendations.js";
import { type Search } from "../search/search.js";
import { type MovableDomains, type TargetContext } from "./engine-domains.js";
import { titleTarget } from "./title-targets.js";

/** What is read of each domain that an engine can take over. */
export const CATALOG_READS = [
  "titlesByIds",
  "visibleTitles",
  "titles",
  "titleRefs",
  "countTitles",
  "genres",
  "namesByIds",
  "creditsOfPeople",
] as const satisfies (keyof Catalog)[];
export const SEARCH_READS = ["search", "suggest"] as const satisfies (keyof Search)[];
export const TASTE_READS = ["forProfiles", "similarTo"] as const satisfies (keyof Recommendations)[];

/** How an engine is opened. */
export interface EngineOptions {
  /** Time that one call may take. Milliseconds. */
  deadlineMs: number;
  /** PEM file of the authority that signed the server's certificate. */
  caFile: string | undefined;
  onLog: (line: string) => void;
}

/** An open engine: the domains it takes over, its projection, its health. */
export interface Engine {
  domains: Partial<MovableDomains>;
  target: ProjectionTarget;
  guard: StoreGuard;
  /** Finds what it holds about somebody. */
  traces: TraceSearch;
  health(): Promise<StoreHealth>;
  close(): Promise<void>;
}

/** The generations of titles that an engine holds, the target that fills them, and how a domain is read from them. */
export function filledWithTitles(
  name: Parameters<typeof titleTarget>[0],
  engine: TitleEngine & { form: string },
  store: { ping(): Promise<unknown>; guard: StoreGuard },
  context: TargetContext,
) {
  const titles = new TitleGenerations(engine, context.ledgerOf(name.name, engine.form));
  const target = titleTarget(name, titles, () => store.ping(), context);
  return { titles, target, reader: readerOf(target, store, titles) };
}

/** How a domain is read that an engine answers as far as its projection has followed, and PostgreSQL where the engine does not. */
export function readerOf(
  target: ProjectionTarget,
  { guard }: { guard: StoreGuard },
  generations: { lookAgain(tenant: Tenant): void },
) {
  // Nobody waits for an engine that is left alone just now: its standby answers.
  const engine: FollowingEngine = {
    isDown: () => guard.state === "OPEN",
    followed: (tenant) => generations.lookAgain(tenant),
  };
  return <T extends object, M extends keyof T & string>(domain: T, standby: T, reads: readonly M[]) =>
    withStandby<Pick<T, M>, M>(followed<T, M>(domain, target.name, reads, engine), standby, target, reads);
}

export function lifeOf(store: {
  guard: StoreGuard;
  ping(): Promise<{ version: string }>;
  close(): Promise<void>;
}): Pick<Engine, "guard" | "health" | "close"> {
  return {
    guard: store.guard,
    health: () => healthOf(store, "SERVER"),
    close: () => store.close(),
  };
}
