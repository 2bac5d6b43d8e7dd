import { type Audience } from "../../datasources/catalog/audience.js";
import { withDefaults, type TitleFacts } from "../../datasources/core/title-fields.js";
import { type TitleDocument } from "../../datasources/core/title.document.js";
import {
  type Recommendations,
  type SimilarEdges,
  type TasteGraph,
  type TasteModel,
} from "../../datasources/recommendations/recommendations.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type ViewingEvent } from "../../datasources/viewing/viewing.js";

/** An adapter of the taste graph as its contract sees it. */
export interface RecommendationsUnderTest {
  recommendations: Recommendations;
  tasteGraph: TasteGraph;
  /** A tenant that nothing else uses. */
  createTenant(): Promise<Tenant>;
  /** Lets profiles watch; shows in the next read of a graph that has been built, and in every graph built later. */
  ingest(tenant: Tenant, events: readonly ViewingEvent[]): Promise<void>;
  /** A title that is not for a profile, or is again; shows like a watch. */
  setNotForMe(tenant: Tenant, profileId: string, titleId: string, notForMe: boolean): Promise<void>;
  close(): Promise<void>;
}

/** What a watch counts after which so many others came. */
export const recency = (later: number) => 0.5 + 0.5 * Math.exp(-later / 5);

/** A published film, licensed everywhere since 2020 unless stated otherwise. */
export function film(id: string, stated: Partial<TitleFacts> = {}): TitleFacts {
  return withDefaults({
    id,
    kind: "MOVIE" as const,
    name: id,
    maturityRating: "PG" as const,
    licences: [{ countries: ["*"], from: "2020-01-01T00:00:00Z", until: null }],
    addedAt: "2020-01-01T00:00:00Z",
    ...stated,
  });
}

export function documentOf(body: TitleFacts): TitleDocument {
  return { ...body, revision: 1, latestVersion: 1, popularity: 0 };
}

/** A completed watch of an hour in the US unless stated otherwise; its id follows from what it says. */
export function watch(
  profileId: string,
  titleId: string,
  at: string,
  stated: Partial<ViewingEvent> = {},
): ViewingEvent {
  return {
    id: `${profileId} ${titleId} ${at}`,
    profileId,
    titleId,
    at,
    seconds: 3600,
    completed: true,
    country: "US",
    device: "TV",
    rating: null,
    ...stated,
  };
}

/** `from to weight`, and `next` where it is not 0, per line as the columns of a graph. */
export function graph(text: string): SimilarEdges {
  const lines = text
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  const titles = [...new Set(lines.flatMap(([from, to]) => [from!, to!]))];
  return {
    titles,
    from: Uint32Array.from(lines, ([from]) => titles.indexOf(from!)),
    to: Uint32Array.from(lines, ([, to]) => titles.indexOf(to!)),
    weight: Float32Array.from(lines, ([, , weight]) => Number(weight)),
    next: Float32Array.from(lines, ([, , , next]) => Number(next ?? 0)),
  };
}

export const MODEL: TasteModel = { model: "EASE", learnedAt: "2026-05-01T00:00:00Z", titles: 0, edges: 0 };

/** An editor without a limit, who meets whatever a chart names. */
export const EDITOR: Audience = { country: "US", maturityLimit: 18, editor: true, now: new Date() };
