/** One run of a saga: whose it is and which. Everything else is read from the tenant's own rows. */
export interface SagaJob {
  tenant: number;
  id: string;
}

/** What carries a saga on, by the name of its task. It may be told to run a saga twice, at once too. */
export type SagaTasks = Record<string, (job: SagaJob) => Promise<void>>;

/** Work being done. */
export interface RunningJobs {
  /** Takes no more jobs and waits for those at work. */
  stop(): Promise<void>;
}

/** The queue of jobs that all gateways of a deployment work through together. */
export interface Jobs {
  /** Works on jobs until stopped: each job in one gateway at a time, and those of gateways that died in another. */
  run(tasks: SagaTasks): Promise<RunningJobs>;
}
