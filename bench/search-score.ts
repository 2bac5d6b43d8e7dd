// How well a search answers the queries of the suite: by class, for whichever engine.
import { type Audience } from "../datasources/catalog/audience.js";
import { type TitleDocument } from "../datasources/core/title.document.js";
import { CallLog } from "../datasources/core/store-request.js";
import { type Tenant } from "../datasources/core/tenant.js";
import { type Search, type SearchQuery } from "../datasources/search/search.js";
import { type SuiteQuery } from "./search-classes.js";
import { votesOf } from "./search-queries.js";

/** Whose search is asked. */
export interface Asked {
  search: Search;
  tenant: Tenant;
  audience: Audience;
}

/** What came of a query. */
export interface Scored extends SuiteQuery {
  /** Of the first title that is meant, from 1; 0 where it is not among the first `CUT`. */
  rank: number;
  /** The same, asked as was proposed; null where nothing was proposed. */
  proposedRank: number | null;
  /** What was proposed instead. */
  didYouMean: string | null;
  /** The first hits. */
  hits: string[];
}

/** Means over the queries of a class: MRR@10, and how many have what is meant first and among the first five. */
export interface ClassScore {
  count: number;
  reciprocal: number;
  first: number;
  five: number;
}

/** Hits looked at. */
export const CUT = 10;
/** Completions that a box has room for. */
const OFFERED = 8;
const WANTS = { total: false, facets: false, highlights: false, didYouMean: true };

/** Asks every query, and again what was proposed instead. */
export async function scoreAll(asked: Asked, queries: readonly SuiteQuery[]): Promise<Scored[]> {
  const scored: Scored[] = [];
  for (const query of queries) scored.push(await score(asked, query));
  return scored;
}

async function score(asked: Asked, query: SuiteQuery): Promise<Scored> {
  const { hits, didYouMean } = await ask(asked, query.text);
  const proposed = didYouMean === null ? null : await ask(asked, didYouMean);
  return {
    ...query,
    didYouMean,
    hits,
    rank: rankOf(query, hits),
    proposedRank: proposed && rankOf(query, proposed.hits),
  };
}

async function ask({ search, tenant, audience }: Asked, text: string) {
  const query: SearchQuery = { text, filter: {}, limit: CUT, wants: WANTS };
  const { hits, didYouMean } = await search.search({ tenant, calls: new CallLog() }, audience, query);
  return { hits: hits.map(({ titleId }) => titleId), didYouMean };
}

/** Where nothing is meant, nothing is the right answer. */
function rankOf({ meant }: SuiteQuery, hits: readonly string[]): number {
  if (meant.size === 0) return hits.length === 0 ? 1 : 0;
  return hits.findIndex((id) => meant.has(id)) + 1;
}

/** Scores by class, in the order in which classes come, `all` last. */
export function byClass(scored: readonly Scored[]): Map<string, ClassScore> {
  const classes = new Map<string, Scored[]>();
  for (const each of scored)
    for (const kind of [each.kind, "all"]) classes.set(kind, [...(classes.get(kind) ?? []), each]);
  const all = classes.get("all") ?? [];
  classes.delete("all");
  return new Map([...classes, ["all", all] as const].map(([kind, each]) => [kind, meansOf(each)]));
}

function meansOf(scored: readonly Scored[]): ClassScore {
  const mean = (of: (rank: number) => number) =>
    scored.reduce((sum, { rank }) => sum + (rank > 0 ? of(rank) : 0), 0) / Math.max(1, scored.length);
  return {
    count: scored.length,
    reciprocal: mean((rank) => 1 / rank),
    first: mean((rank) => Number(rank === 1)),
    five: mean((rank) => Number(rank <= 5)),
  };
}

/** The queries whose target is further down, or gone, when what was proposed is asked instead. */
export function misled(scored: readonly Scored[]): Scored[] {
  return scored.filter(
    ({ rank, proposedRank }) =>
      proposedRank !== null && rank > 0 && (proposedRank === 0 || proposedRank > rank),
  );
}

/** Of all viewing, the part whose titles are among the first eight completions of so many letters of their names. */
export async function completedShare(
  asked: Asked,
  films: readonly TitleDocument[],
  letters: number,
): Promise<number> {
  const answers = new Map<string, Set<string>>();
  let [met, all] = [0, 0];
  for (const film of films) {
    const prefix = [...film.name.toLowerCase().replace(/^(the|a|an) /, "")].slice(0, letters).join("");
    const offered = answers.get(prefix) ?? new Set(await completionsOf(asked, prefix));
    answers.set(prefix, offered);
    all += votesOf(film);
    if (offered.has(film.id)) met += votesOf(film);
  }
  return met / all;
}

async function completionsOf({ search, tenant, audience }: Asked, prefix: string): Promise<string[]> {
  const offered = await search.suggest({ tenant, calls: new CallLog() }, audience, prefix, OFFERED);
  return offered.map(({ id }) => id);
}
