import { TITLE_FIELD_NAMES, TITLE_FIELDS, withDefaults, type TitleFacts } from "../core/title-fields.js";
import { type TitleDocument } from "../core/title.document.js";
import { TitleBodies } from "./title-bodies.js";
import { checkTitle } from "./title-rules.js";

/** A title with every field of the table: what is stored of it shows the form in which a store keeps titles. */
export const EXAMPLE_TITLE: TitleDocument = { ...facts(), revision: 1, latestVersion: 1, popularity: 0.5 };

function facts(): TitleFacts {
  const stated = TITLE_FIELD_NAMES.map((name) => [name, TITLE_FIELDS[name].example]);
  const checked = checkTitle({ ...Object.fromEntries(stated), id: "example" });
  if ("line" in checked) {
    const { id } = checked.line;
    return withDefaults({ id, ...new TitleBodies().changes(id, checked.line) });
  }
  throw new Error(`An example of the table of fields is not accepted: ${JSON.stringify(checked.problems)}`);
}
