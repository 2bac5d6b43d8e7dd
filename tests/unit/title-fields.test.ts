import { describe, expect, it } from "vitest";

import { EXAMPLE_TITLE } from "../../datasources/catalog/title-example.js";
import { checkTitle } from "../../datasources/catalog/title-rules.js";
import { TITLE_FIELD_NAMES, TITLE_FIELDS } from "../../datasources/core/title-fields.js";

const LINE = Object.fromEntries(TITLE_FIELD_NAMES.map((name) => [name, TITLE_FIELDS[name].example]));

describe("the table of a title's fields", () => {
  it("has an example of every field that its rules accept", () => {
    expect(checkTitle({ id: "example", ...LINE })).toMatchObject({ unknownFields: [] });
    expect(checkTitle({ id: "example", ...LINE })).not.toHaveProperty("problems");
  });

  it.each(TITLE_FIELD_NAMES.filter((name) => name !== "state"))(
    "has an example of %s that is told from a title which does not say it",
    (name) => expect(EXAMPLE_TITLE[name]).not.toEqual(TITLE_FIELDS[name].absent),
  );
});
