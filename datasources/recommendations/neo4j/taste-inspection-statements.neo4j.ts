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

/** The pointer: what is live, whether something is being built, and what the graph was learned by. */
export const POINTER = `
  MATCH (g:TasteGraph {tenant: $tenant}) WHERE g.live IS NOT NULL
  RETURN g.live AS generation, g.builder IS NOT NULL AND g.leaseUntil >= timestamp() AS building,
    g.model AS model, g.learnedAt AS learnedAt, g.titles AS titles, g.edges AS edges`;
