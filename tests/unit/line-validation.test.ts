import { describe, expect, it } from "vitest";

import { checkTitle } from "../../datasources/catalog/title-rules.js";
import { checkEvent } from "../../importer/line-validation.js";
import { INSTANTS, NO_INSTANTS } from "../support/instants.js";

const title = { id: "tt1", kind: "MOVIE", name: "Casino" };
const event = { id: "e1", profile: "u1", title: "tt1", at: "2026-05-01T20:11:00Z" };

function problemsOf(checked: ReturnType<typeof checkTitle> | ReturnType<typeof checkEvent>) {
  return "problems" in checked ? checked.problems : [];
}

describe("checkTitle", () => {
  it("takes the three required fields, and every field of the format", () => {
    expect(checkTitle(title)).toMatchObject({ line: title, unknownFields: [] });
    const full = {
      ...title,
      alternativeNames: ["Cassino"],
      synopsis: "…",
      releaseYear: 1995,
      runtimeMinutes: 178,
      maturityRating: "R",
      genres: ["Crime"],
      tags: ["las vegas"],
      studio: "Universal",
      credits: [{ person: "Martin Scorsese", role: "DIRECTOR" }],
      licences: [{ countries: ["*"], from: "2020-01-01", until: null }],
      state: "PUBLISHED",
      seasons: [{ number: 1, episodes: [{ number: 1, name: "Pilot" }] }],
    };
    expect(checkTitle(full)).toMatchObject({
      line: { ...full, licences: [{ countries: ["*"], from: "2020-01-01T00:00:00.000Z", until: null }] },
    });
  });

  it("takes null for an unknown rating and names fields that it passes over", () => {
    expect(checkTitle({ ...title, maturityRating: null, vote: 7 })).toMatchObject({
      unknownFields: ["vote"],
    });
  });

  it.each([
    [{ kind: "FILM" }, "kind", '"FILM"', "one of MOVIE, SERIES"],
    [{ id: undefined }, "id", "nothing", "a text of 1 to 200 bytes without white space"],
    [{ id: "a b" }, "id", '"a b"', "a text of 1 to 200 bytes without white space"],
    [{ maturityRating: "PG13" }, "maturityRating", '"PG13"', "or null"],
    [{ releaseYear: "1995" }, "releaseYear", '"1995"', "a whole number from 1800 to 2200"],
    [{ credits: [{ person: "X", role: "GAFFER" }] }, "credits[0].role", '"GAFFER"', "one of DIRECTOR"],
    [{ credits: ["X"] }, "credits[0]", '"X"', "a credit such as"],
    [
      { licences: [{ countries: ["USA"], from: "2020-01-01" }] },
      "licences[0].countries[0]",
      '"USA"',
      "alpha-2",
    ],
    [
      { licences: [{ countries: [], from: "2020-01-01" }] },
      "licences[0].countries",
      "[]",
      "at least one country",
    ],
    [
      { licences: [{ countries: ["*"], from: "2020-02-30" }] },
      "licences[0].from",
      '"2020-02-30"',
      "ISO 8601",
    ],
    [
      { licences: [{ countries: ["*"], from: "2020-01-01", until: "2019-01-01" }] },
      "licences[0].until",
      '"2019-01-01"',
      "an instant after from",
    ],
    [{ name: "Cas\u0000ino" }, "name", '"Cas\\u0000ino"', "without NUL"],
    [{ synopsis: "half a pair: \ud800" }, "synopsis", '"half a pair: \\ud800"', "broken surrogates"],
    [{ addedAt: "yesterday" }, "addedAt", '"yesterday"', "ISO 8601"],
  ])("refuses %j and says what is accepted", (fields, field, found, accepted) => {
    const problems = problemsOf(checkTitle({ ...title, ...fields }));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ field, found });
    expect(problems[0]?.accepted).toContain(accepted);
  });

  it("names every problem of a line", () => {
    const problems = problemsOf(checkTitle({ id: "tt1", kind: "FILM", tags: "x" }));
    expect(problems.map((problem) => problem.field).sort()).toEqual(["kind", "name", "tags"]);
  });

  it.each([[null], [[]], ["text"], [7]])("refuses %j, which is no object", (value) => {
    expect(problemsOf(checkTitle(value))).toMatchObject([{ field: "", accepted: "a JSON object" }]);
  });
});

describe("checkEvent", () => {
  it("takes an instant with an offset as one in UTC", () => {
    expect(checkEvent({ ...event, at: "2026-05-01T20:11:00+02:00" })).toMatchObject({
      line: { at: "2026-05-01T18:11:00.000Z" },
    });
  });

  it.each([
    [{ at: "2026-05-01" }, "at", "an ISO 8601 instant"],
    [{ at: "0001-01-01T00:00:00Z" }, "at", "an ISO 8601 instant"],
    [{ seconds: 86_401 }, "seconds", "a whole number from 0 to 86400"],
    [{ seconds: -1 }, "seconds", "a whole number from 0"],
    [{ seconds: 1.5 }, "seconds", "a whole number from 0"],
    [{ rating: 0 }, "rating", "a whole number from 1 to 5"],
    [{ rating: 5.5 }, "rating", "a whole number from 1 to 5"],
    [{ country: "UK" }, "country", "alpha-2"],
    [{ device: "FRIDGE" }, "device", "one of TV"],
    [{ completed: "yes" }, "completed", "true or false"],
    [{ profile: "" }, "profile", "without white space"],
  ])("refuses %j", (fields, field, accepted) => {
    const problems = problemsOf(checkEvent({ ...event, ...fields }));
    expect(problems).toHaveLength(1);
    expect(problems[0]?.field).toBe(field);
    expect(problems[0]?.accepted).toContain(accepted);
  });
});

describe("instants of lines", () => {
  const licence = (fields: object) => ({ countries: ["US"], from: "2020-01-01", until: null, ...fields });
  /** Every field of the formats that takes an instant: a line with it, and where it stands in the line as checked. */
  const fields = {
    "event at": (at: string) => checkEvent({ ...event, at }),
    "title addedAt": (addedAt: string) => checkTitle({ ...title, addedAt }),
    "title effectiveFrom": (effectiveFrom: string) => checkTitle({ ...title, effectiveFrom }),
    "licence from": (from: string) => checkTitle({ ...title, licences: [licence({ from })] }),
    "licence until": (until: string) =>
      checkTitle({ ...title, licences: [licence({ from: "1000-01-01", until })] }),
  };

  it.each(Object.entries(fields))("are taken as they are by %s", (name, checked) => {
    for (const [text, instant] of INSTANTS) {
      const result = checked(text);
      // Nothing ends before it begins, nor when it does.
      if (name === "licence until" && instant <= "1000-01-01T00:00:00.000Z") continue;
      expect(problemsOf(result), text).toEqual([]);
      expect(JSON.stringify(result), text).toContain(JSON.stringify(instant));
    }
  });

  it.each(Object.entries(fields))("are refused by %s where they are none", (_, checked) => {
    for (const text of NO_INSTANTS) {
      const [problem] = problemsOf(checked(text));
      expect(problem?.accepted, text).toContain("an ISO 8601");
    }
  });
});
