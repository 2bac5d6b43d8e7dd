import { setTimeout as sleep } from "node:timers/promises";

import { Logger, makeWorkerUtils, run, type Runner } from "graphile-worker";
import pg from "pg";

import { storyOf, withoutValues, wordsOf } from "../../packages/told-errors/index.js";
import { PostgresClient } from "../engines/postgres/client.postgres.js";
import { JOBS_SCHEMA } from "../engines/postgres/migrations/migrate.postgres.js";
import { isPostgresOutage } from "../engines/postgres/outage.postgres.js";
import { SHARED_POOLS } from "../engines/postgres/store.postgres.js";
import { type Jobs, type RunningJobs, type SagaJob, type SagaTasks } from "./jobs.js";

/** Jobs at work at once in one gateway. */
const CONCURRENCY = 4;
/** Time between two looks for jobs that no notification told of. Milliseconds. */
const POLL_MS = 1_000;
/** Silence after which a statement is given up. Milliseconds. */
const ANSWER_MS = 60_000;
/** Time between two looks for sagas whose process died. Milliseconds. */
const RESUME_MS = 1_000;
/** Time until a runner that gave up is started again. Milliseconds. */
const RESTART_MS = 1_000;
/**
 * How a job's end is said: what fails is a rejection that nobody hears, and that ends the process, unless ends are said in
 * batches. Then the runner gives up, and is started again.
 */
const ENDS = { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } };
/** Time between two looks whether anybody waits for a connection. Milliseconds. */
const WAIT_MS = 20;

/** The queue of graphile-worker, in PostgreSQL. Its connections have a role that sees no tenant's rows. */
export class PostgresJobs implements Jobs {
  /**
   * @param url a URL for the worker's role.
   * @param warn told of what goes wrong, in one line.
   * @param connections at most; two at least.
   */
  constructor(
    private readonly url: string,
    private readonly warn: (line: string) => void,
    private readonly connections = SHARED_POOLS.jobs,
  ) {}

  async run(tasks: SagaTasks): Promise<RunningJobs> {
    const pool = new pg.Pool({
      Client: PostgresClient,
      connectionString: this.url,
      application_name: "marquee-jobs",
      max: this.connections,
      connectionTimeoutMillis: 5_000,
      // A server that has gone silent would keep jobs waiting for ever.
      query_timeout: ANSWER_MS,
    });
    pool.on("error", (error) => this.warn(`An idle PostgreSQL connection broke: ${wordsOf(error)}`));
    pool.on("connect", (client) => client.on("error", () => undefined));
    // Where a worker ends, the library writes the error to the console as it is, beside telling the logger.
    console.trace = () => undefined;
    const options = { pgPool: pool, schema: JOBS_SCHEMA, logger: this.#logger() };
    const runner = new Supervised(() => this.#start(options, tasks), this.warn);
    try {
      await runner.start();
      // Jobs of dead processes were replaced by new ones; what is left of them is of no use to anybody.
      const utils = await makeWorkerUtils(options);
      await utils.cleanup({ tasks: ["DELETE_PERMAFAILED_JOBS"] }).finally(() => utils.release());
    } catch (error) {
      // A server that went away just now comes back, and the runner with it.
      if (!isPostgresOutage(error)) {
        await runner.stop();
        await pool.end();
        throw error;
      }
      runner.startLater();
    }
    const resume = every(RESUME_MS, () => pool.query("select marquee.resume_sagas()"));
    return {
      stop: async () => {
        await resume.stop();
        await runner.stop();
        // That a job is done may still be waiting to be said: nobody would hear of it, and the job be run again.
        while (pool.waitingCount > 0) await sleep(WAIT_MS);
        await pool.end();
      },
    };
  }

  #start(options: object, tasks: SagaTasks): Promise<Runner> {
    return run({
      ...options,
      preset: ENDS,
      concurrency: CONCURRENCY,
      pollInterval: POLL_MS,
      noHandleSignals: true,
      parsedCronItems: [],
      taskList: Object.fromEntries(
        Object.entries(tasks).map(([name, task]) => [
          name,
          (payload: unknown) => task(payload as SagaJob).catch(failTelling),
        ]),
      ),
    });
  }

  #logger(): Logger {
    return new Logger(() => (level, message, meta) => {
      // Of tasks it has what `failTelling` tells.
      const told = meta?.failure === true ? message : withoutValues(message);
      if ((level as string) === "error") this.warn(`Jobs: ${told}`);
    });
  }
}

/** The queue keeps what a job failed with, and logs it: it is told no more of it than anybody may read. */
function failTelling(error: unknown): never {
  const told = new Error(wordsOf(error));
  told.stack = storyOf(error);
  throw told;
}

/** A runner that is started again when it gives up, which it does after a few failures in a row. */
class Supervised {
  #runner: Runner | undefined;
  #restart: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(
    private readonly open: () => Promise<Runner>,
    private readonly warn: (line: string) => void,
  ) {}

  async start(): Promise<void> {
    const runner = await this.open();
    if (this.#stopped) return runner.stop();
    this.#runner = runner;
    const again = () => {
      this.#runner = undefined;
      this.startLater();
    };
    runner.promise.then(again, again);
  }

  /** Starts in a while, again and again until that works; not while it runs. */
  startLater(): void {
    if (this.#stopped || this.#runner) return;
    clearTimeout(this.#restart);
    this.#restart = setTimeout(() => {
      this.start().catch((error: unknown) => {
        this.warn(`Jobs cannot be fetched: ${wordsOf(error)}`);
        this.startLater();
      });
    }, RESTART_MS);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#restart);
    await this.#runner?.stop().catch(() => undefined);
  }
}

/** Does something again and again, never twice at once; failures wait for the next time. */
function every(ms: number, work: () => Promise<unknown>): { stop(): Promise<unknown> } {
  let under: Promise<unknown> | undefined;
  const timer = setInterval(() => {
    under ??= work()
      .catch(() => undefined)
      .finally(() => (under = undefined));
  }, ms);
  return {
    stop: () => {
      clearInterval(timer);
      return under ?? Promise.resolve();
    },
  };
}
