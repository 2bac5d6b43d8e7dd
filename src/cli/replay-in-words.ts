import { type Rate } from "../../datasources/experiments/arm-figures.js";
import { type Replay } from "../jobs/replay.js";
import { LEAST_EFFECTIVE, LEAST_OVERLAP } from "../jobs/replay-figures.js";
import { counted } from "./numbers.js";

/** What a replay has found, and where it has found too little, what is missing. */
export function replayInWords(figures: Replay, model: number): string {
  const { since, lists, accounts, logged, overlap, effective, replayed } = figures;
  const met = `${(100 * overlap).toFixed(1)} % of what model ${model} would have shown among the first ten was shown, which tells as much as ${counted(effective)} titles.`;
  const lines = [
    `${counted(lists)} lists of ${counted(accounts)} accounts are looked at, those that were served since ${since}: of these it has learned nothing. ${met}`,
    logged ? `Watched of what was shown: ${told(logged)} a list.` : "Of too few accounts anything is told.",
  ];
  if (replayed) lines.push(`Watched of what model ${model} would have shown: ${told(replayed)} a list.`);
  else if (logged)
    lines.push(
      `The log does not tell what model ${model} would have come to. It takes ${100 * LEAST_OVERLAP} % of what it would have shown, and as much as ${LEAST_EFFECTIVE} titles; an experiment tells it.`,
    );
  return `${lines.join("\n")}\n`;
}

function told({ value, low, high }: Rate): string {
  return `${value.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`;
}
