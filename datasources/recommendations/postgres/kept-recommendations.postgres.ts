import { type StoreRequest } from "../../core/store-request.js";
import { sql, type PostgresStore, type Sql } from "../../engines/postgres/store.postgres.js";
import { type KeptRecommendations, type RecommendedTitle } from "../recommendations.js";
import { readRecommended, recommended } from "./recommendations.postgres.js";

/** What kept models would recommend. Costs the names of a model's titles beside what the graph that is read costs. */
export class PostgresKeptRecommendations implements KeptRecommendations {
  constructor(private readonly postgres: PostgresStore) {}

  forProfiles(
    request: StoreRequest,
    model: number,
    profiles: readonly string[],
    limit: number,
  ): Promise<Map<string, RecommendedTitle[]>> {
    const statement = (distinct: readonly string[]) => sql`
      with names as materialized (
        select k.id, k.n::int as n from kept_models m, unnest(m.titles) with ordinality as k (id, n)
        where m.number = ${model}::int
      )
      ${recommended(distinct, limit, edgesOf(model))}`;
    return readRecommended(this.postgres, request, "keptRecommendations.forProfiles", profiles, statement);
  }
}

/** A kept model's edges in the form of those that are read; what titles are called has been looked up as `names`. */
function edgesOf(model: number): Sql {
  return sql`(
    select f.id as from_id, t.id as to_id, k.weight, k.next
    from kept_edges k join names f on f.n = k.from_place join names t on t.n = k.to_place
    where k.number = ${model}::int)`;
}
