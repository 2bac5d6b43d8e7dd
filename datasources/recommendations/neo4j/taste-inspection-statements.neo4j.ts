/** The edges that a section is about: from what to what, and under which names the statements take them. */
export interface EdgeKind {
  start: "Profile" | "Title";
  type: "WATCHED" | "SIMILAR";
}

/** The starts of a page with the ends that each leads to, whatever those are. */
export const edgeKeys = ({ start, type }: EdgeKind) => `
  MATCH (g:TasteGraph {tenant: $tenant})
  MATCH (n:${start} {tenant: $tenant, generation: g.live}) WHERE n.id > $after
  WITH n ORDER BY n.id LIMIT $size
  RETURN n.id AS start, COLLECT { MATCH (n)-[:${type}]->(t) RETURN DISTINCT coalesce(t.id, '') } AS ends`;

/** All edges between a start and some ends; `home` where the end is a title of the same graph. */
export const edgesOf = ({ start, type }: EdgeKind) => `
  MATCH (g:TasteGraph {tenant: $tenant})
  UNWIND $starts AS wanted
  MATCH (n:${start} {tenant: $tenant, generation: g.live, id: wanted.start})
  MATCH (n)-[e:${type}]->(t) WHERE coalesce(t.id, '') IN wanted.ends
  RETURN n.id AS start, coalesce(t.id, '') AS end, properties(e) AS fields,
    t:Title AND t.tenant = $tenant AND t.generation = g.live AS home`;

/** Makes edges what they should be, unless their number or highest version has changed since they were looked at. */
export const mendEdges = ({ start, type }: EdgeKind) => `
  MATCH (g:TasteGraph {tenant: $tenant}) WHERE g.live = $generation
  SET g.locked = true
  WITH g.live AS generation
  UNWIND $edges AS edge
  CALL (generation, edge) {
    OPTIONAL MATCH (:${start} {tenant: $tenant, generation: generation, id: edge.start})-[e:${type}]->(t)
    WHERE coalesce(t.id, '') = edge.end
    WITH collect(e) AS found
    WHERE size(found) = edge.count
      AND reduce(top = -1.0, e IN found | CASE WHEN coalesce(e.version, 0) > top THEN coalesce(e.version, 0) ELSE top END) = edge.top
    FOREACH (e IN found | DELETE e)
    FOREACH (fields IN edge.fields |
      MERGE (n:${start} {tenant: $tenant, generation: generation, id: edge.start})
      MERGE (t:Title {tenant: $tenant, generation: generation, id: edge.end})
      CREATE (n)-[:${type} ${type === "SIMILAR" ? SIMILAR_FIELDS : WATCHED_FIELDS}]->(t))
  }`;

const SIMILAR_FIELDS = "{weight: fields.weight}";
const WATCHED_FIELDS = `{at: datetime(fields.at), completed: fields.completed,
        rating: toInteger(fields.rating), version: toInteger(fields.version)}`;

/** Nodes without edges, a page at a time. */
export const lonely = (label: "Profile" | "Title") => `
  MATCH (g:TasteGraph {tenant: $tenant})
  MATCH (n:${label} {tenant: $tenant, generation: g.live}) WHERE n.id > $after AND NOT (n)--()
  RETURN n.id AS id ORDER BY id LIMIT $size`;

/** Those of some nodes that are there and have no edges. */
export const lonelyOf = (label: "Profile" | "Title") => `
  MATCH (g:TasteGraph {tenant: $tenant})
  UNWIND $ids AS id
  MATCH (n:${label} {tenant: $tenant, generation: g.live, id: id}) WHERE NOT (n)--()
  RETURN n.id AS id`;

/** Removes nodes that still have no edges. */
export const removeLonely = (label: "Profile" | "Title") => `
  MATCH (g:TasteGraph {tenant: $tenant}) WHERE g.live = $generation
  SET g.locked = true
  WITH g.live AS generation
  UNWIND $ids AS id
  MATCH (n:${label} {tenant: $tenant, generation: generation, id: id}) WHERE NOT (n)--()
  DELETE n`;

/** The pointer: what is live, whether something is being built, and what the graph was learned by. */
export const POINTER = `
  MATCH (g:TasteGraph {tenant: $tenant}) WHERE g.live IS NOT NULL
  RETURN g.live AS generation, g.builder IS NOT NULL AND g.leaseUntil >= timestamp() AS building,
    g.model AS model, g.learnedAt AS learnedAt, g.titles AS titles, g.edges AS edges`;

export const MEND_MODEL = `
  MATCH (g:TasteGraph {tenant: $tenant}) WHERE g.live = $generation
  SET g.model = $model.model, g.learnedAt = $model.learnedAt, g.titles = $model.titles, g.edges = $model.edges`;
