import { type SimilarEdges } from "../../datasources/recommendations/recommendations.js";
import { type ModelTrial } from "../../datasources/recommendations/model-trial.js";
import { type Edges, type LearnedSimilarities } from "../../packages/similarity/index.js";
import { contentEdges, joinEdges, tidyEdges, withFollowing } from "./learn-edges.js";
import { tryModel, type HeldOut } from "./model-trial.js";

/** Work on a taste graph that holds a processor for long: plain data, so that it can be copied to a thread. */
export type GraphTask =
  | {
      kind: "assemble";
      /** How many titles the edges index. */
      titles: number;
      /** What was learned, from all watches first. */
      learned: Pick<LearnedSimilarities, "edges" | "following">[];
      content: Edges;
    }
  | {
      kind: "try";
      held: Pick<HeldOut, "from" | "histories">;
      model: SimilarEdges;
      live: SimilarEdges | null;
    };

/** The edges of a graph, and how many of them are learned. */
export interface AssembledGraph {
  edges: Omit<Required<SimilarEdges>, "titles">;
  learnedEdges: number;
  contentEdges: number;
}

/** What each kind of work comes to. */
export type GraphOutcome<T extends GraphTask> = T extends { kind: "assemble" } ? AssembledGraph : ModelTrial;

const NO_EDGES: Edges = { from: new Uint32Array(), to: new Uint32Array(), weight: new Float32Array() };

/** Does the work here and now. */
export function runGraphTask<T extends GraphTask>(task: T): GraphOutcome<T> {
  return outcomeOf(task) as GraphOutcome<T>;
}

function outcomeOf(task: GraphTask): AssembledGraph | ModelTrial {
  return task.kind === "assemble" ? assemble(task) : tryModel(task.held, task.model, task.live);
}

/** Edges that are learned, and between what few have watched those of what titles are. */
function assemble({ titles, learned, content }: Extract<GraphTask, { kind: "assemble" }>): AssembledGraph {
  const joined = (which: "edges" | "following") =>
    tidyEdges(learned.map((each) => each[which]).reduce(joinEdges, NO_EDGES), titles);
  const own = joined("edges");
  const edges = tidyEdges(joinEdges(own, contentEdges(own, content, titles)), titles);
  return {
    edges: withFollowing(edges, joined("following"), titles),
    learnedEdges: own.from.length,
    contentEdges: edges.from.length - own.from.length,
  };
}
