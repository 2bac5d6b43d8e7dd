import { computeContent, type TitleContent } from "./compute-content.js";
import { computeSimilarities, type LearnedSimilarities, type LearnSettings } from "./compute-similarities.js";
import { type Watches } from "./interactions.js";
import { type Edges } from "./strongest.js";

/** Work for the learning thread: plain data, so that it can be copied to it. */
export type Task =
  | { kind: "watches"; input: Watches; settings: Partial<LearnSettings> }
  | { kind: "content"; titles: readonly TitleContent[]; neighbours: number };

/** What each kind of work comes to. */
export type Outcome<T extends Task> = T extends { kind: "watches" } ? LearnedSimilarities : Edges;

/** Does the work here and now. */
export function runTask<T extends Task>(task: T, onProgress?: (fraction: number) => void): Outcome<T> {
  const outcome: LearnedSimilarities | Edges =
    task.kind === "watches"
      ? computeSimilarities(task.input, task.settings, onProgress)
      : computeContent(task.titles, task.neighbours);
  return outcome as Outcome<T>;
}
