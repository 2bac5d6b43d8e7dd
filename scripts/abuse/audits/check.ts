import { ask, type Asked, type AskOptions } from "../ask.js";
import { whatWasSaid } from "../documents/measure.js";
import { bytesOf } from "../malformed/sent-request.js";
import { exchange } from "../exchange.js";
import { type Subject } from "../subject.js";

/** What an auditor looks for. */
export interface Check {
  name: string;
  run(subject: Subject): Promise<Verdict>;
}

/** What came of a check. */
export interface Verdict {
  /** Whether what it looks for is there. */
  flagged: boolean;
  /** What was answered: a code of refusal, `answered`, or how it failed. */
  said: string;
}

/** Looks at the answer to a document. */
export function looksAt(name: string, query: string, isFlagged: (answer: Asked) => boolean): Check {
  return {
    name,
    run: async (subject) => {
      const answer = await asks(subject, query);
      return { flagged: isFlagged(answer), said: answer.said };
    },
  };
}

const PATIENCE_MS = 60_000;

/** As auditors send: JSON, and whatever answer there is. */
function asks(subject: Subject, query: string, options: AskOptions = {}): Promise<Asked> {
  return ask(subject, query, { ...options, headers: { accept: "*/*", ...options.headers } });
}

/** A request of another form. @returns the body of the answer. */
export async function sends(
  subject: Subject,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body = "",
): Promise<{ text: string; said: string }> {
  const bytes = bytesOf({ method, path, headers, body }, new URL(subject.url).host);
  const answer = await exchange(subject.url, bytes, { patienceMs: PATIENCE_MS });
  return { text: answer.body.toString(), said: whatWasSaid(answer) };
}
