import { whoseTitles, type Audience } from "../../datasources/catalog/audience.js";
import { type TitleVersions } from "../../datasources/catalog/title-versions.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type ProjectedTitle } from "../../datasources/core/title.document.js";
import { type SimilarEdges } from "../../datasources/recommendations/recommendations.js";

/** What titles that were known by their ids some time ago are by now. */
export class TitlesNow {
  constructor(private readonly titles: ReadonlyMap<string, ProjectedTitle>) {}

  /** The title that one was merged into, or itself. */
  of(id: string): string {
    return this.titles.get(id)?.mergedInto ?? id;
  }

  /** Those of a list, each once. */
  listed(ids: readonly string[]): string[] {
    return [...new Set(ids.map((id) => this.of(id)))];
  }

  /** Which of them an audience may meet, by the rules of viewing. */
  metBy(audience: Audience): (id: string) => boolean {
    const isMet = whoseTitles(audience);
    return (id) => {
      const title = this.titles.get(id);
      return title !== undefined && isMet(title);
    };
  }

  /** A graph between what its titles are now: of edges between the same, what is greatest; none from a title to itself. */
  edges(edges: SimilarEdges): SimilarEdges {
    const { titles, from, to, weight, next } = edges;
    const names = [...new Set(titles.map((id) => this.of(id)))];
    if (names.length === titles.length && names.every((id, at) => id === titles[at])) return edges;
    const places = new Map(names.map((id, place) => [id, place]));
    const placeOf = titles.map((id) => places.get(this.of(id))!);
    const strongest = new Map<number, { weight: number; next: number }>();
    weight.forEach((each, edge) => {
      const [start, end] = [placeOf[from[edge]!]!, placeOf[to[edge]!]!];
      if (start === end) return;
      const pair = start * names.length + end;
      const known = strongest.get(pair) ?? { weight: 0, next: 0 };
      strongest.set(pair, {
        weight: Math.max(each, known.weight),
        next: Math.max(next?.[edge] ?? 0, known.next),
      });
    });
    const pairs = [...strongest.keys()];
    return {
      titles: names,
      from: Uint32Array.from(pairs, (pair) => Math.floor(pair / names.length)),
      to: Uint32Array.from(pairs, (pair) => pair % names.length),
      weight: Float32Array.from(strongest.values(), (edge) => edge.weight),
      next: Float32Array.from(strongest.values(), (edge) => edge.next),
    };
  }
}

/** Reads the whole catalogue's facts as they are in force, and keeps them. */
export async function titlesNow(versions: TitleVersions, tenant: Tenant): Promise<TitlesNow> {
  const titles = new Map<string, ProjectedTitle>();
  for await (const batch of versions.inForce(tenant)) for (const title of batch) titles.set(title.id, title);
  return new TitlesNow(titles);
}
