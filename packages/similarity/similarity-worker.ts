import { buffersOf } from "../process/run-in-thread.js";
import { beThread } from "../process/thread-program.js";
import { runTask, type Outcome, type Task } from "./similarity-task.js";

// The program of a thread, which has no other way to start.
beThread(runTask<Task>, columnsOf);

/** What is given away instead of copied. */
function columnsOf(outcome: Outcome<Task>): ArrayBuffer[] {
  if ("lists" in outcome) return [];
  return "edges" in outcome ? buffersOf(outcome.edges, outcome.following) : buffersOf(outcome);
}
