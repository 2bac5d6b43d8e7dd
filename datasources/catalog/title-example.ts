import { TITLE_FIELD_NAMES, TITLE_FIELDS } from "../core/title-fields.js";
import { type TitleDocument } from "../core/title.document.js";
import { TitleBodies } from "./title-bodies.js";
import { type CheckedTitle } from "./title-rules.js";

const stated = Object.fromEntries(TITLE_FIELD_NAMES.map((name) => [name, TITLE_FIELDS[name].example]));

/** A title with every field of the table: what is stored of it shows the form in which a store keeps titles. */
export const EXAMPLE_TITLE: TitleDocument = {
  ...new TitleBodies().from({ ...stated, id: "example" } as CheckedTitle, ""),
  version: 1,
  latestVersion: 1,
  popularity: 0.5,
};
