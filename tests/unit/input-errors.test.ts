import { describe, expect, it } from "vitest";

import { explainEnumError } from "../../src/input-errors.js";
import { createSchema } from "../../src/schema.js";

describe("explainEnumError", () => {
  const schema = createSchema();

  it("names the field and every value that a variable's enum accepts", () => {
    const message =
      'Variable "$orderBy" at "orderBy.field": The value does not exist in "TitleOrderField" enum. Did you mean the enum value "NAME"?';
    expect(explainEnumError(schema, { message, extensions: { code: "BAD_USER_INPUT" } })).toEqual({
      message:
        'Variable "$orderBy" at "orderBy.field": The value does not exist in "TitleOrderField" enum. Accepted: NAME, RELEASE_YEAR, ADDED_AT, POPULARITY.',
      extensions: {
        code: "BAD_USER_INPUT",
        field: "orderBy.field",
        accepted: "NAME, RELEASE_YEAR, ADDED_AT, POPULARITY",
      },
    });
  });

  it("leaves every other error alone", () => {
    const error = { message: 'Cannot query field "nam" on type "Title".', extensions: { code: "X" } };
    expect(explainEnumError(schema, error)).toBe(error);
  });
});
