/** The edges that a section is about: from what to what, and under which names the statements take them. */
export interface EdgeKind {
  start: "Profile" | "Title";
  type: "WATCHED" | "NOT_FOR_ME" | "SIMILAR";
}

/** The starts of a page with the ends that each leads to, whatever those are. */
export const edgeKeys = ({ start, type }: EdgeKind) => `
  MATCH (n:${start} {tenant: $tenant, generation: $generation}) WHERE n.id > $after
  WITH n ORDER BY n.id LIMIT $size
  RETURN n.id AS start, COLLECT { MATCH (n)-[:${type}]->(t) RETURN DISTINCT coalesce(t.id, '') } AS ends`;

/** All edges between a start and some ends; `home` where the end is a title of the same graph. */
export const edgesOf = ({ start, type }: EdgeKind) => `
  UNWIND $starts AS wanted
  MATCH (n:${start} {tenant: $tenant, generation: $generation, id: wanted.start})
  MATCH (n)-[e:${type}]->(t) WHERE coalesce(t.id, '') IN wanted.ends
  RETURN n.id AS start, coalesce(t.id, '') AS end, properties(e) AS fields,
    t:Title AND t.tenant = $tenant AND t.generation = $generation AS home`;

/** Nodes without edges, a page at a time. */
export const lonely = (label: "Profile" | "Title") => `
  MATCH (n:${label} {tenant: $tenant, generation: $generation}) WHERE n.id > $after AND NOT (n)--()
  RETURN n.id AS id ORDER BY id LIMIT $size`;

/** Those of some nodes that are there and have no edges. */
export const lonelyOf = (label: "Profile" | "Title") => `
  UNWIND $ids AS id
  MATCH (n:${label} {tenant: $tenant, generation: $generation, id: id}) WHERE NOT (n)--()
  RETURN n.id AS id`;

/** What a graph was learned by. */
export const MODEL = `
  MATCH (g:TasteGraph {tenant: $tenant, generation: $generation})
  RETURN g.model AS model, g.learnedAt AS learnedAt, g.titles AS titles, g.edges AS edges`;
