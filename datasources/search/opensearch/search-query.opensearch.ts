import {
  editsWithin,
  FAMILY,
  type SearchPlan,
  type Unit,
  type Variant,
  WHOLE,
} from "../../../packages/search-text/index.js";
import { WORD_PLACES, type WordPlace } from "../../core/title-field.js";
import { type Clause } from "../../engines/opensearch/predicate.opensearch.js";
import { alike, byNameLength, constant, disMax, match, misspelled } from "./search-clauses.opensearch.js";
import { MATCH, NAME } from "./search-mapping.opensearch.js";
import {
  FORM,
  MISSPELLED_START,
  misspelledStarts,
  roomFor,
  type QueryStyle,
} from "./search-style.opensearch.js";
import { wholeQueries } from "./search-whole-query.opensearch.js";

/** How much a match counts in a place, of what it counts in the name. */
const weightOf = (place: WordPlace) => WORD_PLACES[place].weight;
/** What a family's name counts in its slot: as it stands for a person, so nearly as a name of a title. */
const FAMILY_FORM = { match: 0.9, name: 0.85 };
const ENOUGH_LETTERS = 4;
/** The query for a plan with at least one slot. Scores lie in [0, 1.2 + popularity], rounded so that equal is equal. */
export function textQuery(plan: SearchPlan, style: QueryStyle): Clause {
  const most = plan.slots.length * MATCH + NAME;
  const text = disMax([slotQueries(plan, style), ...wholeQueries(plan, style, most)]);
  if (style.words === "LITERAL") return text;
  const popularity = {
    rank_feature: { field: "popularityRank", linear: {}, boost: style.popularity * most },
  };
  return {
    script_score: {
      query: { bool: { must: [text], should: [popularity] } },
      script: { source: "Math.round(_score / params.most * 1e6) / 1e6", params: { most } },
    },
  };
}

/** Edits within which a word of the index stands for a unit. Of digits none is a slip. */
function editsOf({ text, reach, slots }: Unit, plan: SearchPlan, style: QueryStyle): number {
  if (style.words === "LITERAL" || /\d/.test(text)) return 0;
  const edits = Math.min(reach, roomFor(text, style));
  if (slots.length > 1) return edits;
  // Of "kill bill" neither word is a slip of the other.
  const others = plan.slots.filter((other) => other !== text);
  return others.some((other) => editsWithin(text, other, edits) !== undefined) ? 0 : edits;
}

function slotQueries(plan: SearchPlan, style: QueryStyle): Clause {
  const slots = plan.slots.map((_, slot) => slotQuery(plan, slot, style));
  if (style.words !== "SOME") return { bool: { must: slots } };
  const half = { bool: { should: slots, minimum_should_match: "50%" } };
  const every = plan.slots.map((_, slot) => slotQuery(plan, slot, { ...style, words: "LITERAL" }));
  return disMax([half, { bool: { must: every } }]);
}

/** The best of the ways in which a title may have a word: itself, or written as one with a neighbour. */
function slotQuery(plan: SearchPlan, slot: number, style: QueryStyle): Clause {
  const isLast = slot === plan.slots.length - 1;
  return disMax(
    plan.units.flatMap((unit, index) => {
      if (unit.text.startsWith(WHOLE) || !unit.slots.includes(slot)) return [];
      const variants = plan.variants.filter((each) => each.unit === index && !each.slip);
      const families = variants.flatMap((each) => familyQueries(each, plan));
      const words = variants.filter(({ word }) => !word.startsWith(FAMILY));
      if (unit.slots.length > 1) return [...pairQueries(words, slot === unit.slots[0], style), ...families];
      return [
        ...wordQueries(unit, words, plan, style),
        ...begunQueries(plan, index, isLast, style),
        ...families,
      ];
    }),
  );
}

function wordQueries(
  unit: Unit,
  variants: readonly Variant[],
  plan: SearchPlan,
  style: QueryStyle,
): Clause[] {
  const { text } = unit;
  const edits = editsOf(unit, plan, style);
  return [
    ...variants.flatMap(({ word, quality }) => [
      match("name", word, quality),
      match("otherNames", word, quality * weightOf("otherNames")),
    ]),
    ...misspelled("name", text, edits).map(([near, likeness]) => byNameLength(near, likeness)),
    match("pairs", text, FORM.pair),
    match("people", text, weightOf("people") * MATCH),
    match("genreWords", text, weightOf("genreWords") * MATCH),
    match("facts", text, weightOf("facts") * MATCH),
    match("year", text, weightOf("year") * MATCH),
    // Half of the words, found in running text, would be most of a catalogue.
    ...(style.words === "SOME" ? [] : [match("synopsis", text, weightOf("synopsis") * MATCH)]),
    ...(edits > 0 && style.words !== "SOME" ? alike("spelled", text, weightOf("people") * MATCH, edits) : []),
  ];
}

/** What was typed as the last name of somebody. */
function familyQueries({ word, quality }: Variant, { slots }: SearchPlan): Clause[] {
  if (!word.startsWith(FAMILY)) return [];
  const worth = FAMILY_FORM.match * MATCH + (FAMILY_FORM.name * NAME) / slots.length;
  return [match("families", word.slice(FAMILY.length), quality * worth)];
}

function begunQueries(plan: SearchPlan, index: number, isLast: boolean, style: QueryStyle): Clause[] {
  const { text, completions } = plan.units[index]!;
  const wanted = style.typing ? text.length >= ENOUGH_LETTERS : completions > 0;
  if (style.words === "SOME" || style.words === "LITERAL" || !wanted) return [];
  const begun = [
    match("name.starts", text, FORM.begun * MATCH),
    match("spelled.starts", text, FORM.begun * MATCH * weightOf("people")),
  ];
  if (!isLast || text.length < MISSPELLED_START || /\d/.test(text)) return begun;
  return [...begun, ...misspelledStarts(plan, index, "name.starts", FORM.begunMisspelled * MATCH, style)];
}

/** Neighbours written as one ("spider man" for `Spiderman`). It is one word of the name, so it counts as such once. */
function pairQueries(variants: readonly Variant[], isFirst: boolean, style: QueryStyle): Clause[] {
  return variants.flatMap(({ word, quality }, at) => {
    const once = (field: string) =>
      isFirst ? match(field, word, quality) : constant(match(field, word, 1), quality * MATCH);
    const spelled = [
      once("name"),
      once("otherNames"),
      once("pairs"),
      match("people", word, quality * weightOf("people") * MATCH),
    ];
    if (style.words === "LITERAL" || at > 0) return spelled;
    return [...spelled, match("name.starts", word, FORM.pair * FORM.begun * MATCH)];
  });
}
