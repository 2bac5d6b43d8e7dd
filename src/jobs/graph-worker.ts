import { buffersOf } from "../../packages/process/run-in-thread.js";
import { beThread } from "../../packages/process/thread-program.js";
import { runGraphTask, type GraphTask } from "./graph-task.js";

// The program of a thread, which has no other way to start.
beThread(runGraphTask<GraphTask>, (outcome) => ("edges" in outcome ? buffersOf(outcome.edges) : []));
