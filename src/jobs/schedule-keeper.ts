import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { Cron } from "croner";

import { wordsOf } from "../../packages/told-errors/index.js";
import { type ScheduledKind } from "../../datasources/core/vocabulary.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type ChartCheck } from "../../datasources/top10/top10.js";
import { runNoted, type JobProgress } from "../../datasources/projection/jobs/noted-job.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { learn, LEARN_STEPS, type LearnReport, type LearnStores } from "./learn.js";
import { trialInWords } from "./trial-in-words.js";
import { type Schedule } from "./schedule-variables.js";

/** Time between two looks for what is due. Milliseconds. */
const LOOK_MS = 15_000;
/** Looks after which the log of jobs is asked again about a run that it did not let begin: whoever began may have died. */
const LOOKS_UNTIL_ASKED = 20;
/** Tenants have their turns spread over so long behind the time that is set. Milliseconds. */
const SPREAD_MS = 5 * 60_000;
/** For how long an end waits for work under way; what is not done then is begun anew by whoever looks next. Milliseconds. */
const END_MS = 5_000;

export type ScheduleStores = LearnStores & Pick<Stores, "tenants" | "operations" | "experiments">;

/** How often is looked, and over how long tenants are spread: for tests. Milliseconds. */
export interface ScheduleTimes {
  lookMs: number;
  spreadMs: number;
}

interface Plan {
  kind: ScheduledKind;
  /** What it works on, as operators are told. */
  target: string;
  at: string | null;
  work: (stores: ScheduleStores, tenant: Tenant, onProgress: JobProgress) => Promise<Outcome>;
}

interface Outcome {
  /** What came of it, in a sentence. */
  told: string;
  /** What has not passed of the checks of charts. */
  failed: readonly ChartCheck[];
}

/** Told what goes wrong: the other tenants' turn comes nonetheless. */
export interface ScheduleObserver {
  /** In one line. */
  warn(this: void, line: string): void;
  /** Of the checks of a tenant's charts. */
  onFailedChecks?(this: void, tenant: Tenant, failed: readonly ChartCheck[]): void;
  /** That a model of a tenant was worse than the one before, and was not switched to. */
  onRefusedModel?(this: void, tenant: Tenant): void;
}

/**
 * Has charts made and tastes learned for every tenant at the times that are set. Each gateway looks for what is due, and
 * the log of jobs lets one of them begin; it also says what was missed while none was there, and what a process that died
 * has left undone, both of which are made up for.
 */
export function keepSchedule(
  stores: ScheduleStores,
  { learn: learnAt, charts }: Schedule,
  observer: ScheduleObserver,
  times: ScheduleTimes = { lookMs: LOOK_MS, spreadMs: SPREAD_MS },
): { stop(): Promise<void> } {
  const plans: Plan[] = [
    { kind: "CHARTS", target: "top10", at: charts, work: chart },
    {
      kind: "LEARN",
      target: "recommendations",
      at: learnAt,
      work: learnAgain(observer),
    },
  ];
  const lanes = plans.flatMap(({ at, ...plan }) =>
    at === null ? [] : [keepPlan(stores, { ...plan, at }, observer, times)],
  );
  return { stop: async () => void (await Promise.all(lanes.map((lane) => lane.stop()))) };
}

/** One kind of work, of one tenant at a time. */
function keepPlan(
  stores: ScheduleStores,
  plan: Plan & { at: string },
  observer: ScheduleObserver,
  { lookMs, spreadMs }: ScheduleTimes,
): { stop(): Promise<void> } {
  const cron = new Cron(plan.at, { paused: true, timezone: "UTC" });
  const since = new Date();
  const asked = new Asked(LOOKS_UNTIL_ASKED * lookMs);
  let stopped = false;
  let running: Promise<void> | undefined;
  const look = async () => {
    const tenants = await stores.tenants.list();
    const now = Date.now();
    const runs = runsUntil(cron, now, spreadMs);
    for (const tenant of tenants) {
      if (stopped) return;
      const turn = now - turnOf(tenant, plan.kind, spreadMs);
      const due = runs.find((run) => run.getTime() < turn);
      if (due && asked.isTime(tenant, due)) await begin(stores, plan, tenant, { due, since }, observer);
    }
  };
  const timer = setInterval(() => {
    running ??= look()
      .catch((error: unknown) => observer.warn(`What is due could not be looked for: ${wordsOf(error)}`))
      .finally(() => (running = undefined));
  }, lookMs).unref();
  return {
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      const ended = new AbortController();
      await Promise.race([running, sleep(END_MS, undefined, { ref: false, signal: ended.signal })]);
      ended.abort();
    },
  };
}

/**
 * What was set to run within the last so many milliseconds, the latest first, and the run before: of one tenant after the
 * other the expression would be evaluated as often as there are tenants, on the thread that answers.
 */
function runsUntil(cron: Cron, now: number, spreadMs: number): Date[] {
  const runs: Date[] = [];
  let before = new Date(now);
  for (;;) {
    const [run] = cron.previousRuns(1, before);
    if (!run) return runs;
    runs.push(run);
    if (run.getTime() < now - spreadMs) return runs;
    before = run;
  }
}

/** What the log of jobs was asked of each tenant: with many of them, asking is more work than what is due. */
class Asked {
  readonly #last = new Map<number, { due: number; at: number }>();

  constructor(private readonly againMs: number) {}

  /** Whether it is to be asked whether a run that is due may begin; notes that it was. */
  isTime({ id }: Tenant, due: Date): boolean {
    const last = this.#last.get(id);
    const now = performance.now();
    if (last?.due === due.getTime() && now - last.at < this.againMs) return false;
    this.#last.set(id, { due: due.getTime(), at: now });
    return true;
  }
}

async function begin(
  stores: ScheduleStores,
  { kind, target, work }: Plan,
  tenant: Tenant,
  times: { due: Date; since: Date },
  observer: ScheduleObserver,
): Promise<void> {
  const failed = (error: unknown) => observer.warn(`${kind} of ${tenant.slug} failed: ${wordsOf(error)}`);
  const done = async (told: JobProgress) => {
    const outcome = await work(stores, tenant, told);
    tellFailed(tenant, outcome.failed, observer);
    return outcome.told;
  };
  try {
    const job = await stores.operations.startDue(tenant, { kind, target, ...times });
    if (job) await runNoted(stores.operations, tenant, job, done, failed);
  } catch (error) {
    failed(error);
  }
}

/** How long after the set time a tenant's turn comes: always the same, so that what is due is the same to every gateway. */
function turnOf({ id }: Tenant, kind: ScheduledKind, spreadMs: number): number {
  const share = createHash("sha256").update(`${kind} ${id}`).digest().readUInt32BE() / 2 ** 32;
  return Math.floor(share * spreadMs);
}

/** Checks that a line names; how many more there are it counts. */
const NAMED_CHECKS = 5;

function tellFailed(
  tenant: Tenant,
  failed: readonly ChartCheck[],
  { warn, onFailedChecks }: ScheduleObserver,
) {
  if (failed.length === 0) return;
  onFailedChecks?.(tenant, failed);
  const named = failed
    .slice(0, NAMED_CHECKS)
    .map(
      ({ check, country, day, measured, limit }) =>
        `${check} ${country} ${day} (${measured}, limit ${limit})`,
    );
  warn(
    `Checks of the Top 10 of ${tenant.slug} have not passed, of whose days it has no list: ${failed.length}, among them ${named.join(", ")}.`,
  );
}

async function chart({ top10Job }: ScheduleStores, tenant: Tenant): Promise<Outcome> {
  const { days, countries, entries, changed, failed } = await top10Job.follow(tenant);
  const held = failed.length === 0 ? "" : ` ${failed.length} checks have not passed.`;
  const told = `${entries} places of ${days} days in ${countries} countries were given; ${changed} lists are others than before.${held}`;
  return { told, failed };
}

function learnAgain(observer: ScheduleObserver): Plan["work"] {
  return async (stores, tenant, onProgress) => {
    let ended = 0;
    const told = (_: string, fraction: number) => {
      if (fraction === 1) ended += 1;
      onProgress(ended, LEARN_STEPS.length);
    };
    const report = await learn(stores, tenant, told, { charts: "UNSETTLED" });
    if (report.trial.verdict === "WORSE") {
      observer.warn(`${trialInWords(report.trial)} The model of ${tenant.slug} that was live stays so.`);
      observer.onRefusedModel?.(tenant);
    }
    const arms = await endedArms(stores, tenant, observer);
    return { told: `${inWords(report)}${arms}`, failed: report.top10.failed };
  };
}

/** What was learned stays, whatever becomes of experiments: it is done before, and their next turn comes. */
async function endedArms(
  { experiments }: ScheduleStores,
  tenant: Tenant,
  { warn }: ScheduleObserver,
): Promise<string> {
  // An arm that does harm is ended also where days stay open.
  await experiments
    .closeDays(tenant)
    .catch((error: unknown) => warn(`Days of experiments of ${tenant.slug} stay open: ${wordsOf(error)}`));
  try {
    const worse = await experiments.endWorse(tenant);
    return worse.length === 0 ? "" : ` Worse than their control, and ended: ${worse.length} arms.`;
  } catch (error) {
    warn(`Arms of ${tenant.slug} were not judged: ${wordsOf(error)}`);
    return " Arms of experiments were not judged.";
  }
}

function inWords({
  model,
  watches,
  profiles,
  titles,
  learnedEdges,
  contentEdges,
  trial,
}: LearnReport): string {
  return `${model} was learned from ${watches} watches of ${profiles} profiles: ${learnedEdges} edges between ${titles} titles, and ${contentEdges} by content. ${trialInWords(trial)}`;
}
