import { type SeenStamps } from "./seen-stamps.js";
import { type Tenant } from "./tenant.js";

export type StoreName = "POSTGRES" | "MONGODB" | "OPENSEARCH" | "NEO4J";

/** One round trip to a store, as the client sees it in `extensions.explain.calls`. */
export interface StoreCall {
  store: StoreName;
  /** What was asked, `<domain>.<method>`; several, joined by ` + `, where fields of one level shared the call. */
  operation: string;
  /** Keys asked for, duplicates included. */
  keys: number;
  uniqueKeys: number;
  rows: number;
  /** When it was sent, counted from the request's beginning. Milliseconds. Calls of one level overlap in time. */
  startMs: number;
  /** Time from sending to the last byte of the answer. Milliseconds. */
  ms: number;
  /** The fields that asked, without list indices: `home.titles.edges.node`. */
  path: string;
}

/** Every store call that one request has made, in order of completion. Also the identity by which a store knows that two reads belong to one request. */
export class CallLog {
  readonly #begun = performance.now();
  readonly calls: StoreCall[] = [];
  /** Stores that did not answer and whose standby did. */
  readonly missed = new Set<StoreName>();
  /** Stores that let a call's deadline pass: the request does not wait for them a second time. */
  readonly waitedFor = new Set<StoreName>();
  /** Keys that no store was asked for, since their answers were known, by what would have been asked. */
  readonly kept = new Map<string, string[]>();

  /** Notes a call that has just ended, and was sent at `started` on the clock of `performance.now()`. */
  record(call: Omit<StoreCall, "startMs" | "ms">, started: number): void {
    const startMs = hundredths(started - this.#begun);
    this.calls.push({ ...call, startMs, ms: hundredths(performance.now() - started) });
  }

  /** Operations whose answers may be known, and in how many turns of the event loop there were any. */
  readonly #keeping = new Set<string>();
  #turns = 0;
  #inTurn = false;

  /** Notes that something is asked whose answer may be known, or is asked for that. */
  mayKnow(operation: string): void {
    this.#keeping.add(operation);
    if (this.#inTurn) return;
    this.#inTurn = true;
    this.#turns += 1;
    setImmediate(() => (this.#inTurn = false));
  }

  /** What calls count to whoever asks: as many as there are where nothing is known, so that the number tells nobody what others have asked. */
  get counted(): number {
    const whole = ({ operation }: StoreCall) =>
      !operation.split(" + ").every((each) => this.#keeping.has(each));
    return this.calls.filter(whole).length + this.#turns;
  }

  /** Notes a key whose answer was known. */
  keep(operation: string, key: string): void {
    const keys = this.kept.get(operation);
    if (keys) keys.push(key);
    else this.kept.set(operation, [key]);
  }

  /** Calls made so far per store. */
  totals(): Partial<Record<StoreName, number>> {
    const totals: Partial<Record<StoreName, number>> = {};
    for (const { store } of this.calls) totals[store] = (totals[store] ?? 0) + 1;
    return totals;
  }
}

/** Milliseconds to two places. */
function hundredths(ms: number): number {
  return Math.round(ms * 100) / 100;
}

/** A GraphQL response path, newest segment first: structurally graphql-js's `Path`, so that datasources need not know GraphQL. */
export interface FieldPath {
  readonly prev: FieldPath | undefined;
  readonly key: string | number;
}

/** An engine that a domain is read from, as far as waiting for it goes. */
export interface FollowingEngine {
  /** Whether it is left alone just now, so that its standby will answer: nobody need wait for it. */
  isDown(): boolean;
  /** Told that it has followed as far as a tenant's request wants, perhaps in another generation than is known to be read. */
  followed(tenant: Tenant): void;
}

/** What a request wants of projections before they answer. */
export interface FreshnessWanted {
  /** Resolves when a projection may be read, at the latest when waiting is no use any more; undefined where it may be read now. */
  before(target: string, request: StoreRequest, engine?: FollowingEngine): Promise<void> | undefined;
  /** Notes that a projection has answered. */
  answered(target: string): void;
}

/** What every read of a store carries: whose data, for which request, on behalf of which field. */
export interface StoreRequest {
  readonly tenant: Tenant;
  readonly calls: CallLog;
  /** Aborted when the client has gone or the request's deadline has passed. */
  readonly signal?: AbortSignal | undefined;
  /** What projections have to hold before they answer, where the client said so or wants to be told. */
  readonly freshness?: FreshnessWanted | undefined;
  /** By which answers that are known already may be given; without, the request looks again each time. */
  readonly seen?: SeenStamps | undefined;
  /** For whom answers are kept apart from those to others. */
  readonly apart?: string | undefined;
  /** The field that asks, where one does. */
  readonly path?: FieldPath | undefined;
  /** Keys asked for before duplicates were removed; absent outside batches. */
  readonly requested?: number | undefined;
}

/** `home.titles.edges.node` from a response path: list indices left out, aliases kept. */
export function describePath(path: FieldPath | undefined): string {
  const names: string[] = [];
  for (let at = path; at !== undefined; at = at.prev) if (typeof at.key === "string") names.push(at.key);
  return names.reverse().join(".");
}
