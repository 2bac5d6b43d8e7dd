import { computeContent, type TitleContent } from "./compute-content.js";
import { computeDense, type DenseLists, type DenseSettings } from "./compute-dense.js";
import { computeSimilarities, type LearnedSimilarities, type LearnSettings } from "./compute-similarities.js";
import { type Watches } from "./interactions.js";
import { type Edges } from "./strongest.js";

/** Work for the learning thread: plain data, so that it can be copied to it. */
export type Task =
  | { kind: "watches"; input: Watches; settings: Partial<LearnSettings> }
  | { kind: "dense"; input: Watches; settings: DenseSettings }
  | { kind: "content"; titles: readonly TitleContent[]; neighbours: number };

/** What each kind of work comes to. */
export type Outcome<T extends Task> = T extends { kind: "watches" }
  ? LearnedSimilarities
  : T extends { kind: "dense" }
    ? DenseLists
    : Edges;

/** Does the work here and now. */
export function runTask<T extends Task>(task: T, onProgress?: (fraction: number) => void): Outcome<T> {
  return outcomeOf(task, onProgress) as Outcome<T>;
}

function outcomeOf(
  task: Task,
  onProgress?: (fraction: number) => void,
): LearnedSimilarities | DenseLists | Edges {
  switch (task.kind) {
    case "watches":
      return computeSimilarities(task.input, task.settings, onProgress);
    case "dense":
      return computeDense(task.input, task.settings, onProgress);
    case "content":
      return computeContent(task.titles, task.neighbours);
  }
}
