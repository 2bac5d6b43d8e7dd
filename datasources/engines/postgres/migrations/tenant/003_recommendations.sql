-- The taste graph of the embedded default: (from)-[:SIMILAR {weight}]->(to); each title keeps its strongest incoming edges.
create table similar_titles (
  tenant_id integer not null,
  from_id text not null,
  to_id text not null,
  weight real not null check (weight > 0)
);
-- The one way in: a title's edges, strongest first, without touching the table. Pairs are distinct because the writer
-- refuses duplicates; a unique index on them would double the cost of replacing a graph.
create index similar_titles_strongest on similar_titles (tenant_id, from_id, weight desc, to_id);

-- What the batch job learned last, for whom and from how much.
create table taste_models (
  tenant_id integer not null primary key,
  model text not null,
  learned_at timestamptz not null,
  titles integer not null,
  edges integer not null
);
