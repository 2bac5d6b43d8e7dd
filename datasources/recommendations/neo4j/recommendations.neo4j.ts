import { integer, type Neo4jStore } from "../../engines/neo4j/store.neo4j.js";
import { type Generations } from "../../projection/generations/generations.js";
import { type StoreRequest } from "../../core/store-request.js";
import { LEFT_BEFORE } from "../../viewing/watch-rules.js";
import {
  EARLIER_SEEDS,
  FOLLOWED,
  GIVEN_UP,
  LATEST_SEEDS,
  LIKING,
  NOT_FOR_ME,
  NOT_FOR_ME_SEEDS,
  RECENCY,
  type RecommendedTitle,
  type Recommendations,
  SEEDS,
  type SimilarTitle,
} from "../recommendations.js";

/** A profile's or a title's list in columns, best first: the fewest and smallest records to carry. */
interface ScoredColumns {
  id: string;
  titles: string[];
  scores: number[];
}

type RecommendedColumns = ScoredColumns & { reasons: string[] };

/**
 * The taste graph in Neo4j. A profile costs its own watches and the edges of its seeds, however many users and titles
 * there are. All tenants, isolated ones too, share the one database that Community Edition has: their nodes
 * are keyed by tenant, and no relationship leads from one tenant's nodes to another's.
 */
export class Neo4jRecommendations implements Recommendations {
  constructor(
    private readonly store: Neo4jStore,
    private readonly generations: Pick<Generations<unknown>, "live">,
  ) {}

  forProfiles(
    request: StoreRequest,
    profiles: readonly string[],
    limit: number,
  ): Promise<Map<string, RecommendedTitle[]>> {
    const question = { operation: "recommendations.forProfiles", text: RECOMMENDED, limit };
    return this.#lists(request, question, profiles, ({ titles, scores, reasons }: RecommendedColumns) =>
      titles.map((titleId, at) => ({ titleId, score: scores[at]!, because: reasons[at]! })),
    );
  }

  similarTo(
    request: StoreRequest,
    titles: readonly string[],
    limit: number,
  ): Promise<Map<string, SimilarTitle[]>> {
    const question = { operation: "recommendations.similarTo", text: SIMILAR, limit };
    return this.#lists(request, question, titles, (row: ScoredColumns) =>
      row.titles.map((titleId, at) => ({ titleId, score: row.scores[at]! })),
    );
  }

  /** The lists of keys that are not empty, in the order in which they were asked for. */
  async #lists<R extends ScoredColumns, T>(
    request: StoreRequest,
    { operation, text, limit }: { operation: string; text: string; limit: number },
    keys: readonly string[],
    listOf: (row: R) => T[],
  ): Promise<Map<string, T[]>> {
    const ids = [...new Set(keys)];
    const generation = ids.length === 0 ? null : await this.generations.live(request.tenant);
    if (generation === null) return new Map();
    const tenant = integer(request.tenant.id);
    const rows = await this.store.read<R>(
      request,
      { operation, uniqueKeys: ids.length, rowsOf: countTitles },
      {
        text,
        parameters: { tenant, generation: integer(generation), ids, limit: integer(limit) },
      },
    );
    const found = new Map(rows.map((row) => [row.id, listOf(row)]));
    return new Map(ids.map((id) => [id, found.get(id) ?? []] as const).filter(([, list]) => list.length > 0));
  }
}

/** Titles of one score that are put in the order of their ids, beside those that are listed. */
const TIES = 200;

// Most of the work is one row an edge, so nothing is read of it but the weight, unless its watch is of the latest: parts are added up in the order of the
// watched titles' ids, so that a score has the same last digit every time, and reasons and ids are looked up for the
// best titles only. The first of the largest parts is the reason.
const RECOMMENDED = `
  UNWIND $ids AS id
  MATCH (p:Profile {tenant: $tenant, generation: $generation, id: id})
  CALL (p) {
    WITH COLLECT { MATCH (p)-[:WATCHED|NOT_FOR_ME]->(seen) RETURN DISTINCT seen } AS known,
      COLLECT { MATCH (p)-[n:NOT_FOR_ME]->(title:Title) RETURN title ORDER BY n.at DESC, title.id DESC } AS unwanted, p
    MATCH (p)-[w:WATCHED]->(seed:Title)
    WITH known, unwanted, w, seed ORDER BY w.at DESC, seed.id DESC
    WITH known, unwanted, collect(w) AS watches, collect(seed) AS titles
    WITH known, unwanted, watches, titles, size(titles) - ${LATEST_SEEDS} AS earlier
    UNWIND [rank IN range(0, size(titles) - 1) WHERE size(titles) <= ${SEEDS} OR rank <= ${LATEST_SEEDS}
      OR (rank - ${LATEST_SEEDS}) * ${EARLIER_SEEDS} / earlier > (rank - ${LATEST_SEEDS} - 1) * ${EARLIER_SEEDS} / earlier] AS rank
    WITH known, unwanted, rank, watches[rank] AS w, titles[rank] AS seed
    WHERE NOT seed IN unwanted
    WITH known, unwanted, seed, CASE WHEN w.completed THEN 1.0 ELSE 0.5 END * CASE w.rating
      WHEN 5 THEN ${LIKING[5]} WHEN 4 THEN ${LIKING[4]} WHEN 3 THEN ${LIKING[3]} WHEN 2 THEN ${LIKING[2]} WHEN 1 THEN ${LIKING[1]}
      ELSE CASE WHEN w.leftEarly AND w.at < datetime() - duration({days: ${LEFT_BEFORE.days}}) THEN ${GIVEN_UP} ELSE 1.0 END
    END * (${RECENCY.floor} + ${1 - RECENCY.floor} * exp(-rank / toFloat(${RECENCY.fading}))) AS strength,
      coalesce(toFloat([${FOLLOWED.join(", ")}][rank]), 0.0) AS following
    WITH known, unwanted, collect({seed: seed, strength: strength, following: following}) AS watched
    UNWIND watched + [title IN unwanted[0..${NOT_FOR_ME_SEEDS}] | {seed: title, strength: toFloat(${NOT_FOR_ME}), following: 0.0}] AS counting
    WITH known, counting.seed AS seed, counting.seed.id AS because, counting.strength AS strength,
      counting.following AS following ORDER BY because
    MATCH (seed)-[s:SIMILAR]->(title)
    WITH known, title, because,
      CASE following WHEN 0.0 THEN s.weight ELSE s.weight + following * coalesce(s.next, 0.0) END * strength AS part
    WITH known, title, sum(part) AS score, collect(part) AS parts, collect(because) AS seeds
    WHERE score > 0 AND NOT title IN known
    WITH title, score, parts, seeds ORDER BY score DESC LIMIT $limit + ${TIES}
    WITH title.id AS title, score, parts, seeds ORDER BY score DESC, title LIMIT $limit
    WITH title, score, seeds[reduce(best = 0, at IN range(1, size(parts) - 1) |
      CASE WHEN parts[at] > parts[best] THEN at ELSE best END)] AS because
    RETURN collect(title) AS titles, collect(score) AS scores, collect(because) AS reasons
  }
  RETURN id, titles, scores, reasons`;

const SIMILAR = `
  UNWIND $ids AS id
  MATCH (from:Title {tenant: $tenant, generation: $generation, id: id})
  CALL (from) {
    MATCH (from)-[s:SIMILAR]->(title:Title) WHERE s.weight > 0
    WITH title.id AS title, s.weight AS score ORDER BY score DESC, title LIMIT $limit
    RETURN collect(title) AS titles, collect(score) AS scores
  }
  RETURN id, titles, scores`;

function countTitles(rows: readonly ScoredColumns[]): number {
  return rows.reduce((total, { titles }) => total + titles.length, 0);
}
