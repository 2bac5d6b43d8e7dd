import { registerEnumType } from "type-graphql";

import { TITLE_FIELD_NAMES, TITLE_FIELDS, type TitleFieldName } from "../datasources/core/title-fields.js";
import { type TitleField } from "../datasources/core/title-field.js";

/** `alternativeNames` → `ALTERNATIVE_NAMES`. */
function valueOf(name: string): string {
  return name.replace(/[A-Z]/g, "_$&").toUpperCase();
}

/** The fields that a version of a title holds. */
export const TitleFieldEnum = Object.fromEntries(
  TITLE_FIELD_NAMES.map((name) => [valueOf(name), name]),
) as Record<string, TitleFieldName>;
registerEnumType(TitleFieldEnum, {
  name: "TitleFieldName",
  description: "A field of what is said about a title.",
  valuesConfig: Object.fromEntries(
    TITLE_FIELD_NAMES.map((name) => {
      const { shown, edited }: TitleField = TITLE_FIELDS[name];
      return [valueOf(name), { description: (shown ?? edited)?.description ?? name }];
    }),
  ),
});

/** What `lockedFields` says of itself. */
export const LOCKED_FIELDS =
  "Fields that an editor has set and not given back (`unlock` of `putTitle`): imports leave them alone, and say so.";
