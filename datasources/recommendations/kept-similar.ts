import { keptById } from "../core/kept-by-id.js";
import { type KeptReads } from "../core/kept-reads.js";
import { type Recommendations, type SimilarTitle } from "./recommendations.js";

/** Recommendations that are asked for no title's neighbours that are known already. What is a profile's own is not kept. */
export function keptSimilar(recommendations: Recommendations, reads: KeptReads): Recommendations {
  return {
    forProfiles: (request, profiles, limit) => recommendations.forProfiles(request, profiles, limit),
    similarTo: (request, titles, limit) =>
      keptById<SimilarTitle[]>(reads, request, {
        operation: "recommendations.similarTo",
        ids: [...new Set(titles)],
        keyOf: (id) => `similar ${request.apart ?? ""} ${limit} ${id}`,
        at: null,
        ask: (ids) => recommendations.similarTo(request, ids, limit),
      }),
  };
}
