import { type Clause } from "../../engines/opensearch/predicate.opensearch.js";
import { PLACE_STEP, placeScore, type SteeredTitle } from "../steering.js";
import { constant } from "./search-clauses.opensearch.js";

type Titles = readonly SteeredTitle[];

const FACTOR = "params.factors.getOrDefault(doc['id'].value, 1.0)";

/** A search of titles by their match, with what editors say of some of them: a place adds to its score, a factor multiplies it. */
export function steeredQuery(query: Clause, titles: Titles): Clause {
  if (titles.length === 0) return query;
  const script = { source: `_score * ${FACTOR}`, params: { factors: factorsOf(titles) } };
  const placed = titles.flatMap(({ id, place }) =>
    place === null ? [] : [constant({ term: { id } }, placeScore(place))],
  );
  const should = [{ script_score: { query, script } }, ...placed];
  return { bool: { should, minimum_should_match: 1 } };
}

/** How well a hit matches by itself, as a script. */
export function bestMatch(titles: Titles): string | object {
  if (titles.length === 0) return "_score";
  return {
    source: `(_score % params.step) / ${FACTOR}`,
    params: { step: PLACE_STEP, factors: factorsOf(titles) },
  };
}

function factorsOf(titles: Titles): Record<string, number> {
  return Object.fromEntries(titles.map(({ id, factor }) => [id, factor]));
}
