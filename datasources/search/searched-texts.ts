import { cleanText } from "../../packages/search-text/index.js";
import { WORD_PLACES, type WordPlace, type TitleField } from "../core/title-field.js";
import {
  TITLE_FIELD_NAMES,
  TITLE_FIELDS,
  type FieldsWith,
  type HighlightName,
} from "../core/title-fields.js";
import { type NamedRef, type TitleCredit, type ProjectedTitle } from "../core/title.document.js";

type SearchedField = FieldsWith<{ searched: WordPlace }>;
/** What words can be read of. */
type Text = string | number | NamedRef | TitleCredit;

const SEARCHED = TITLE_FIELD_NAMES.flatMap((name) => {
  const { searched }: TitleField = TITLE_FIELDS[name];
  return searched ? [{ name: name as SearchedField, place: searched }] : [];
});

/** Longest text kept for highlights. UTF-16 code units. */
const LONGEST_TEXT = 4_000;

type HighlightedField = FieldsWith<{ highlighted: string; searched: WordPlace }>;
/** The fields that highlights are cut from, in the order of highlights: what counts most first. */
const HIGHLIGHTED = TITLE_FIELD_NAMES.flatMap((name) => {
  const { highlighted, searched }: TitleField = TITLE_FIELDS[name];
  return highlighted && searched
    ? [
        {
          name: name as HighlightedField,
          highlight: highlighted as HighlightName,
          weight: WORD_PLACES[searched].weight,
        },
      ]
    : [];
}).sort((a, b) => b.weight - a.weight);

/** The names of highlights in their order. */
export const HIGHLIGHTS = HIGHLIGHTED.map(({ highlight }) => highlight);

/** The texts of a title that highlights are cut from, cleaned, by the name of the highlight. */
export type HighlightTexts = Record<HighlightName, string[]>;

export function highlightTexts(title: ProjectedTitle): HighlightTexts {
  const texts = HIGHLIGHTED.map(({ name, highlight }) => {
    const cleaned = textsOf(title[name]).map((text) => cleanText(text.slice(0, LONGEST_TEXT)));
    return [highlight, [...new Set(cleaned)]];
  });
  return Object.fromEntries(texts) as HighlightTexts;
}

/** The texts of a title by which search finds it, each with its place, in the order of the fields. */
export function searchedTexts(title: ProjectedTitle): { place: WordPlace; text: string }[] {
  return SEARCHED.flatMap(({ name, place }) => textsOf(title[name]).map((text) => ({ place, text })));
}

/** The texts of one place. */
export function textsAt(title: ProjectedTitle, place: WordPlace): string[] {
  return searchedTexts(title).flatMap((found) => (found.place === place ? [found.text] : []));
}

function textsOf(value: Text | readonly Text[] | null): string[] {
  if (value === null) return [];
  const values: readonly Text[] = Array.isArray(value) ? value : [value as Text];
  return values.map(textOf);
}

function textOf(value: Text): string {
  if (typeof value !== "object") return String(value);
  return "person" in value ? value.person.name : value.name;
}
