import { exchange, postOf, type Exchange } from "../exchange.js";
import { type LoopWatch } from "../loop-watch.js";
import { type Subject } from "../subject.js";
import { type Family } from "./family.js";

/** How a family is sent. */
export interface Dose {
  /** Bytes of a body, about. */
  sizes: readonly number[];
  /** Documents of each size. */
  times: number;
  /** Time after which an answer is no longer waited for. Milliseconds. */
  patienceMs: number;
}

/** What a server did with a family. */
export interface Effect {
  family: string;
  /** What it answered, by size: a code of refusal, `answered`, or how it failed. */
  answers: readonly { size: number; said: string }[];
  /** Slowest answer. Milliseconds. */
  slowestMs: number;
  /** Longest time for which its loop was at work while somebody waited; see `LoopView`. Milliseconds. */
  blockedMs: number;
  /** Longest delay of the loop as the server sees it; on a busy machine also that of others. Milliseconds. */
  loopDelayMs: number;
  /** Largest answer. Bytes. */
  bytes: number;
  /** Live objects more than before, once the garbage is collected. Bytes. */
  keptBytes: number;
  /** Whether the process lived. */
  survived: boolean;
}

/** Sends documents of a family one after the other, each of them new to the server. */
export async function measureFamily(
  subject: Subject,
  watch: LoopWatch,
  family: Family,
  { sizes, times, patienceMs }: Dose,
): Promise<Effect> {
  const before = await subject.testify();
  await watch.look();
  const found: { size: number; answer: Exchange }[] = [];
  for (const size of sizes)
    for (let time = 0; time < times && subject.isUp() && found.at(-1)?.answer.outcome !== "hung"; time += 1) {
      const body = family.make(size, found.length + 1);
      found.push({
        size,
        answer: await exchange(subject.url, postOf(subject.graphql, body), { patienceMs }),
      });
    }
  const { blockedMs } = await watch.look();
  const after = await subject.testify().catch(() => null);
  return {
    family: family.name,
    answers: found.map(({ size, answer }) => ({ size, said: whatWasSaid(answer) })),
    slowestMs: Math.max(...found.map(({ answer }) => answer.ms)),
    blockedMs,
    loopDelayMs: after?.loopDelayMs ?? Infinity,
    bytes: Math.max(...found.map(({ answer }) => answer.body.length)),
    keptBytes: after ? after.heapBytes - before.heapBytes : 0,
    survived: subject.isUp(),
  };
}

/** One word for an answer. */
export function whatWasSaid({ outcome, status, body }: Exchange): string {
  if (outcome !== "answered") return outcome;
  try {
    const { errors } = JSON.parse(body.toString()) as { errors?: { extensions?: { code?: unknown } }[] };
    if (!errors) return status < 400 ? "answered" : String(status);
    const code = errors[0]?.extensions?.code;
    return typeof code === "string" ? code : `${status} without a code`;
  } catch {
    return `${status}, not JSON`;
  }
}
