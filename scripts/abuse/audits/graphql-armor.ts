import { fill, nest } from "../documents/family.js";
import { looksAt, type Check } from "./check.js";

/** How many times an attack goes beyond the default of the plug-in that is made against it. */
const TIMES = 10;

/** One that takes for ever is executed as well. */
const isExecuted = ({ data, said }: { data: unknown; said: string }) =>
  data !== null || said === "hung" || said === "closed";
const of = (count: number, part: (n: number) => string) =>
  Array.from({ length: count * TIMES }, (_, n) => part(n)).join(" ");
const SIMILAR = "similar(first:1) { edges { node { ";

/**
 * What the plug-ins of GraphQL Armor 3 (Escape, MIT) are there to stop, ten times beyond what each lets pass by default:
 * 15 aliases, 50 directives, 6 levels, 1,000 tokens, 15,000 characters and a cost of 5,000 (its documentation, one page
 * a plug-in). Flagged where it is executed.
 */
export const GRAPHQL_ARMOR: readonly Check[] = [
  looksAt("max-aliases: 150", `{ ${of(15, (n) => `a${n}: plans { name }`)} }`, isExecuted),
  looksAt("max-directives: 500", `{ plans { ${of(50, () => "name @include(if: true)")} } }`, isExecuted),
  looksAt(
    "max-depth: 60",
    `{ titles(first: 1) { edges { node { ${nest(20 * (SIMILAR.length + 5), SIMILAR, "id", "} } }")} } } } }`,
    isExecuted,
  ),
  looksAt("max-tokens: 10,000", `{ plans { ${of(1_000, () => "name")} } }`, isExecuted),
  looksAt(
    "character-limit: 150,000",
    `{ plans { ${fill(150_000, () => "#".repeat(99), "\n")}\n name } }`,
    isExecuted,
  ),
  looksAt(
    "cost-limit: 50,000",
    "{ titles(first: 100) { edges { node { similar(first: 100) { edges { node { id name } } } } } } }",
    isExecuted,
  ),
  looksAt("block-field-suggestions", "{ titels { id } plans { nmae } }", ({ errors }) =>
    errors.some(({ message }) => message.includes("Did you mean")),
  ),
];
