import { type WordPlace, type TitleField } from "../core/title-field.js";
import { TITLE_FIELD_NAMES, TITLE_FIELDS, type FieldsWith } from "../core/title-fields.js";
import { type NamedRef, type TitleCredit, type ProjectedTitle } from "../core/title.document.js";

type SearchedField = FieldsWith<{ searched: WordPlace }>;
/** What words can be read of. */
type Text = string | number | NamedRef | TitleCredit;

const SEARCHED = TITLE_FIELD_NAMES.flatMap((name) => {
  const { searched }: TitleField = TITLE_FIELDS[name];
  return searched ? [{ name: name as SearchedField, place: searched }] : [];
});

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
