import { Terms } from "../../packages/search-text/index.js";
import { WORD_PLACES, type WordPlace } from "../core/title-field.js";
import { type ProjectedTitle } from "../core/title.document.js";
import { searchedTexts } from "./searched-texts.js";

/** Fields that weigh less are minor: they count only for words that few titles have. */
export const MINOR = 0.5;

/** How the words of a text count that stands in a place. */
const READERS: Record<
  WordPlace,
  "addName" | "addPerson" | "addGenre" | "addWords" | "addFigure" | "addRunningText"
> = {
  name: "addName",
  otherNames: "addName",
  people: "addPerson",
  year: "addFigure",
  genreWords: "addGenre",
  facts: "addWords",
  synopsis: "addRunningText",
};

/** Every word under which a title is found, each once. */
export function termsOf(title: ProjectedTitle): Terms {
  const terms = new Terms();
  for (const { place, text } of searchedTexts(title)) terms[READERS[place]](text, WORD_PLACES[place].weight);
  return terms;
}
