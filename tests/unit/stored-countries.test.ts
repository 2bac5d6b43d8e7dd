import { expect, it } from "vitest";

import { storedCountry } from "../../datasources/core/countries.js";
import { TITLE_RESOLVERS } from "../../resolvers/title.value.js";
import { titleBody } from "../support/titles.js";

/* A database may hold what was written before countries were looked up. */

it.each([
  ["GB", "GB"],
  ["UK", null],
  ["EU", null],
  [null, null],
])("a country kept as %s is read as %s", (kept, read) => expect(storedCountry(kept)).toBe(read));

it("a licence kept for what is no country opens nothing, and is not shown as one for everywhere", () => {
  const span = { from: "2020-01-01T00:00:00.000Z", until: null };
  const title = titleBody({
    id: "a",
    licences: [
      { countries: ["UK", "FR"], ...span },
      { countries: ["EU"], ...span },
    ],
  });
  const available = TITLE_RESOLVERS.Movie!.availability as (value: unknown) => unknown;
  expect(available(title)).toEqual([{ country: "FR", ...span }]);
});
