import { type TasteFact } from "../taste-graph-source.js";

type WatchFact = Extract<TasteFact, { kind: "WATCH" }>;
type SimilarityFact = Extract<TasteFact, { kind: "SIMILAR" }>;

/**
 * How every statement of a build begins: takes the lock of the tenant's pointer, so that builds and watches follow
 * each other, then goes on only while the build holds its lease, which it renews.
 */
export const WITH_LEASE = `
  MATCH (g:TasteGraph {tenant: $tenant})
  SET g.locked = true
  WITH g WHERE g.builder = $builder
  SET g.leaseUntil = timestamp() + $lease
  WITH g`;

/** Answers no row while another build holds the tenant's lease. */
export const BEGIN = `
  MERGE (g:TasteGraph {tenant: $tenant})
  SET g.locked = true
  WITH g WHERE g.builder IS NULL OR g.leaseUntil < timestamp()
  SET g.builder = $builder, g.leaseUntil = timestamp() + $lease, g.last = coalesce(g.last, 0) + 1
  SET g.building = g.last
  RETURN g.building AS generation, coalesce(g.live, 0) AS live`;

export const PUBLISH = `${WITH_LEASE}
  SET g.live = g.building, g.building = null, g.model = $model.model, g.learnedAt = $model.learnedAt,
      g.titles = $model.titles, g.edges = $model.edges
  RETURN g.live AS live`;

export const END = `
  MATCH (g:TasteGraph {tenant: $tenant, builder: $builder})
  SET g.builder = null, g.building = null, g.leaseUntil = null`;

/** Readers and writers find nothing of the tenant from here on. */
export const WITHDRAW = `${WITH_LEASE}
  SET g.live = null, g.building = null
  RETURN 1 AS held`;

export const FORGET = `MATCH (g:TasteGraph {tenant: $tenant, builder: $builder}) DELETE g`;

/**
 * A part of the generations from `from` up to, not including, `to`: of the next `$size` nodes at most `$edges`
 * relationships, then the nodes that have none left. However many relationships a node has, a statement stays small.
 */
export const sweep = (label: "Profile" | "Title") => `${WITH_LEASE}
  CALL (g) {
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
  CALL (generation) {
    UNWIND ${ids} AS id
    MERGE (n:${label} {tenant: $tenant, generation: generation, id: id})
    RETURN collect(n) AS ${as}
  }`;

export const PUT_SIMILARITIES = `${WITH_LEASE}, g.building AS generation
  ${nodes("Title", "$titles", "titles")}
  CALL (titles) {
    UNWIND range(0, size($weights) - 1) AS at
    WITH titles[toInteger($from[at])] AS start, titles[toInteger($to[at])] AS end, $weights[at] AS weight
    CREATE (start)-[:SIMILAR {weight: weight}]->(end)
  }
  RETURN 1 AS held`;

const WATCHES = `
  ${nodes("Profile", "$profiles", "profiles")}
  ${nodes("Title", "$titles", "titles")}
  CALL (profiles, titles) {
    UNWIND $watches AS watch
    WITH profiles[toInteger(watch[0])] AS profile, titles[toInteger(watch[1])] AS title, datetime(watch[2]) AS at,
         watch[3] AS completed, toInteger(watch[4]) AS rating, toInteger(watch[5]) AS version
    MERGE (profile)-[w:WATCHED]->(title)
    WITH w, at, completed, rating, version
    WHERE w.at IS NULL OR w.version < version OR (w.version = version AND w.at <= at)
    SET w.at = at, w.completed = completed, w.rating = rating, w.version = version
  }`;

export const PUT_WATCHES = `${WITH_LEASE}, g.building AS generation
  ${WATCHES}
  RETURN 1 AS held`;

/** Into the graph that is read and the one that is being filled. */
export const RECORD_WATCHES = `
  MATCH (g:TasteGraph {tenant: $tenant})
  SET g.locked = true
  WITH [generation IN [g.live, g.building] WHERE generation IS NOT NULL] AS generations
  UNWIND generations AS generation
  ${WATCHES}
  RETURN count(*) AS generations`;

/** Pairs of `$pairs` (profile, title, version) that are there in no newer version, in both graphs. */
export const REMOVE_WATCHES = `
  MATCH (g:TasteGraph {tenant: $tenant})
  SET g.locked = true
  WITH [generation IN [g.live, g.building] WHERE generation IS NOT NULL] AS generations
  UNWIND generations AS generation
  UNWIND $pairs AS pair
  MATCH (:Profile {tenant: $tenant, generation: generation, id: pair[0]})
        -[w:WATCHED]->(:Title {tenant: $tenant, generation: generation, id: pair[1]})
  WHERE w.version <= toInteger(pair[2])
  DELETE w`;

/** Profiles with all that they have watched, in both graphs. */
export const REMOVE_PROFILES = `
  MATCH (g:TasteGraph {tenant: $tenant})
  SET g.locked = true
  WITH [generation IN [g.live, g.building] WHERE generation IS NOT NULL] AS generations
  UNWIND generations AS generation
  UNWIND $profiles AS id
  MATCH (p:Profile {tenant: $tenant, generation: generation, id: id})
  DETACH DELETE p`;

/** Whether a graph is read or being filled. */
export const RECEIVES = `
  MATCH (g:TasteGraph {tenant: $tenant}) WHERE g.live IS NOT NULL OR g.building IS NOT NULL
  RETURN 1 AS receives`;

export const STATUS = `
  MATCH (g:TasteGraph {tenant: $tenant}) WHERE g.live IS NOT NULL
  RETURN g.live AS live,
    COUNT { MATCH (t:Title) WHERE t.tenant = $tenant AND t.generation = g.live AND t.id IS NOT NULL } +
    COUNT { MATCH (p:Profile) WHERE p.tenant = $tenant AND p.generation = g.live AND p.id IS NOT NULL } AS entries`;

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
    titles: titles.ids,
  };
}

/** Parameters of PUT_WATCHES and RECORD_WATCHES. */
export function watchParameters(watches: readonly Omit<WatchFact, "kind">[]) {
  const profiles = new Places();
  const titles = new Places();
  return {
    watches: watches.map(({ profileId, titleId, at, completed, rating, version }) => [
      profiles.of(profileId),
      titles.of(titleId),
      at,
      completed,
      rating,
      version ?? 0,
    ]),
    profiles: profiles.ids,
    titles: titles.ids,
  };
}
