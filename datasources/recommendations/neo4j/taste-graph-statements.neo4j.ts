import { formHash } from "../../projection/check/form.js";
import { LEAST_WATCH, LEFT_BEFORE } from "../../viewing/watch-rules.js";
import { type Aversion, type TasteFact } from "../taste-graph-source.js";

type WatchFact = Extract<TasteFact, { kind: "WATCH" }>;
type SimilarityFact = Extract<TasteFact, { kind: "SIMILAR" }>;

/**
 * How what writes into a generation begins: finds it, and takes its lock, so that writers follow each other. In a
 * generation that has gone nothing is written.
 */
const INTO_GENERATION = `
  MATCH (g:TasteGraph {tenant: $tenant, generation: $generation})
  SET g.locked = true
  WITH g`;

export const OPEN = `
  MERGE (g:TasteGraph {tenant: $tenant, generation: $generation})
  SET g.model = 'NONE', g.learnedAt = '1970-01-01T00:00:00Z', g.titles = 0, g.edges = 0`;

export const HAS = `MATCH (g:TasteGraph {tenant: $tenant, generation: $generation}) RETURN 1 AS has`;

/** Nobody finds any generation but those of `$kept` from here on. */
export const CLOSE_OTHERS = `
  MATCH (g:TasteGraph {tenant: $tenant}) WHERE g.generation IS NULL OR NOT g.generation IN $kept
  DELETE g`;

/**
 * A part of the generations from `from` up to, not including, `to`: of the next `$size` nodes at most `$edges`
 * relationships, then the nodes that have none left. However many relationships a node has, a statement stays small.
 */
export const sweep = (label: "Profile" | "Title") => `
  CALL () {
    MATCH (n:${label})
    WHERE n.tenant = $tenant AND n.generation >= $from AND n.generation < $to AND n.id IS NOT NULL
    WITH n LIMIT $size
    RETURN collect(n) AS nodes
  }
  CALL (nodes) {
    UNWIND nodes AS n
    MATCH (n)-[r]-()
    WITH DISTINCT r LIMIT $edges
    DELETE r
    RETURN count(*) AS edges
  }
  CALL (nodes) {
    UNWIND nodes AS n
    WITH n WHERE NOT EXISTS { (n)--() }
    DELETE n
    RETURN count(*) AS removed
  }
  RETURN edges + removed AS removed`;

/** Nodes of the list `$ids`, in its order, so that edges can name them by place: one look-up a node, not one an edge. */
const nodes = (label: "Profile" | "Title", ids: string, as: string) => `
  CALL () {
    UNWIND ${ids} AS id
    MERGE (n:${label} {tenant: $tenant, generation: $generation, id: id})
    RETURN collect(n) AS ${as}
  }`;

export const PUT_MODEL = `${INTO_GENERATION}
  SET g.model = $model.model, g.learnedAt = $model.learnedAt, g.titles = $model.titles, g.edges = $model.edges`;

export const PUT_SIMILARITIES = `${INTO_GENERATION}
  ${nodes("Title", "$titles", "titles")}
  UNWIND range(0, size($weights) - 1) AS at
  WITH titles[toInteger($from[at])] AS start, titles[toInteger($to[at])] AS end, $weights[at] AS weight, $next[at] AS next
  CREATE (start)-[:SIMILAR {weight: weight, next: next}]->(end)`;

export const PUT_WATCHES = `${INTO_GENERATION}
  ${nodes("Profile", "$profiles", "profiles")}
  ${nodes("Title", "$titles", "titles")}
  UNWIND $watches AS watch
  WITH profiles[toInteger(watch[0])] AS profile, titles[toInteger(watch[1])] AS title, datetime(watch[2]) AS at,
       watch[3] AS completed, toInteger(watch[4]) AS rating, toInteger(watch[5]) AS revision, watch[6] AS leftEarly
  MERGE (profile)-[w:WATCHED]->(title)
  WITH w, at, completed, rating, revision, leftEarly
  WHERE w.at IS NULL OR w.revision < revision OR (w.revision = revision AND w.at <= at)
  SET w.at = at, w.completed = completed, w.rating = rating, w.revision = revision, w.leftEarly = leftEarly`;

export const PUT_AVERSIONS = `${INTO_GENERATION}
  ${nodes("Profile", "$profiles", "profiles")}
  ${nodes("Title", "$titles", "titles")}
  UNWIND $aversions AS aversion
  WITH profiles[toInteger(aversion[0])] AS profile, titles[toInteger(aversion[1])] AS title,
       datetime(aversion[2]) AS at, toInteger(aversion[3]) AS revision
  MERGE (profile)-[n:NOT_FOR_ME]->(title)
  WITH n, at, revision
  WHERE n.revision IS NULL OR n.revision <= revision
  SET n.at = at, n.revision = revision`;

/** Another where what is stored is, or what of the facts: a graph of another form is to be rebuilt. */
export const TASTE_FORM = formHash(
  OPEN,
  PUT_MODEL,
  PUT_SIMILARITIES,
  PUT_WATCHES,
  PUT_AVERSIONS,
  LEAST_WATCH,
  LEFT_BEFORE.percent,
);

/** Pairs of `$pairs` (profile, title, revision) that are there in no newer revision. */
const removePairs = (type: "WATCHED" | "NOT_FOR_ME") => `${INTO_GENERATION}
  UNWIND $pairs AS pair
  MATCH (:Profile {tenant: $tenant, generation: $generation, id: pair[0]})
        -[w:${type}]->(:Title {tenant: $tenant, generation: $generation, id: pair[1]})
  WHERE w.revision <= toInteger(pair[2])
  DELETE w`;

export const REMOVE_WATCHES = removePairs("WATCHED");
export const REMOVE_AVERSIONS = removePairs("NOT_FOR_ME");

/** Profiles with all that they have watched. */
export const REMOVE_PROFILES = `${INTO_GENERATION}
  UNWIND $profiles AS id
  MATCH (p:Profile {tenant: $tenant, generation: $generation, id: id})
  DETACH DELETE p`;

export const COUNT = `
  RETURN
    COUNT { MATCH (t:Title) WHERE t.tenant = $tenant AND t.generation = $generation AND t.id IS NOT NULL } +
    COUNT { MATCH (p:Profile) WHERE p.tenant = $tenant AND p.generation = $generation AND p.id IS NOT NULL } AS entries`;

/** Nodes of a tenant in whatever generation. */
export const HELD = `
  RETURN
    COUNT { MATCH (g:TasteGraph) WHERE g.tenant = $tenant } +
    COUNT { MATCH (t:Title) WHERE t.tenant = $tenant AND t.generation >= 0 AND t.id IS NOT NULL } +
    COUNT { MATCH (p:Profile) WHERE p.tenant = $tenant AND p.generation >= 0 AND p.id IS NOT NULL } AS entries`;

/** Texts by place: each is sent once, and edges name it by its number. */
class Places {
  readonly ids: string[] = [];
  readonly #places = new Map<string, number>();

  of(id: string): number {
    const known = this.#places.get(id);
    if (known !== undefined) return known;
    this.#places.set(id, this.ids.length);
    return this.ids.push(id) - 1;
  }
}

/** Parameters of PUT_SIMILARITIES. */
export function similarityParameters(edges: readonly SimilarityFact[]) {
  const titles = new Places();
  return {
    from: edges.map((edge) => titles.of(edge.from)),
    to: edges.map((edge) => titles.of(edge.to)),
    weights: edges.map((edge) => edge.weight),
    next: edges.map((edge) => edge.next),
    titles: titles.ids,
  };
}

/** Parameters of PUT_WATCHES. */
export function watchParameters(watches: readonly Omit<WatchFact, "kind">[]) {
  const profiles = new Places();
  const titles = new Places();
  return {
    watches: watches.map(({ profileId, titleId, at, completed, rating, revision, leftEarly }) => [
      profiles.of(profileId),
      titles.of(titleId),
      at,
      completed,
      rating,
      revision ?? 0,
      leftEarly ?? false,
    ]),
    profiles: profiles.ids,
    titles: titles.ids,
  };
}

/** Parameters of PUT_AVERSIONS. */
export function aversionParameters(facts: readonly Aversion[]) {
  const profiles = new Places();
  const titles = new Places();
  return {
    aversions: facts.map(({ profileId, titleId, at, revision }) => [
      profiles.of(profileId),
      titles.of(titleId),
      at,
      revision,
    ]),
    profiles: profiles.ids,
    titles: titles.ids,
  };
}
