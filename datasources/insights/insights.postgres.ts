import { Places, PlacesFullError } from "../../packages/pressure/index.js";
import { recordAct } from "../audit/audit-append.postgres.js";
import { type AuditActor } from "../core/audit-acts.js";
import { StoreUnavailableError } from "../core/store-error.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { sql, type PostgresStore, type Query, type Sql } from "../engines/postgres/store.postgres.js";
import { takeTurn } from "../engines/postgres/turns.postgres.js";
import { exactCounts } from "./exact-counts.postgres.js";
import {
  accountOf,
  InsightsSpentError,
  THOUSANDTHS,
  type InsightAccount,
  type InsightBudget,
  type InsightQuestion,
  type InsightRelease,
  type Insights,
} from "./insights.js";
import { noiseOf, noisyTitles } from "./noisy-titles.js";

/** How long counting may take. Milliseconds. */
const COUNTING_MS = 60_000;
/** First releases that may wait for the one that is being made. */
const WAITING = 20;

/** Counts viewing events where they are kept; only what has noise in it leaves the transaction, and stays. */
export class PostgresInsights implements Insights {
  /** One at a time: who waits for a release of the tenant holds a connection that writers of the others need. */
  readonly #making = new Places<number>({ places: 1, waiting: WAITING });

  constructor(private readonly postgres: PostgresStore) {}

  async release(
    request: StoreRequest,
    question: InsightQuestion,
    budget: InsightBudget,
    actor: AuditActor,
  ): Promise<InsightRelease> {
    const known = sql`${RELEASE} where ${isAbout(question)}`;
    const [told] = await this.postgres.read<InsightRelease>(request, "insights.release", known);
    if (told) return told;
    const { tenant } = request;
    return this.#making
      .run(tenant.id, () => this.#make(tenant, question, budget, actor))
      .catch((error: unknown) => {
        throw error instanceof PlacesFullError ? new StoreUnavailableError("POSTGRES") : error;
      });
  }

  async account(request: StoreRequest, budget: InsightBudget): Promise<InsightAccount> {
    return accountOf(await this.postgres.read(request, "insights.account", spentWithin(budget)), budget);
  }

  #make(tenant: Tenant, question: InsightQuestion, budget: InsightBudget, actor: AuditActor) {
    return this.postgres.transaction(tenant, async (query) => {
      await query.allow(COUNTING_MS);
      // Two who ask at once, anywhere, are told the same, and it is spent once.
      await takeTurn(query, "insights");
      const [told] = await query<InsightRelease>(sql`${RELEASE} where ${isAbout(question)}`);
      if (told) return told;
      const { spent, moreAt } = accountOf(await query(spentWithin(budget)), budget);
      if (moreAt !== null) throw new InsightsSpentError(spent, moreAt);
      const release = await keep(query, question, budget.perRelease);
      const { days, until, country } = question;
      const details = { days, until, epsilon: release.epsilon / THOUSANDTHS, ...(country && { country }) };
      await recordAct(query, { act: "INSIGHTS_RELEASED", actor, details });
      return release;
    });
  }
}

/** Makes the release of a question, and keeps it. */
async function keep(query: Query, question: InsightQuestion, epsilon: number): Promise<InsightRelease> {
  const { days, until, country } = question;
  const noise = noiseOf({ epsilon, days });
  const titles = await noisyTitles(await exactCounts(query, question), { epsilon, days });
  const [kept] = await query<InsightRelease>(
    sql`with released as (
          insert into insight_releases (tenant_id, until, days, country, epsilon, viewers_noise, seconds_noise,
            least_viewers, titles)
          values (current_setting('marquee.tenant')::int, ${until}::date, ${days}::int, ${country ?? ""}, ${epsilon}::int,
                  ${noise.viewersNoise}::float8, ${noise.secondsNoise}::float8, ${noise.leastViewers}::int,
                  ${JSON.stringify(titles)}::jsonb)
          returning *
        )
        ${selectOf(sql`released`)}`,
  );
  if (!kept) throw new Error("A release was written and is not there");
  return kept;
}

function selectOf(source: Sql): Sql {
  return sql`
    select until::text, days, nullif(country, '') as country, epsilon, released_at as "releasedAt",
           viewers_noise as "viewersNoise", seconds_noise as "secondsNoise", least_viewers as "leastViewers", titles
    from ${source}`;
}

const RELEASE = selectOf(sql`insight_releases`);

function isAbout({ days, until, country }: InsightQuestion): Sql {
  return sql`until = ${until}::date and days = ${days}::int and country = ${country ?? ""}`;
}

/** The releases that a budget has to pay for now, the earliest first. */
function spentWithin({ days }: InsightBudget): Sql {
  return sql`
    select epsilon, released_at as "releasedAt" from insight_releases
    where released_at > now() - make_interval(days => ${days}::int) order by released_at`;
}
