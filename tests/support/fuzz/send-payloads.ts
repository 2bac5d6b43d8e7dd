import { coerceInputValue } from "graphql";

import { type Place } from "./places.js";

/** What came back for one request. */
export interface Answered {
  status: number;
  text: string;
}

/** Sends one GraphQL request. */
export type Send = (request: { query: string; variables: Record<string, unknown> }) => Promise<Answered>;

/** A request that failed by no fault of what it asked for. */
export interface Fault {
  path: string;
  payloads: readonly unknown[];
  answer: string;
}

/** What was sent, by what was answered. */
export interface Figures {
  requests: number;
  values: number;
  /** Errors and refusals of payloads by their code. */
  codes: Map<string, number>;
}

/** Payloads of one request: an answer has five errors at most, so that more of them would hide what failed. */
const FIT_BATCH = 20;
const UNFIT_BATCH = 4;
/** What no answer says: faults of ours, and words that only our code and our stores know. */
const OURS =
  /INTERNAL_SERVER_ERROR|STORE_UNAVAILABLE|REQUEST_CANCELLED|node_modules|call stack|\bat \w+ \(\//;

/** Whether a value gets as far as the field that a place belongs to. */
export function fitsInto({ type }: Place, value: unknown): boolean {
  let sound = true;
  coerceInputValue(value, type, () => (sound = false));
  return sound;
}

/**
 * Sends payloads to a place, many in a request; where an answer leaves errors out, what it stood for is sent again in
 * smaller parts.
 *
 * @returns the requests that were answered by a fault.
 */
export async function sendPayloads(
  place: Place,
  payloads: readonly unknown[],
  send: Send,
  figures: Figures,
): Promise<Fault[]> {
  const fits = (value: unknown) => fitsInto(place, value);
  const batches = [
    ...chunks(payloads.filter(fits), FIT_BATCH),
    // What has another type ends a request before it is executed.
    ...chunks(
      payloads.filter((value) => !fits(value)),
      UNFIT_BATCH,
    ),
  ];
  const faults: Fault[] = [];
  for (const batch of batches) faults.push(...(await sendBatch(place, batch, send, figures)));
  return faults;
}

async function sendBatch(
  place: Place,
  payloads: readonly unknown[],
  send: Send,
  figures: Figures,
): Promise<Fault[]> {
  const variables = Object.fromEntries(payloads.map((value, at) => [`v${at}`, value]));
  const answer = await send({ query: place.document(payloads.length), variables });
  figures.requests += 1;
  const read = readAnswer(answer);
  if (read === null) {
    return payloads.length > 1
      ? halves(payloads, (half) => sendBatch(place, half, send, figures))
      : [{ path: place.path, payloads, answer: `${answer.status} ${answer.text.slice(0, 2_000)}` }];
  }
  if (read.omitted && payloads.length > 1)
    return halves(payloads, (half) => sendBatch(place, half, send, figures));
  figures.values += payloads.length;
  for (const code of read.codes) figures.codes.set(code, (figures.codes.get(code) ?? 0) + 1);
  return [];
}

async function halves<T, R>(all: readonly T[], of: (half: readonly T[]) => Promise<R[]>): Promise<R[]> {
  const middle = Math.ceil(all.length / 2);
  return [...(await of(all.slice(0, middle))), ...(await of(all.slice(middle)))];
}

interface Read {
  codes: string[];
  omitted: boolean;
}

/** @returns null for what is a fault. */
function readAnswer({ status, text }: Answered): Read | null {
  if (status >= 500 || OURS.test(text)) return null;
  const body = JSON.parse(text) as {
    data?: unknown;
    errors?: { extensions?: { code?: string } }[];
    extensions?: { errorsOmitted?: number };
  };
  if (!("data" in body || body.errors) || hasStuckPage(body.data)) return null;
  const told = (body.errors ?? []).map(({ extensions }) => extensions?.code ?? "none");
  return { codes: [...told, ...codesIn(body.data)], omitted: (body.extensions?.errorsOmitted ?? 0) > 0 };
}

interface PageFlags {
  hasNextPage?: boolean;
  endCursor?: string | null;
  hasPreviousPage?: boolean;
  startCursor?: string | null;
}

/** Whether a page somewhere in an answer says that it goes on, and gives no cursor to go on from. */
function hasStuckPage(value: unknown): boolean {
  if (value === null || typeof value !== "object") return false;
  const { hasNextPage, endCursor, hasPreviousPage, startCursor } = value as PageFlags;
  if ((hasNextPage && endCursor === null) || (hasPreviousPage && startCursor === null)) return true;
  return Object.values(value).some(hasStuckPage);
}

/** The codes of refusals in payloads. */
function codesIn(data: unknown): string[] {
  const payloads = Object.values((data ?? {}) as Record<string, { errors?: { code?: string }[] } | null>);
  return payloads.flatMap((payload) =>
    Array.isArray(payload?.errors) ? payload.errors.map(({ code }) => code ?? "none") : [],
  );
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) =>
    all.slice(at * size, (at + 1) * size),
  );
}
