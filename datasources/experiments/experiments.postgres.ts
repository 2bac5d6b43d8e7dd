import { randomUUID } from "node:crypto";

import { recordAct } from "../audit/audit-append.postgres.js";
import { type AuditActor } from "../core/audit-acts.js";
import { Refusal } from "../core/refusal.js";
import { CallLog, type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { readByIds } from "../engines/postgres/by-ids.postgres.js";
import { sql, type PostgresStore, type Query } from "../engines/postgres/store.postgres.js";
import { takeTurn } from "../engines/postgres/turns.postgres.js";
import { armId, firstGap } from "./assignment.js";
import { sumDays } from "./closed-days.postgres.js";
import { checkedExperiment, percentOf } from "./experiment-rules.js";
import { figuresOf, worseOf, type WorseArm } from "./experiment-figures.js";
import { sumsOf, type SumsRow } from "./experiment-report.postgres.js";
import {
  MOST_EXPERIMENTS,
  MOST_RUNNING,
  PLACES,
  type ArmFacts,
  type ArmFigures,
  type ExperimentFacts,
  type ExperimentRecord,
  type Experiments,
  type RunningExperiment,
} from "./experiments.js";
import { KnownExperiments } from "./known-experiments.js";

/** For how long what a judgement goes by may take: no request waits for it. Milliseconds. */
const JUDGEMENT_MS = 20_000;

type ExperimentRow = ExperimentRecord & { firstPlace: number };

const EXPERIMENTS = sql`
  select e.id, e.name, e.kind, e.exclusion_group as "exclusionGroup", e.metric, e.least_lists as "leastLists",
    e.first_place as "firstPlace", e.started_at as "startedAt", e.ended_at as "endedAt",
    (select json_agg(json_build_object('position', a.position, 'arm', a.arm, 'percent', a.percent,
        'model', a.model_number, 'diversity', a.diversity, 'endedAt', a.ended_at) order by a.position)
     from experiment_arms a where a.experiment_id = e.id) as arms
  from experiments e`;

/** Experiments in PostgreSQL; row-level security keeps each tenant to its own. */
export class PostgresExperiments implements Experiments {
  readonly #known: KnownExperiments;

  constructor(private readonly postgres: PostgresStore) {
    this.#known = new KnownExperiments((tenant) => this.#running(tenant));
  }

  known(tenant: Tenant): Promise<readonly RunningExperiment[]> {
    return Promise.resolve(this.#known.known(tenant));
  }

  running(tenant: Tenant): Promise<readonly RunningExperiment[]> {
    return this.#known.running(tenant);
  }

  list(request: StoreRequest): Promise<ExperimentRecord[]> {
    return this.postgres.read<ExperimentRow & Record<string, unknown>>(
      request,
      "experiments.list",
      sql`${EXPERIMENTS} order by e.started_at desc, e.id`,
    );
  }

  byIds(request: StoreRequest, ids: readonly string[]): Promise<Map<string, ExperimentRecord>> {
    const found = sql`${EXPERIMENTS} where e.id = any(${ids}::text[])`;
    return readByIds<ExperimentRow>(this.postgres, request, "experiments.byIds", ids, found);
  }

  async figures(
    request: StoreRequest,
    experiments: readonly ExperimentRecord[],
  ): Promise<ReadonlyMap<string, ArmFigures>> {
    const sums = await this.postgres.read<SumsRow & Record<string, unknown>>(
      request,
      "experiments.figures",
      sumsOf(armsOf(experiments)),
      experiments.length,
    );
    return new Map(experiments.flatMap((experiment) => [...figuresOf(experiment, sums)]));
  }

  async start(tenant: Tenant, stated: ExperimentFacts, by: AuditActor): Promise<string> {
    const facts = checkedExperiment(stated);
    const id = randomUUID();
    await this.postgres.transaction(tenant, async (query) => {
      await lockExperiments(query);
      const running = await refuseTaken(query, facts.name);
      await refuseUnkept(query, facts.arms);
      await forgetOldest(query, MOST_EXPERIMENTS - 1 - running);
      await keep(query, id, facts, await placesFor(query, facts));
      const details = { arms: facts.arms.length, percent: percentOf(facts.arms) };
      await recordAct(query, { act: "EXPERIMENT_STARTED", actor: by, subject: { experiment: id }, details });
    });
    await this.#changed(tenant);
    return id;
  }

  async stop(tenant: Tenant, id: string, by: AuditActor): Promise<void> {
    await this.postgres.transaction(tenant, async (query) => {
      const [found] = await query<{ endedAt: string | null }>(
        sql`select ended_at as "endedAt" from experiments where id = ${id} for update`,
      );
      if (!found) throw notFound();
      if (found.endedAt !== null) return;
      await query(sql`update experiments set ended_at = clock_timestamp() where id = ${id}`);
      await recordAct(query, { act: "EXPERIMENT_STOPPED", actor: by, subject: { experiment: id } });
    });
    await this.#changed(tenant);
  }

  async closeDays(tenant: Tenant): Promise<number> {
    const transact = <T>(work: (query: Query) => Promise<T>) =>
      this.postgres.transaction(tenant, async (query) => {
        await query.allow(JUDGEMENT_MS);
        return work(query);
      });
    return sumDays(transact);
  }

  async endWorse(tenant: Tenant): Promise<string[]> {
    const ended = await this.postgres.transaction(tenant, async (query) => {
      await query.allow(JUDGEMENT_MS);
      const running = await query<ExperimentRow & Record<string, unknown>>(
        sql`${EXPERIMENTS} where e.ended_at is null`,
      );
      if (running.length === 0) return [];
      const sums = await query<SumsRow & Record<string, unknown>>(sumsOf(armsOf(running)));
      const worse = running.flatMap((experiment) => worseOf(experiment, sums));
      for (const arm of worse) await endArm(query, arm);
      return worse;
    });
    await this.#changed(tenant);
    return ended.map(({ name, arm }) => `${name}: ${arm}`);
  }

  /** What was changed here is known here at once; where it cannot be read now, as soon as it can. */
  async #changed(tenant: Tenant): Promise<void> {
    this.#known.forget(tenant);
    await this.#known.running(tenant).catch(() => undefined);
  }

  /** Asked for by no request: whoever comes next takes the answer as well. */
  async #running(tenant: Tenant): Promise<RunningExperiment[]> {
    const rows = await this.postgres.read<ExperimentRow & Record<string, unknown>>(
      { tenant, calls: new CallLog() },
      "experiments.running",
      sql`${EXPERIMENTS} where e.ended_at is null order by e.started_at, e.id`,
    );
    return rows.map(({ id, kind, exclusionGroup, firstPlace, arms }) => ({
      id,
      kind,
      exclusionGroup,
      firstPlace,
      arms: arms.map(({ endedAt, ...arm }) => ({ ...arm, ended: endedAt !== null })),
    }));
  }
}

function armsOf(experiments: readonly ExperimentRecord[]): string[] {
  return experiments.flatMap(({ id, arms }) => arms.map(({ position }) => armId(id, position)));
}

async function endArm(query: Query, { id, position }: WorseArm): Promise<void> {
  await query(
    sql`update experiment_arms set ended_at = clock_timestamp()
        where experiment_id = ${id} and position = ${position}::int and ended_at is null`,
  );
  const details = { position };
  const subject = { experiment: id };
  await recordAct(query, { act: "EXPERIMENT_ARM_ENDED", actor: "job", subject, details });
}

/** Who begins one counts what is there, and no model that it names is forgotten meanwhile: as learning takes turns. */
async function lockExperiments(query: Query): Promise<void> {
  for (const turn of ["taste_graph", "experiments"] as const) await takeTurn(query, turn);
}

/** Answers how many go on. */
async function refuseTaken(query: Query, name: string): Promise<number> {
  const [{ same, running } = { same: 0, running: 0 }] = await query<{ same: number; running: number }>(
    sql`select (count(*) filter (where name = ${name}))::int as same,
               (count(*) filter (where ended_at is null))::int as running
        from experiments`,
  );
  if (same > 0)
    throw new Refusal("name", "EXPERIMENT_EXISTS", "An experiment has this name. Accepted: another one.");
  if (running < MOST_RUNNING) return running;
  const message = `There are ${running} that go on. Accepted: at most ${MOST_RUNNING}; stop another first.`;
  throw new Refusal(null, "TOO_MANY_EXPERIMENTS", message);
}

/** Keeps so many of those that have ended, the latest. */
async function forgetOldest(query: Query, most: number): Promise<void> {
  const oldest = await query<{ id: string }>(
    sql`select id from experiments where ended_at is not null order by ended_at desc, id offset ${most}::int`,
  );
  if (oldest.length === 0) return;
  const ids = oldest.map(({ id }) => id);
  await query(sql`delete from experiment_arms where experiment_id = any(${ids}::text[])`);
  await query(sql`delete from experiments where id = any(${ids}::text[])`);
}

async function refuseUnkept(query: Query, arms: readonly ArmFacts[]): Promise<void> {
  const rows = await query<{ number: number }>(sql`select number from kept_models order by number desc`);
  const kept = rows.map(({ number }) => number);
  const at = arms.findIndex(({ model }) => model !== null && !kept.includes(model));
  if (at < 0) return;
  const among = kept.length === 0 ? "null, since no model is kept" : `null, or one of ${kept.join(", ")}`;
  throw new Refusal(`arms[${at}].model`, "MODEL_NOT_FOUND", `No such model is kept. Accepted: ${among}.`);
}

/** Where the experiment's places begin. */
async function placesFor(query: Query, { exclusionGroup, arms }: ExperimentFacts): Promise<number> {
  if (exclusionGroup === null) return 0;
  const taken = await query<{ firstPlace: number; places: number }>(
    sql`select e.first_place as "firstPlace", sum(a.percent)::int * ${PLACES / 100}::int as places
        from experiments e join experiment_arms a on a.experiment_id = e.id
        where e.exclusion_group = ${exclusionGroup} and e.ended_at is null
        group by e.id, e.first_place`,
  );
  const begin = firstGap(taken, (percentOf(arms) * PLACES) / 100);
  if (begin !== null) return begin;
  const message =
    "Others of the group have too many of the profiles. Accepted: smaller arms, or another group.";
  throw new Refusal("exclusionGroup", "EXCLUSION_GROUP_FULL", message);
}

async function keep(query: Query, id: string, facts: ExperimentFacts, firstPlace: number): Promise<void> {
  const { name, kind, exclusionGroup, metric, leastLists, arms } = facts;
  await query(
    sql`insert into experiments (tenant_id, id, name, kind, exclusion_group, metric, least_lists, first_place)
        values (current_setting('marquee.tenant')::int, ${id}, ${name}, ${kind}, ${exclusionGroup}, ${metric},
                ${leastLists}::int, ${firstPlace}::int)`,
  );
  await query(
    sql`insert into experiment_arms (tenant_id, experiment_id, position, arm, percent, model_number, diversity)
        select current_setting('marquee.tenant')::int, ${id}, a.n, a.arm, a.percent, a.model, a.diversity
        from unnest(${arms.map(({ arm }) => arm)}::text[], ${arms.map(({ percent }) => percent)}::int[],
                    ${arms.map(({ model }) => model)}::int[], ${arms.map(({ diversity }) => diversity)}::int[])
          with ordinality as a (arm, percent, model, diversity, n)`,
  );
}

function notFound(): Refusal {
  const message = "There is no such experiment. Accepted: the id of an experiment of this tenant.";
  return new Refusal("experiment", "EXPERIMENT_NOT_FOUND", message);
}
