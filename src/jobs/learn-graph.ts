import { type TitleVersions } from "../../datasources/catalog/title-versions.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { MATURITY_AGES, type ProjectedTitle } from "../../datasources/core/title.document.js";
import { type SimilarEdges } from "../../datasources/recommendations/recommendations.js";
import { buffersOf } from "../../packages/process/run-in-thread.js";
import {
  contentSimilarities,
  learnSimilarities,
  type Edges,
  type Interactions,
  type LearnedSimilarities,
  type SimilarityModel,
  type TitleContent,
} from "../../packages/similarity/index.js";
import { inGraphThread } from "./graph-thread.js";
import { ENOUGH_EDGES } from "./learn-edges.js";
import { LEARNED_LIMITS, watchesOf } from "./learn-limited.js";

/** Titles that may be offered some day: what they are, and from which age on they may be met. */
export interface OfferedTitles {
  contents: TitleContent[];
  ages: ReadonlyMap<string, number>;
}

/** A taste graph as it is served, and how it came about. */
export interface LearnedGraph {
  model: SimilarityModel;
  graph: SimilarEdges;
  learnedEdges: number;
  contentEdges: number;
}

/** Runs a part of the work that has a name. */
export type GraphStep = <T>(
  name: "learning tastes" | "learning tastes under limits" | "similar content",
  work: (progress: (fraction: number) => void) => Promise<T>,
) => Promise<T>;

/**
 * The taste graph of watches: edges that are learned, those under limits, and between what few have watched those of
 * what titles are. Whatever serves or measures recommendations has its graph from here.
 */
export async function learnGraph(
  interactions: Interactions,
  { contents, ages }: OfferedTitles,
  step: GraphStep,
): Promise<LearnedGraph> {
  const learned = await step("learning tastes", (progress) => learnFrom(interactions, progress));
  const limited = await step("learning tastes under limits", () => learnUnderLimits(interactions, ages));
  const { titles, content } = await step("similar content", () =>
    similarContent(contents, interactions.items),
  );
  const all = learned ? [learned, ...limited] : [];
  const model = learned && learned.edges.from.length > 0 ? learned.model : "CONTENT";
  const parts = all.map(({ edges, following }) => ({ edges, following }));
  const { edges, ...counts } = await inGraphThread(
    { kind: "assemble", titles: titles.length, learned: parts, content },
    buffersOf(content, ...parts.flatMap(({ edges, following }) => [edges, following])),
  );
  return { model, graph: { titles, ...edges }, ...counts };
}

async function learnFrom(
  interactions: Interactions,
  onProgress: (fraction: number) => void,
): Promise<LearnedSimilarities | null> {
  return interactions.users === 0 ? null : learnSimilarities(interactions, { onProgress });
}

/** What is learned from what may be met under each limit that keeps something of what was watched. */
async function learnUnderLimits(
  interactions: Interactions,
  ages: ReadonlyMap<string, number>,
): Promise<LearnedSimilarities[]> {
  const learned: LearnedSimilarities[] = [];
  for (const limit of LEARNED_LIMITS) {
    const isKept = (item: number) => (ages.get(interactions.items[item]!) ?? Infinity) <= limit;
    const watches = watchesOf(interactions, isKept);
    if (watches) learned.push(await learnSimilarities(watches));
  }
  return learned;
}

/** What titles are that may be offered some day, and from which age on. */
export async function offeredTitles(versions: TitleVersions, tenant: Tenant): Promise<OfferedTitles> {
  const contents: TitleContent[] = [];
  const ages = new Map<string, number>();
  for await (const batch of versions.inForce(tenant)) {
    for (const title of batch) {
      if (title.state === "ARCHIVED" || title.mergedInto) continue;
      contents.push(contentOf(title));
      ages.set(title.id, MATURITY_AGES[title.maturityRating]);
    }
  }
  return { contents, ages };
}

/** Nearest titles by content, as indices into the watched titles followed by the others of the catalog. */
async function similarContent(
  contents: readonly TitleContent[],
  watched: readonly string[],
): Promise<{ titles: string[]; content: Edges }> {
  const nearest = await contentSimilarities(contents, { neighbours: ENOUGH_EDGES });
  const titles = [...watched];
  const indexes = new Map(watched.map((id, index) => [id, index]));
  const indexOf = Uint32Array.from(contents, ({ id }) => indexes.get(id) ?? titles.push(id) - 1);
  const content = {
    from: nearest.from.map((title) => indexOf[title]!),
    to: nearest.to.map((title) => indexOf[title]!),
    weight: nearest.weight,
  };
  return { titles, content };
}

function contentOf(title: ProjectedTitle): TitleContent {
  return {
    id: title.id,
    genres: title.genres.map(({ id }) => id),
    tags: title.tags,
    people: title.credits.map(({ person }) => person.id),
    studio: title.studio?.id ?? null,
    releaseYear: title.releaseYear,
  };
}
