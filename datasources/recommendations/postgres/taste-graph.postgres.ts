import { raw, sql, type PostgresStore, type Query, type Sql } from "../../engines/postgres/store.postgres.js";
import { takeTurn } from "../../engines/postgres/turns.postgres.js";
import { type Tenant } from "../../core/tenant.js";
import { type ModelTrial } from "../model-trial.js";
import { type SimilarEdges, type TasteGraph, type TasteModel } from "../recommendations.js";
import { KEPT_MODELS, type KeptModel, type TasteModels } from "../taste-models.js";
import { removeEdges, standsAlone, writeEdges } from "./kept-edges.postgres.js";

/** Titles whose edges are read at a time. */
const STARTS = 500;

const UNTRIED: ModelTrial = { learnedUntil: null, verdict: "UNTRIED", figures: null };

/** Writes taste graphs to PostgreSQL, and keeps the last of them. */
export class PostgresTasteGraph implements TasteGraph, TasteModels {
  constructor(private readonly postgres: PostgresStore) {}

  /**
   * Replaces the tenant's graph in one transaction, once its edges are there. Two replacements at the same time follow each other.
   *
   * @throws RangeError when the columns differ in length, name a title that is not in `titles`, hold a number that is
   * not 0 or above or an edge without one above 0, or hold a pair twice. The old graph stays.
   */
  async replace(
    tenant: Tenant,
    edges: SimilarEdges,
    model: TasteModel,
    trial: ModelTrial = UNTRIED,
  ): Promise<void> {
    await this.#put(tenant, edges, { ...model, ...trial }, true);
  }

  async keep(tenant: Tenant, edges: SimilarEdges, model: TasteModel, trial: ModelTrial): Promise<void> {
    await this.#put(tenant, edges, { ...model, ...trial }, false);
  }

  models(tenant: Tenant): Promise<KeptModel[]> {
    return this.postgres.transaction(tenant, (query) =>
      query<KeptModel>(
        sql`select k.number, k.model, k.learned_at as "learnedAt", k.learned_until as "learnedUntil",
                   cardinality(k.titles) as titles, k.edges, k.verdict, k.figures, k.live_since as "liveSince",
                   m.number is not null as live
            from kept_models k left join taste_models m on m.number = k.number
            order by k.number desc`,
      ),
    );
  }

  liveEdges(tenant: Tenant): Promise<SimilarEdges | null> {
    return this.#edgesWhere(tenant, sql`k.number = (select number from taste_models)`);
  }

  edgesOf(tenant: Tenant, number: number): Promise<SimilarEdges | null> {
    return this.#edgesWhere(tenant, sql`k.number = ${number}::int`);
  }

  async #edgesWhere(tenant: Tenant, that: Sql): Promise<SimilarEdges | null> {
    const [kept] = await this.postgres.transaction(tenant, (query) =>
      query<{ number: number; titles: string[]; edges: number }>(
        sql`select k.number, k.titles, k.edges from kept_models k where ${that}`,
      ),
    );
    if (!kept) return null;
    const { number, titles, edges } = kept;
    const columns = {
      from: new Uint32Array(edges),
      to: new Uint32Array(edges),
      weight: new Float32Array(edges),
      next: new Float32Array(edges),
    };
    let read = 0;
    for (let start = 0; start < titles.length; start += STARTS) {
      for (const { from, to, weight, next } of await this.#edgesFrom(tenant, number, start)) {
        columns.from[read] = from - 1;
        columns.to[read] = to - 1;
        columns.weight[read] = weight;
        columns.next[read] = next;
        read += 1;
      }
    }
    return read === edges ? { titles, ...columns } : null;
  }

  /** Edges of the next titles; none where another model took their place meanwhile. */
  #edgesFrom(
    tenant: Tenant,
    number: number,
    start: number,
  ): Promise<{ from: number; to: number; weight: number; next: number }[]> {
    return this.postgres.transaction(tenant, (query) =>
      query(
        sql`select from_place as "from", to_place as "to", weight, next from kept_edges
            where number = ${number}::int and from_place > ${start}::int and from_place <= ${start + STARTS}::int`,
      ),
    );
  }

  async promote(tenant: Tenant, number: number): Promise<void> {
    await this.postgres.transaction(tenant, async (query) => {
      await lock(query);
      const kept = await query(sql`select 1 from kept_models where number = ${number}::int`);
      if (kept.length === 0) throw new RangeError(`No model ${number} is kept`);
      await switchTo(query, number);
    });
  }

  async #put(
    tenant: Tenant,
    edges: SimilarEdges,
    model: TasteModel & ModelTrial,
    live: boolean,
  ): Promise<void> {
    let number: number;
    // Whoever came to an end meanwhile has removed what no model has: then it is written once more.
    do number = await writeEdges(this.postgres, tenant, edges);
    while (!(await this.#keep(tenant, number, edges, model, live)));
    await removeEdges(this.postgres, tenant, number, "EARLIER");
  }

  /** Makes a model of edges that were written; false where these are not there any more. */
  async #keep(
    tenant: Tenant,
    number: number,
    { titles, from }: SimilarEdges,
    model: TasteModel & ModelTrial,
    live: boolean,
  ): Promise<boolean> {
    try {
      return await this.postgres.transaction(tenant, async (query) => {
        await lock(query);
        if (!(await standsAlone(query, number, from.length))) return false;
        await keepModel(query, number, titles, model);
        if (live) await switchTo(query, number);
        await forgetOld(query);
        return true;
      });
    } catch (error) {
      await removeEdges(this.postgres, tenant, number);
      throw error;
    }
  }
}

async function lock(query: Query): Promise<void> {
  await takeTurn(query, "taste_graph");
  await query.allow(Infinity);
  await query(raw("set local work_mem = '32MB'"));
  // Of rows that were just written there are no statistics: where they look few, each would be looked for among all names.
  await query(raw("set local enable_nestloop = off"));
}

/** Has the edges of a number be a model's. */
async function keepModel(
  query: Query,
  number: number,
  titles: readonly string[],
  { model, learnedAt, edges, learnedUntil, verdict, figures }: TasteModel & ModelTrial,
): Promise<void> {
  await query(
    sql`insert into kept_models (tenant_id, number, model, learned_at, learned_until, edges, titles, verdict, figures)
        values (current_setting('marquee.tenant')::int, ${number}::int, ${model}, ${learnedAt}::timestamptz,
                ${learnedUntil}::timestamptz, ${edges}::int, ${titles}::text[], ${verdict}, ${JSON.stringify(figures)}::jsonb)`,
  );
}

/** Has the edges of a kept model in the place of those that are read. */
async function switchTo(query: Query, number: number): Promise<void> {
  await query(sql`delete from similar_titles`);
  await query(sql`
    with names as materialized (
      select k.id, k.n::int as n from kept_models m, unnest(m.titles) with ordinality as k (id, n)
      where m.number = ${number}::int
    )
    insert into similar_titles (tenant_id, from_id, to_id, weight, next)
    select current_setting('marquee.tenant')::int, f.id, t.id, e.weight, e.next
    from kept_edges e join names f on f.n = e.from_place join names t on t.n = e.to_place
    where e.number = ${number}::int
    order by e.from_place, e.weight desc`);
  await query(sql`
    with live as (update kept_models set live_since = clock_timestamp() where number = ${number}::int returning *)
    insert into taste_models (tenant_id, model, learned_at, titles, edges, number)
    select tenant_id, model, learned_at, cardinality(titles), edges, number from live
    on conflict (tenant_id) do update
    set model = excluded.model, learned_at = excluded.learned_at, titles = excluded.titles, edges = excluded.edges,
        number = excluded.number`);
}

/**
 * The model that is read stays, and the latest of the others; beside these, what experiments that go on have answer. Edges of
 * those that go are removed afterwards.
 */
async function forgetOld(query: Query): Promise<void> {
  const kept: Sql = sql`
    (select k.number from kept_models k left join taste_models m on m.number = k.number
     order by m.number is null, k.number desc limit ${KEPT_MODELS}::int)
    union all
    select a.model_number from experiment_arms a join experiments e on e.id = a.experiment_id
    where e.ended_at is null and a.ended_at is null and a.model_number is not null`;
  await query(sql`delete from kept_models where number not in (${kept})`);
}
