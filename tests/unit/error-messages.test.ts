import fc from "fast-check";
import { getVariableValues, parse, validate, type GraphQLError, type OperationDefinitionNode } from "graphql";
import { describe, expect, it } from "vitest";

import { cutMessage, shorten } from "../../src/limits/error-messages.js";
import { createSchema } from "../../src/schema.js";

const schema = createSchema();
const LONG = "x".repeat(5_000);

/** What a client is told of variables that do not fit. */
function variableErrors(text: string, variables: Record<string, unknown>): string[] {
  const [operation] = parse(text).definitions as OperationDefinitionNode[];
  const { errors = [] } = getVariableValues(schema, operation?.variableDefinitions ?? [], variables);
  return errors.map((error) => told(error));
}

const documentErrors = (text: string) => validate(schema, parse(text)).map(told);

function told(error: GraphQLError): string {
  shorten(error);
  return error.message;
}

/** How often a text has another in it. */
const times = (text: string, part: string) => text.split(part).length - 1;

describe("a message", () => {
  const rate = "mutation ($input: RateTitleInput!) { rateTitle(input: $input) { errors { code } } }";

  it("says what is wrong with a variable, and repeats no value of it", () => {
    const cases: [string, Record<string, unknown>, string][] = [
      [rate, { input: { title: "a", rating: "five" } }, "five"],
      [rate, { input: { title: "a", rating: LONG } }, "xxx"],
      [rate, { input: { title: "a", [LONG]: 1 } }, "xxx"],
      [rate, { input: LONG }, "xxx"],
      [
        "query ($o: TitleOrder) { titles(orderBy: $o) { totalCount } }",
        { o: { field: LONG, direction: "UP" } },
        "xxx",
      ],
      ["query ($n: Int) { titles(first: $n) { totalCount } }", { n: LONG }, "xxx"],
    ];
    for (const [text, variables] of cases)
      for (const message of variableErrors(text, variables)) {
        expect(message).toMatch(/^Variable "\$\w+"/);
        expect(message).not.toContain("got invalid value");
        expect(message.length).toBeLessThanOrEqual(400);
        // A field that there is not is named.
        expect(times(message, "x".repeat(100))).toBeLessThanOrEqual(
          message.includes("is not defined") ? 1 : 0,
        );
        expect(message).not.toContain("five");
      }
    expect(variableErrors(rate, { input: { title: "a", rating: "five" } })).toEqual([
      'Variable "$input" at "input.rating": Int cannot represent non-integer value.',
    ]);
  });

  it("names what a document has wrong, however long that is", () => {
    for (const text of [
      `{ ${LONG} }`,
      `{ titles(${LONG}: 1) { totalCount } }`,
      `{ ...${LONG} }`,
      `{ titles(orderBy: { field: ${LONG} }) { totalCount } }`,
      `{ titles(first: "${LONG}") { totalCount } }`,
      `query ($v: ${LONG}) { titles(first: $v) { totalCount } }`,
      `{ __typename @${LONG} }`,
      `query ($${LONG}: Int, $${LONG}: Int) { __typename }`,
      `{ a: titles { totalCount } a: genres { ${LONG} } }`,
    ]) {
      const messages = documentErrors(text);
      expect(messages.length).toBeGreaterThan(0);
      for (const message of messages) {
        expect(message.length).toBeLessThanOrEqual(400);
        expect(times(message, "x".repeat(150))).toBeLessThanOrEqual(1);
      }
    }
  });

  it("keeps its beginning and its end, and is cut once", () => {
    const message = `a ${"b ".repeat(400)}Accepted: 1 to 5.`;
    expect(cutMessage(message)).toMatch(/^a b .* … .*Accepted: 1 to 5\.$/);
    fc.assert(
      fc.property(
        fc.string({ maxLength: 2_000, unit: fc.constantFrom("a", '"', " ", "\\", "é") }),
        (text) => {
          const cut = cutMessage(text);
          expect(cut.length).toBeLessThanOrEqual(400);
          expect(cutMessage(cut)).toBe(cut);
        },
      ),
    );
  });

  it("that is short is left alone", () => {
    for (const message of ['Cannot query field "nam" on type "Title".', "first: 101. Accepted: 0 to 100."])
      expect(cutMessage(message)).toBe(message);
  });
});
