import { looksAt, sends, type Check } from "./check.js";

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const JSON_TYPE = { "content-type": "application/json" };
const inUrl = (query: string) => `/graphql?query=${encodeURIComponent(query)}`;
const times = (count: number, part: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => part(n)).join(" ");

/** Whether an answer is one of `__typename`. */
function answersTypename(text: string): boolean {
  try {
    const { data } = JSON.parse(text) as { data?: { __typename?: unknown } | null };
    return data?.__typename !== undefined;
  } catch {
    return false;
  }
}

/** Looks at the answer to a request of any form. */
function looksAtAnswer(
  name: string,
  [method, path, headers, body]: [string, string, Readonly<Record<string, string>>?, string?],
  isFlagged: (text: string) => boolean,
): Check {
  return {
    name,
    run: async (subject) => {
      const { text, said } = await sends(subject, method, path, headers, body);
      return { flagged: isFlagged(text), said };
    },
  };
}

const isIde = (text: string) => /graphiql|graphql.playground/i.test(text);
const suggests = (messages: readonly { message: string }[]) =>
  messages.some(({ message }) => message.includes("Did you mean"));
const batch = JSON.stringify(Array.from({ length: 10 }, () => ({ query: "query cop { __typename }" })));

/**
 * What graphql-cop 1.15 (Dolev Farhi, MIT) looks for, and when it flags it: the checks of its `lib/tests`, the one that
 * it has retired included (a field 500 times). Sent and judged anew here, so that Python is not needed.
 */
export const GRAPHQL_COP: readonly Check[] = [
  looksAt("field suggestions", "query cop { __schema { directive } }", ({ errors }) => suggests(errors)),
  looksAt("introspection", "query cop { __schema { types { name fields { name } } } }", ({ data }) =>
    Boolean(data?.__schema),
  ),
  looksAtAnswer("an IDE at /", ["GET", "/", { accept: "text/html" }], isIde),
  looksAtAnswer("an IDE at /graphql", ["GET", "/graphql", { accept: "text/html" }], isIde),
  looksAtAnswer("queries by GET", ["GET", inUrl("query cop {__typename}")], answersTypename),
  looksAtAnswer("mutations by GET", ["GET", inUrl("mutation cop {__typename}")], answersTypename),
  looksAtAnswer(
    "queries in a form",
    ["POST", "/graphql", FORM, "query=query+cop+%7B__typename%7D"],
    answersTypename,
  ),
  looksAt("101 aliases", `query cop { ${times(101, (n) => `alias${n}: __typename`)} }`, ({ data }) =>
    Boolean(data?.alias100),
  ),
  looksAtAnswer("a batch of 10", ["POST", "/graphql", JSON_TYPE, batch], (text) =>
    text.trimStart().startsWith("["),
  ),
  looksAt(
    "10 directives at a field",
    `query cop { __typename ${times(10, () => "@aa")} }`,
    ({ errors }) => errors.length >= 10,
  ),
  looksAt(
    "introspection in a circle",
    `query cop { __schema { types { ${"fields { type { ".repeat(4)} name ${"} } ".repeat(4)} } } }`,
    ({ data }) => Boolean(data?.__schema),
  ),
  looksAt("a field 500 times", `query cop { ${times(500, () => "__typename")} }`, ({ data }) =>
    Boolean(data?.__typename),
  ),
  looksAtAnswer("tracing", ["POST", "/graphql", JSON_TYPE, '{"query":"query cop { __typename }"}'], (text) =>
    /"tracing"/i.test(text),
  ),
  looksAt("errors unhandled", "qwerty cop { abc }", ({ errors }) =>
    errors.some(({ extensions = {} }) => "exception" in extensions || "stacktrace" in extensions),
  ),
];
