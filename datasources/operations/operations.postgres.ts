import { randomUUID } from "node:crypto";

import { recordAct } from "../audit/audit-append.postgres.js";
import { type OutboxPool } from "../projection/outbox/outbox-pool.postgres.js";
import { readByIds } from "../engines/postgres/by-ids.postgres.js";
import { readLatest } from "../engines/postgres/keyset.postgres.js";
import { sql, type PostgresStore, type Sql } from "../engines/postgres/store.postgres.js";
import { takeTurn } from "../engines/postgres/turns.postgres.js";
import { type Page, type PageOf } from "../core/page.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { nobodysOf, VIEWERS } from "../top10/chart-watches.postgres.js";
import { COUNTED_SECONDS, COUNTS } from "../viewing/counted-watches.postgres.js";
import { type CheckFigures, type DeadLetter, type Operations, type Placed } from "./operations.js";
import { type DueJob, type Job, type NewJob, type ProjectionCheck } from "../projection/jobs/job-log.js";

/** A job without a sign of life for so long died with its process. */
const LIFE = sql`interval '1 minute'`;
const DEAD = sql`state = 'RUNNING' and seen_at < now() - ${LIFE}`;
const JOB = sql`
  id, kind, target, progress, started_at as "startedAt", finished_at as "finishedAt", outcome,
  case when ${DEAD} then 'FAILED' else state end as state,
  case when ${DEAD} then 'Its process ended.' else reason end as reason`;
/** Jobs of a kind that are begun by themselves and are kept: the operators' own are to be found among them. */
const KEPT_DUE = 10;

function nobodyWorksOn(target: string): Sql {
  return sql`not exists (
    select from marquee.operation_jobs where target = ${target} and state = 'RUNNING' and not (${DEAD}))`;
}

/** Operators' figures and jobs in PostgreSQL; row-level security keeps each tenant to its own. */
export class PostgresOperations implements Operations {
  constructor(
    private readonly postgres: PostgresStore,
    /** Sees all tenants' rows of the control schema. */
    private readonly pool: Pick<OutboxPool, "query">,
  ) {}

  checks(request: StoreRequest): Promise<ProjectionCheck[]> {
    return this.postgres.read<ProjectionCheck>(
      request,
      "operations.checks",
      sql`select target, checked_at as at, entries, missing, stale, dangling, orphaned from marquee.projection_checks`,
    );
  }

  checkFigures(): Promise<CheckFigures[]> {
    return this.pool.query<CheckFigures>(sql`
      select target, sum(missing)::int as missing, sum(stale)::int as stale, sum(dangling)::int as dangling,
             sum(orphaned)::int as orphaned, extract(epoch from now() - min(checked_at))::float8 as "ageSeconds"
      from marquee.projection_checks group by target`);
  }

  async recordCheck(tenant: Tenant, check: Omit<ProjectionCheck, "at">): Promise<void> {
    const { target, entries, missing, stale, dangling, orphaned } = check;
    await this.postgres.transaction(tenant, (query) =>
      query(sql`
        insert into marquee.projection_checks (tenant_id, target, checked_at, entries, missing, stale, dangling, orphaned)
        values (current_setting('marquee.tenant')::int, ${target}, now(), ${entries}, ${missing}, ${stale}, ${dangling}, ${orphaned})
        on conflict (target, tenant_id) do update set checked_at = excluded.checked_at, entries = excluded.entries,
          missing = excluded.missing, stale = excluded.stale, dangling = excluded.dangling, orphaned = excluded.orphaned`),
    );
  }

  jobs(request: StoreRequest, page: Page): Promise<PageOf<Placed<Job>>> {
    return readLatest<Job>(
      this.postgres,
      request,
      "operations.jobs",
      sql`select started_at as value, ${JOB} from marquee.operation_jobs`,
      page,
    );
  }

  jobsByIds(request: StoreRequest, ids: readonly string[]): Promise<Map<string, Job>> {
    const found = sql`select ${JOB} from marquee.operation_jobs where id = any(${ids}::text[])`;
    return readByIds(this.postgres, request, "operations.jobsByIds", ids, found);
  }

  startJob(tenant: Tenant, { id, kind, target, by }: NewJob): Promise<Job | null> {
    return this.postgres.transaction(tenant, async (query) => {
      // Those who begin jobs of a tenant come in one by one.
      await takeTurn(query, "operation_jobs");
      const [job] = await query<Job>(sql`
        insert into marquee.operation_jobs (tenant_id, id, kind, target, state)
        select current_setting('marquee.tenant')::int, ${id}, ${kind}, ${target}, 'RUNNING'
        where ${nobodyWorksOn(target)}
        returning ${JOB}`);
      if (!job) return null;
      await recordAct(query, {
        act: "PROJECTION_JOB",
        actor: by,
        subject: { projection: target },
        details: { kind },
      });
      return job;
    });
  }

  async touchJob(tenant: Tenant, id: string, progress: number): Promise<void> {
    await this.postgres.transaction(tenant, (query) =>
      query(
        sql`update marquee.operation_jobs set seen_at = now(), progress = ${progress}::real where id = ${id}`,
      ),
    );
  }

  startDue(tenant: Tenant, { kind, target, due, since }: DueJob): Promise<Job | null> {
    return this.postgres.transaction(tenant, async (query) => {
      await takeTurn(query, "operation_jobs");
      const [job] = await query<Job>(sql`
        insert into marquee.operation_jobs (tenant_id, id, kind, target, state, due_at)
        select current_setting('marquee.tenant')::int, ${randomUUID()}, ${kind}, ${target}, 'RUNNING', ${due}
        where ${nobodyWorksOn(target)}
          and not exists (
            select from marquee.operation_jobs where kind = ${kind} and due_at >= ${due} and not (${DEAD}))
          and (${due}::timestamptz >= ${since} or exists (select from marquee.operation_jobs where kind = ${kind}))
        returning ${JOB}`);
      if (!job) return null;
      await query(sql`
        delete from marquee.operation_jobs where kind = ${kind} and id not in (
          select id from marquee.operation_jobs where kind = ${kind} order by started_at desc, id limit ${KEPT_DUE})`);
      return job;
    });
  }

  async endJob(
    tenant: Tenant,
    id: string,
    reason: string | null,
    outcome: string | null = null,
  ): Promise<void> {
    await this.postgres.transaction(tenant, (query) =>
      query(sql`
        update marquee.operation_jobs
        set state = case when ${reason}::text is null then 'DONE' else 'FAILED' end, reason = ${reason}::text,
            progress = case when ${reason}::text is null then 1 else progress end, finished_at = now(), seen_at = now(),
            outcome = ${outcome}
        where id = ${id}`),
    );
  }

  async deadLetters(request: StoreRequest, page: Page): Promise<PageOf<Placed<DeadLetter>>> {
    return readLatest<DeadLetter>(
      this.postgres,
      request,
      "operations.deadLetters",
      sql`select first_failed_at as value, concat_ws(' ', target, topic, entity, related) as id, target, topic, entity,
                 related, reason, attempts, first_failed_at as "firstFailedAt"
          from marquee.outbox_parked where dead`,
      page,
    );
  }

  async figures(request: StoreRequest): Promise<{ titles: number; profiles: number }> {
    const [row] = await this.postgres.read<{ titles: number; profiles: number }>(
      request,
      "operations.figures",
      sql`select (select count(distinct title_id) from title_versions where effective_from <= now()) as titles,
                 (select count(*) from profiles) as profiles`,
    );
    return row ?? { titles: 0, profiles: 0 };
  }

  latestTitles(request: StoreRequest, limit: number): Promise<{ name: string; addedAt: string }[]> {
    return this.postgres.read(
      request,
      "operations.latestTitles",
      sql`select document ->> 'name' as name, added_at as "addedAt" from catalog_titles
          order by added_at desc, id limit ${limit}::int`,
    );
  }

  async watched(request: StoreRequest, days: number): Promise<{ viewers: number; seconds: number }> {
    const [row] = await this.postgres.read<{ viewers: number; seconds: number }>(
      request,
      "operations.watched",
      sql`with counting as (
            select e.profile_id, e.title_id, (e.at at time zone 'UTC')::date as day, sum(${COUNTED_SECONDS}) as seconds
            from viewing_events e where e.at > now() - make_interval(days => ${days}::int) and ${COUNTS}
            group by 1, 2, 3
          ), watched as (
            select profile_id, seconds, ${nobodysOf(sql`title_id, day`)} as nobodys from counting
          )
          select ${VIEWERS} as viewers, coalesce(sum(seconds), 0)::float8 as seconds from watched`,
    );
    return row ?? { viewers: 0, seconds: 0 };
  }
}
