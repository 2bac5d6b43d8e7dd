import { readFileSync } from "node:fs";
import path from "node:path";

import { ROOT } from "../../environment.js";
import { LIMITS } from "../../../src/limits/limits.js";
import { ask } from "../ask.js";
import { watchLoop } from "../loop-watch.js";
import { figure, type Finding } from "../report.js";
import { type Subject } from "../subject.js";
import { MAX_BLOCKED_MS } from "./documents.suite.js";

const TRIES = 1_000;
const EMAIL = "viewer@meridian.example";
const guess = (n: number) =>
  `g${n}: signIn(input: { email: "${EMAIL}", password: "guess ${n}" }) { accessToken errors { code } }`;
const guesses = (count: number) => Array.from({ length: count }, (_, n) => guess(n)).join(" ");
const batch = (count: number) =>
  JSON.stringify(Array.from({ length: count }, (_, n) => ({ query: `mutation { ${guess(n)} }` })));

/** What one password that is tried is taken to cost, as the printed schema says. */
function costOfSignIn(): number {
  const schema = readFileSync(path.join(ROOT, "schema/schema.graphql"), "utf8");
  const [, weight] = /\n {2}signIn\([^)]*\): \w+ @cost\(weight: "(\d+)"\)/.exec(schema) ?? [];
  return Number(weight);
}

/** Passwords guessed by aliases, fragments and batches: how many of a thousand are evaluated. */
export async function guessing(subject: Subject): Promise<Finding> {
  const allowed = Math.floor(LIMITS.cost.standard / costOfSignIn());
  const spread = Array.from({ length: TRIES }, () => "...G").join(" ");
  const forms: [string, string | { body: string }][] = [
    ["1,000 aliases", `mutation { ${guesses(TRIES)} }`],
    ["1,000 fragments spread", `mutation { ${spread} } fragment G on Mutation { ${guess(0)} }`],
    ["30 aliases", `mutation { ${guesses(30)} }`],
    ["a batch of 1,000", { body: batch(TRIES) }],
    ["as many as may be", `mutation { ${guesses(allowed - 1)} }`],
  ];
  const watch = await watchLoop(subject);
  try {
    const rows: [string, string, number, number, number][] = [];
    for (const [form, document] of forms) {
      await watch.look();
      const { said, data, ms } = await ask(subject, document);
      const { blockedMs } = await watch.look();
      rows.push([form, said, data === null ? 0 : Object.keys(data).length, figure(ms), figure(blockedMs)]);
    }
    return {
      heading: "Guesses in one request",
      note: `Passwords of one account, tried in one request. A request may cost ${LIMITS.cost.standard} and a sign-in costs ${costOfSignIn()}, so that at most ${allowed} are evaluated.`,
      columns: ["form", "answer", "evaluated", "ms", "blocked ms"],
      rows,
      broken: [
        // Else nothing here would have been able to try one.
        ...(rows.at(-1)?.[2] === allowed - 1 ? [] : ["what is allowed was not evaluated"]),
        ...rows.flatMap(([form, , evaluated]) =>
          evaluated > allowed ? [`${form}: ${evaluated} passwords were tried`] : [],
        ),
      ],
      slow: rows.flatMap(([form, , , , blockedMs]) =>
        blockedMs > MAX_BLOCKED_MS ? [`${form}: the loop was blocked for ${blockedMs} ms`] : [],
      ),
    };
  } finally {
    await watch.close();
  }
}
