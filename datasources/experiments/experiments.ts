import { type AuditActor } from "../core/audit-acts.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { type ExperimentKind, type ExperimentMetric } from "../core/vocabulary.js";
import { type Rate } from "./arm-figures.js";

/** What some profiles are served instead of what others are. */
export interface ArmFacts {
  /** Its name within the experiment. */
  arm: string;
  /** Of all profiles, in whole per cent from 1. */
  percent: number;
  /** Number of a model that is kept; null: the one that is live. */
  model: number | null;
  /** How strongly lists are varied, per cent; null: as the deployment has it. */
  diversity: number | null;
}

export interface ExperimentFacts {
  name: string;
  kind: ExperimentKind;
  /** Of the experiments that share one, a profile takes part in one at most; null: it takes part whatever else it is in. */
  exclusionGroup: string | null;
  /** What arms are judged by. */
  metric: ExperimentMetric;
  /** Lists that an arm and the control have to have before the arm may be ended for being worse. */
  leastLists: number;
  /** The first is the control. */
  arms: ArmFacts[];
}

/** An arm as it is kept. */
export interface ArmRecord extends ArmFacts {
  /** From 1; the first is the control. */
  position: number;
  /** When it was ended for being worse than the control; null: it was not. ISO 8601. */
  endedAt: string | null;
}

/** What came of an arm: of the lists that are still held, of accounts that agree to measurement too. */
export interface ArmFigures {
  /** Profiles that were served lists by it. */
  profiles: number;
  /** Lists that they were served. */
  served: number;
  /** Titles that they began to watch within a day of a list that had them, and of these those that they have finished. */
  watched: number;
  completed: number;
  /** What the metric counts, a list; null before there are lists of two profiles. */
  rate: Rate | null;
  /** By how much that is more than the control's; null of the control, where either has no rate, and of interleaved lists. */
  difference: Rate | null;
  /** `preferenceOf`; null unless lists are interleaved. */
  preference: Rate | null;
}

/** An experiment as it is kept. Instants are ISO 8601. */
export interface ExperimentRecord extends Omit<ExperimentFacts, "arms"> {
  id: string;
  startedAt: string;
  /** Null while it goes on. */
  endedAt: string | null;
  arms: ArmRecord[];
}

/** An experiment that goes on, as far as it takes to know who takes part. */
export interface RunningExperiment {
  id: string;
  kind: ExperimentKind;
  exclusionGroup: string | null;
  /** Of the {@link PLACES} the one where its own begin. */
  firstPlace: number;
  arms: (Pick<ArmFacts, "percent" | "model" | "diversity"> & { position: number; ended: boolean })[];
}

/** What is tried on a part of the profiles. Every reading method is one store call. */
export interface Experiments {
  /**
   * Those that the last look has found, without waiting for a store: what is older than {@link KNOWN_MS} is looked for anew
   * meanwhile. None where nobody has looked yet.
   */
  known(tenant: Tenant): Promise<readonly RunningExperiment[]>;
  /**
   * Those that go on, the first begun first. What was known within the last seconds is answered without a store call, so
   * that an experiment begins and ends at every gateway within {@link KNOWN_MS}; and so is what was known before, while the
   * store does not answer.
   */
  running(tenant: Tenant): Promise<readonly RunningExperiment[]>;
  /** All, the latest first. */
  list(request: StoreRequest): Promise<ExperimentRecord[]>;
  /** Those there are, by id. */
  byIds(request: StoreRequest, ids: readonly string[]): Promise<Map<string, ExperimentRecord>>;
  /**
   * What came of the arms of experiments, by `armId`: of those that `FEWEST_ACCOUNTS` or more accounts count for, so
   * that nobody's own doings are told.
   */
  figures(
    request: StoreRequest,
    experiments: readonly ExperimentRecord[],
  ): Promise<ReadonlyMap<string, ArmFigures>>;
  /**
   * Begins one. Where {@link MOST_EXPERIMENTS} are kept, the one that ended first is forgotten.
   *
   * @throws Refusal INVALID, EXPERIMENT_EXISTS, EXCLUSION_GROUP_FULL, MODEL_NOT_FOUND, TOO_MANY_EXPERIMENTS.
   */
  start(tenant: Tenant, facts: ExperimentFacts, by: AuditActor): Promise<string>;
  /** Ends one; one that has ended stays as it is. @throws Refusal EXPERIMENT_NOT_FOUND. */
  stop(tenant: Tenant, id: string, by: AuditActor): Promise<void>;
  /**
   * Sums up the days that are over, for whoever asks for figures. Those that nobody tells of any more, from the second day before
   * the one that it is backwards, are closed, each once; the two behind them are summed up anew each time. One that fails leaves
   * those before it summed up.
   *
   * @returns how many were closed.
   */
  closeDays(tenant: Tenant): Promise<number>;
  /**
   * Ends the arms that are worse than their control: of which the whole 95 % interval of the difference lies below 0, once
   * both have as many lists as the experiment asks for.
   *
   * @returns their names, behind those of their experiments.
   */
  endWorse(tenant: Tenant): Promise<string[]>;
}

/** Places that profiles have by their hash: a hundred for each per cent. */
export const PLACES = 10_000;
/** Experiments of a tenant that go on at once, and those that are kept. */
export const MOST_RUNNING = 20;
export const MOST_EXPERIMENTS = 200;
/** Arms of one. */
export const MOST_ARMS = 10;
/** For how long it is not asked again which go on. Milliseconds. */
export const KNOWN_MS = 10_000;
