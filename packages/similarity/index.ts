/**
 * Learns which titles go together: from who watched what, and for titles that nobody has watched from what they are.
 * Knows indices and numbers alone, no store and no product. README.md says how, and from which sources.
 */
export { groupByStart, type ByStart } from "./by-start.js";
export { contentSimilarities, type ContentOptions, type TitleContent } from "./content-similarity.js";
export {
  learnSimilarities,
  type Edges,
  type Interactions,
  type LearnedSimilarities,
  type LearnOptions,
  type LearnSettings,
  type SimilarEdge,
  type SimilarityModel,
} from "./learn-similarities.js";
export { rankDense, type DenseOptions } from "./rank-dense.js";
