/** Added to what shrunk cosines are divided by. */
export const SHRINK = 20;

/** What the report begins with. */
export const INTRODUCTION = `# Recommendations from the learned similarities

Made by \`node dist/bench/recommendations.js --data DIR --tune --timings --write\` from a folder in MovieLens format; the
figures below are for ml-latest-small of GroupLens, which is not part of this repository.

- **Split:** of each profile's watches, 20 % drawn at random with a fixed seed (rounded down) are held back; models
  learn from the rest. All profiles with something held back count, each the same.
- **Ranking:** every title of the data set that is not in the profile's training part is ranked. A title's score is
  the sum of the weights of the edges from the profile's seeds; the number of viewers decides between equal scores.
- **Seeds:** all training watches of the profile, or only its latest by timestamp, each counting the same; or as they
  are served (datasources/recommendations/recommendations.ts says how).
- **What follows:** what was watched among the next three after a title counts for the latest three seeds, beside what is
  like them (FOLLOWED; packages/similarity/following.ts).
- **Recall@10:** held-back titles among the first 10, divided by all held-back titles. **NDCG@10:** binary gain,
  discount log2(rank + 1), divided by the best that the number of held-back titles allows.
- **Edges walked p95:** edges read to score one profile, 95th percentile over profiles.
- **"100 edges":** the 100 strongest positive incoming edges of each title are kept; EASE's are fitted anew without
  the others. Titles with fewer than 3 viewers take no part in RP3β and EASE. Shrunk cosine is shared / (√(viewers · viewers) + ${SHRINK}).
- **Defaults:** EASE with λ = 4 × the average profile's length; RP3β with α 0.5 and β 0.3. EASE's best λ follows the
  length of profiles more than their number and is flat around the best, as the validation tables show.`;
