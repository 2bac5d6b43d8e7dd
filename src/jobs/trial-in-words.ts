import { type ModelTrial } from "../../datasources/recommendations/model-trial.js";

/** What came of a model's trial, in a sentence. */
export function trialInWords({ verdict, figures }: ModelTrial): string {
  if (!figures)
    return "It was switched to without a trial: there is none to compare it with, or too little was watched since.";
  const { ndcg, liveNdcg, profiles } = figures;
  const told = `NDCG@10 ${ndcg.toFixed(4)} against ${liveNdcg.toFixed(4)} of ${profiles} profiles`;
  return verdict === "WORSE" ? `It was not switched to: ${told}.` : `It was switched to: ${told}.`;
}
