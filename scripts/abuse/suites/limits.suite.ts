import { asking } from "../documents/family.js";
import { whatWasSaid } from "../documents/measure.js";
import { exchange, postOf } from "../exchange.js";
import { watchLoop, type LoopWatch } from "../loop-watch.js";
import { figure, type Finding } from "../report.js";
import { type Subject } from "../subject.js";
import { MAX_BLOCKED_MS, MAX_KEPT_BYTES } from "./documents.suite.js";

const PATIENCE_MS = 60_000;
/** Answers to what is refused are no longer than this. Bytes. */
const MAX_REFUSAL = 5_000;

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join(" ");
const similar = (first: number, inside: string) =>
  `similar(first: ${first}) { edges { node { ${inside} } } }`;
const titles = (first: number, inside: string) => `titles(first: ${first}) { edges { node { ${inside} } } }`;
const doubling = (n: number) =>
  `fragment F${n} on Title { a: ${similar(1, `...F${n + 1}`)} b: ${similar(1, `...F${n + 1}`)} }`;
const keys = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`unknown${n}${"x".repeat(60)}`, n]));
const rating = "mutation ($input: RateTitleInput!) { rateTitle(input: $input) { errors { code } } }";

/** A request that took a gateway without limits down, or was taken for a fault of its own, and what has to be answered. */
interface Row {
  name: string;
  body: string;
  said: RegExp;
}

const ROWS: readonly Row[] = [
  {
    name: "13 fragments that double",
    body: asking(`{ ${titles(1, "...F0")} } ${times(13, doubling)} fragment F13 on Title { id }`),
    said: /^TOO_/,
  },
  {
    name: "titles(100), similar(100), similar(100)",
    body: asking(`{ ${titles(100, similar(100, similar(100, "name")))} }`),
    said: /^TOO_EXPENSIVE$/,
  },
  {
    name: "1,000 aliases of search",
    body: asking(`{ ${times(1_000, (n) => `s${n}: search(query: "a${n}", first: 1) { totalCount }`)} }`),
    said: /^TOO_/,
  },
  {
    name: "1,000 aliases of signIn",
    body: asking(
      `mutation { ${times(1_000, (n) => `s${n}: signIn(input: { email: "viewer@meridian.example", password: "p${n}" }) { accessToken }`)} }`,
    ),
    said: /^(TOO_|BODY_)/,
  },
  {
    name: "10,000 runtime errors",
    body: asking(`{ ${times(10_000, (n) => `e${n}: title(id: "?") { id }`)} }`),
    said: /^(TOO_|BODY_)/,
  },
  {
    name: "as many runtime errors as may be",
    body: asking(
      `{ ${titles(
        100,
        times(9, (n) => `e${n}: similar(first: -1) { edges { cursor } }`),
      )} }`,
    ),
    said: /^INVALID_PAGE$/,
  },
  { name: "209 KB of unknown keys", body: asking(rating, { input: keys(2_800) }), said: /^(TOO_|BODY_)/ },
  { name: "110 KB of unknown keys", body: asking(rating, { input: keys(1_400) }), said: /^BAD_USER_INPUT$/ },
  {
    name: "60 bad enum values",
    body: asking(`{ titles(filter: { kinds: [${times(60, (n) => `NOPE${n}`)}] }) { totalCount } }`),
    said: /^GRAPHQL_VALIDATION_FAILED$/,
  },
  {
    name: "700 nested selections",
    body: asking(`{ ${"a { ".repeat(700)}a${" }".repeat(700)} }`),
    said: /^TOO_/,
  },
  {
    name: "a persisted-query hash that does not match",
    body: JSON.stringify({
      query: "{ __typename }",
      extensions: { persistedQuery: { version: 1, sha256Hash: "0".repeat(64) } },
    }),
    said: /^BAD_REQUEST$/,
  },
  {
    name: "subscription { __typename }",
    body: asking("subscription { __typename }"),
    said: /^GRAPHQL_VALIDATION_FAILED$/,
  },
];

/** Single requests of a visitor, each as large as it takes to harm a gateway that does not look before it works. */
export async function singleRequests(subject: Subject): Promise<Finding> {
  const watch = await watchLoop(subject);
  try {
    // What is done for the first time is compiled, and that is once in the life of a process.
    for (const row of ROWS) await send(subject, row);
    const begun = await subject.testify();
    const rows: (string | number)[][] = [];
    const broken: string[] = [];
    const slow: string[] = [];
    for (const row of ROWS) rows.push(await measure(subject, watch, row, { broken, slow }));
    const ended = await subject.testify();
    if (ended.heapBytes - begun.heapBytes > MAX_KEPT_BYTES) broken.push("memory is kept");
    return {
      heading: "Single requests",
      note: "Each sent once by a visitor without a token. “Blocked” is measured by another process, as above.",
      columns: ["request", "bytes", "answer", "ms", "blocked ms", "answered bytes", "resident MB more"],
      rows,
      broken,
      slow,
    };
  } finally {
    await watch.close();
  }
}

const send = ({ url, graphql }: Subject, { body }: Row) =>
  exchange(url, postOf(graphql, body), { patienceMs: PATIENCE_MS });

async function measure(
  subject: Subject,
  watch: LoopWatch,
  row: Row,
  { broken, slow }: { broken: string[]; slow: string[] },
): Promise<(string | number)[]> {
  const before = await subject.testify();
  await watch.look();
  const answer = await send(subject, row);
  const { blockedMs } = await watch.look();
  const after = await subject.testify();
  const said = whatWasSaid(answer);
  if (!row.said.test(said)) broken.push(`${row.name}: ${said}`);
  if (blockedMs > MAX_BLOCKED_MS) slow.push(`${row.name}: the loop was blocked for ${figure(blockedMs)} ms`);
  if (answer.body.length > MAX_REFUSAL && said.startsWith("TOO_")) broken.push(`${row.name}: a long refusal`);
  const more = figure(Math.max(0, after.residentBytes - before.residentBytes) / 2 ** 20);
  return [
    row.name,
    Buffer.byteLength(row.body),
    said,
    figure(answer.ms),
    figure(blockedMs),
    answer.body.length,
    more,
  ];
}
