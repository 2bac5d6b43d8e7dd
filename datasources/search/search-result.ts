import {
  betterSpelling,
  type HitNames,
  Marker,
  type SearchPlan,
  type StandingWord,
} from "../../packages/search-text/index.js";
import { type HighlightName } from "../core/title-fields.js";
import { type Facet, type Highlight, type SearchQuery, type SearchResult } from "./search.js";
import { HIGHLIGHTS, type HighlightTexts } from "./searched-texts.js";
import { shownScores } from "./steering.js";

/** A hit as an engine answers it. */
export interface HitRow {
  id: string;
  score: number;
  /** Present where highlights or another spelling are wanted. */
  texts?: HighlightTexts;
}

/** What an engine found for a search; what the query does not want may be empty. */
export interface Found {
  /** The page, best first, and one hit more where there is one. */
  rows: readonly HitRow[];
  /** The words that stand for what was searched for. */
  words: readonly StandingWord[];
  total: number;
  facets: Facet[];
  /** Whether some hit has every word as it was written, so that no other spelling is meant. */
  literal: boolean;
  /** Whether the hits have a part of the words only. */
  relaxed: boolean;
}

/** Text around what matched, where a text is not shown as a whole. UTF-16 code units. */
const LONGEST: Partial<Record<HighlightName, number>> = { synopsis: 160 };

/** What an engine found, as it is answered. */
export function toResult(plan: SearchPlan, { text, limit, wants }: SearchQuery, found: Found): SearchResult {
  const { rows, words, total, facets, literal, relaxed } = found;
  const marker = wants.highlights ? new Marker(plan, words) : undefined;
  const shown = shownScores(rows.map(({ score }) => score));
  return {
    hits: rows.slice(0, limit).map((row, at) => ({
      titleId: row.id,
      position: { value: row.score, id: row.id },
      score: shown[at] ?? row.score,
      highlights: marker ? highlightsOf(row, marker) : [],
    })),
    hasMore: rows.length > limit,
    total,
    facets,
    didYouMean: wants.didYouMean && !literal ? betterSpelling(text, plan, words, rows.map(namesOf)) : null,
    relaxed,
  };
}

/** One highlight for each field that has a match; fields without one are left out. */
function highlightsOf({ texts }: HitRow, marker: Marker): Highlight[] {
  return HIGHLIGHTS.map((field) => ({
    field,
    fragments: marker.mark(texts?.[field] ?? [], LONGEST[field]),
  })).filter(({ fragments }) => fragments.length > 0);
}

function namesOf({ texts }: HitRow): HitNames {
  const { name = [], alternativeNames = [], people = [], genres = [], synopsis = [] } = texts ?? {};
  return { names: [...name, ...alternativeNames], people, others: [...genres, ...synopsis] };
}
