import { whatWasSaid } from "./documents/measure.js";
import { exchange, postOf } from "./exchange.js";
import { type Subject } from "./subject.js";

/** An answer as a client reads it. */
export interface Asked {
  status: number;
  /** The head of the answer, first line included. */
  head: string;
  /** A code of refusal, `answered`, or how it failed. */
  said: string;
  ms: number;
  /** Of the answer, where it is JSON. */
  data: Record<string, unknown> | null;
  errors: readonly { message: string; extensions?: Record<string, unknown> }[];
}

/** What goes with a document. */
export interface AskOptions {
  variables?: Readonly<Record<string, unknown>>;
  headers?: Readonly<Record<string, string>>;
  /** Time after which an answer is no longer waited for. Milliseconds. */
  patienceMs?: number;
  /** The client's address. */
  from?: string;
}

const PATIENCE_MS = 60_000;

/** Sends one document, or a body that is given as it is. */
export async function ask(
  { url, graphql }: Pick<Subject, "url" | "graphql">,
  query: string | { body: string },
  { variables, headers, patienceMs = PATIENCE_MS, from }: AskOptions = {},
): Promise<Asked> {
  const body = typeof query === "string" ? JSON.stringify({ query, variables }) : query.body;
  const answer = await exchange(url, postOf(graphql, body, headers), { patienceMs, from });
  const { status, head, ms } = answer;
  return { status, head, ms, said: whatWasSaid(answer), ...read(answer.body) };
}

function read(body: Buffer): Pick<Asked, "data" | "errors"> {
  try {
    const { data = null, errors = [] } = JSON.parse(body.toString()) as Partial<
      Pick<Asked, "data" | "errors">
    >;
    return { data, errors };
  } catch {
    return { data: null, errors: [] };
  }
}
