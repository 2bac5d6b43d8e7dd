import { createHash } from "node:crypto";

import { type Tenant } from "../core/tenant.js";
import { PLACES, type ArmFacts, type RunningExperiment } from "./experiments.js";

const TRIED = ["model", "diversity"] as const;
/** What experiments try. */
export type Tried = (typeof TRIED)[number];

/** What a profile is served by the experiments that it takes part in. */
export interface Assignment extends Pick<ArmFacts, Tried> {
  /** As served lists are noted with them. */
  arms: string[];
  /** The two arms whose lists are interleaved for it, in their order, by the experiment; null where one makes the list. */
  between: { experiment: string; arms: readonly [Variant, Variant] } | null;
}

/** What an arm serves. */
type Variant = Pick<ArmFacts, Tried>;

/** An experiment that a profile takes part in, and the arm that it is in. */
interface Part {
  experiment: RunningExperiment;
  arm: RunningExperiment["arms"][number];
}

/**
 * The arms of a profile: always the same, as long as the experiments go on. Each arm has as many of the places as it has per
 * cent, and a profile's place follows from the tenant, the profile, and the experiment or its exclusion group alone. What an
 * experiment tries is what any of its arms states, its control alike. Where several that it takes part in try the same, the
 * one that began last has the word: those belong into one group. Named are those arms alone by which a list is made: not
 * those of experiments whose all is tried by a later one, or makes no difference to the list. Where the last of those that
 * make a difference interleaves, it makes the list alone; two arms that are the same to a list interleave none.
 *
 * @param running the first begun first.
 * @param makes what makes a difference to the list.
 */
export function assigned(
  running: readonly RunningExperiment[],
  tenant: Pick<Tenant, "id">,
  profile: string,
  makes: readonly Tried[] = TRIED,
): Assignment {
  const parts = running.flatMap((experiment): Part[] => {
    const arm = armAt(experiment, placeIn(experiment, tenant, profile));
    return arm && !arm.ended ? [{ experiment, arm }] : [];
  });
  const last = parts.findLast(({ experiment }) => makes.some((tried) => decides(experiment, tried)));
  if (last?.experiment.kind === "INTERLEAVING") return interleaved(last.experiment);
  const whole = parts.filter(({ experiment }) => experiment.kind === "ARMS");
  const of = (tried: Tried) =>
    makes.includes(tried) ? whole.findLast(({ experiment }) => tries(experiment, tried)) : undefined;
  const [model, diversity] = [of("model"), of("diversity")];
  const arms = whole.filter(
    (part) => part === model || part === diversity || (makes.length > 0 && triesNothing(part.experiment)),
  );
  return {
    arms: arms.map(({ experiment, arm }) => armId(experiment.id, arm.position)),
    model: model?.arm.model ?? null,
    diversity: diversity?.arm.diversity ?? null,
    between: null,
  };
}

function interleaved({ id, arms }: RunningExperiment): Assignment {
  const [one, other] = arms as readonly Variant[] as readonly [Variant, Variant];
  const between = { experiment: id, arms: [one, other] as const };
  return { arms: [armId(id, 1), armId(id, 2)], model: null, diversity: null, between };
}

/** Whether all its arms are the same, as somebody has them who looks at how far such lie apart. */
function triesNothing(experiment: RunningExperiment): boolean {
  return !TRIED.some((tried) => tries(experiment, tried));
}

function tries({ arms }: RunningExperiment, tried: Tried): boolean {
  return arms.some((arm) => arm[tried] !== null);
}

/** Two lists that are the same in all that is tried have nothing to be compared by. */
function decides(experiment: RunningExperiment, tried: Tried): boolean {
  if (experiment.kind === "ARMS") return tries(experiment, tried);
  const [one, other] = experiment.arms;
  return one?.[tried] !== other?.[tried];
}

/** What served lists call an arm. */
export function armId(experiment: string, position: number): string {
  return `${experiment}/${position}`;
}

function placeIn(
  { id, exclusionGroup }: RunningExperiment,
  tenant: Pick<Tenant, "id">,
  profile: string,
): number {
  const among = exclusionGroup === null ? ["experiment", id] : ["group", exclusionGroup];
  const hash = createHash("sha256").update(JSON.stringify([tenant.id, ...among, profile]));
  return hash.digest().readUInt32BE() % PLACES;
}

function armAt({ firstPlace, arms }: RunningExperiment, place: number) {
  let end = firstPlace;
  return arms.find(({ percent }) => {
    const begin = end;
    end += (percent * PLACES) / 100;
    return place >= begin && place < end;
  });
}

/**
 * Where the places of one more begin: in the first gap that is large enough.
 *
 * @param taken places of those that share the group: where they begin, and how many they are.
 * @returns null where no gap is.
 */
export function firstGap(
  taken: readonly { firstPlace: number; places: number }[],
  places: number,
): number | null {
  let begin = 0;
  for (const { firstPlace, places: others } of [...taken].sort((a, b) => a.firstPlace - b.firstPlace)) {
    if (firstPlace - begin >= places) return begin;
    begin = Math.max(begin, firstPlace + others);
  }
  return PLACES - begin >= places ? begin : null;
}
