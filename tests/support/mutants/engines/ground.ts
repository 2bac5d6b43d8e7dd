import { type Tenant, type TenantTier } from "../../../../datasources/core/tenant.js";
import { type Trace } from "../../../../datasources/privacy/traces.js";
import { type Seen } from "../observe.js";

/** An engine with tenants that hold things by the same ids. */
export interface EngineGround {
  /** As `extensions.explain` calls it. */
  name: "MONGODB" | "OPENSEARCH" | "NEO4J";
  /**
   * Fills the engine with the tenants from nothing, has each do everything that is done there, and removes everything
   * again, whatever they have done.
   *
   * @returns what was sent meanwhile that names no tenant.
   */
  look(notes: Notes): Promise<string[]>;
  /** Conditions of what was sent since the last look began, by kind, where these are planted as well. */
  sent?: () => string[];
  close(): Promise<void>;
}

/** What somebody was answered differs from what they usually are. */
export class Difference extends Error {}

/** Notes what is seen, and ends at the first thing that is not as usual. */
export class Notes {
  readonly seen: Seen = new Map();

  constructor(private readonly usual: Seen | null = null) {}

  async note(what: string, ask: () => Promise<unknown>): Promise<void> {
    const told = await ask().then(textOf, (error: unknown) => `fails: ${String(error)}`);
    if (this.seen.has(what)) throw new Error(`"${what}" is noted twice`);
    this.seen.set(what, told);
    const usually = this.usual?.get(what);
    if (usually !== undefined && usually !== told) throw new Difference(differing(what, told, usually));
  }
}

const SHOWN = 120;

/** Both texts from where they part. */
function differing(what: string, told: string, usually: string): string {
  const at = [...usually].findIndex((letter, place) => told[place] !== letter);
  const from = Math.max(0, at - SHOWN / 4);
  return `${what}: ${told.slice(from, from + SHOWN)} for ${usually.slice(from, from + SHOWN)}`;
}

/** Whatever it is, with what is in maps and sets. */
function textOf(told: unknown): string {
  const plain = (_: string, value: unknown) =>
    value instanceof Map ? [...value] : value instanceof Set ? [...value] : value;
  return JSON.stringify(told, plain) ?? "nothing";
}

/** What a store holds, as it holds it. */
export interface Held {
  /** The number that it says it is of. */
  tenant: number | null | undefined;
  text: string;
}

/** What is somebody else's than the tenant's, or has something of theirs. */
export function othersOf({ id }: Tenant, all: readonly Held[], tenants: readonly Tenant[]): string[] {
  const marks = tenants.filter((tenant) => tenant.id !== id).map(markOf);
  const foreign = all.filter(
    ({ tenant, text }) => tenant !== id || marks.some((mark) => text.includes(mark)),
  );
  return foreign.map(({ text }) => text).sort();
}

/** A word that everything of a tenant has which is not the same at every other. */
export function markOf({ slug }: Pick<Tenant, "slug">): string {
  return `of${slug}`;
}

/** Two tenants that share everything and two that do not, the numbers of which begin alike. */
export const TENANTS: readonly (readonly [number, string, TenantTier])[] = [
  [7, "ash", "SHARED"],
  [77, "elm", "SHARED"],
  [5, "oak", "ISOLATED"],
  [55, "yew", "ISOLATED"],
];

/** What was found where, which comes in no order. */
export function inOrder(traces: readonly Trace[]): string[] {
  return traces.map(({ place, entries }) => `${place} ${entries}`).sort();
}

/** What an asynchronous iteration brings, in its order. */
export async function gather<T>(all: AsyncIterable<T> | undefined): Promise<T[]> {
  const found: T[] = [];
  for await (const each of all ?? []) found.push(each);
  return found;
}
