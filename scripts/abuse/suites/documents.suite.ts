import { FAMILIES } from "../documents/families.js";
import { measureFamily, type Dose, type Effect } from "../documents/measure.js";
import { watchLoop } from "../loop-watch.js";
import { figure, type Finding } from "../report.js";
import { type Subject } from "../subject.js";

/** Time for which one request may keep the loop from all others. Milliseconds. */
export const MAX_BLOCKED_MS = 50;
/** Memory that may be kept after any of this. Bytes. */
export const MAX_KEPT_BYTES = 32 * 2 ** 20;

/** Whatever of these is answered is a client's mistake, or answered in full. */
const FAILED = /^(closed|hung|INTERNAL_SERVER_ERROR|STORE_UNAVAILABLE|5\d\d.*|.*without a code|.*not JSON)$/;

/** The families of hostile documents, each at sizes from 1 KB to 1 MB, or those given. */
export async function hostileDocuments(subject: Subject, dose: Dose): Promise<Finding> {
  const watch = await watchLoop(subject);
  try {
    // What is done for the first time is compiled, and that is once in the life of a process.
    for (const family of FAMILIES)
      await measureFamily(subject, watch, family, { ...dose, sizes: [500], times: 2 });
    const begun = await subject.testify();
    const effects: Effect[] = [];
    for (const family of FAMILIES) effects.push(await measureFamily(subject, watch, family, dose));
    const kept = (await subject.testify()).heapBytes - begun.heapBytes;
    const broken = [
      ...effects.flatMap(brokenBy),
      ...(kept > MAX_KEPT_BYTES ? [`${mb(kept)} MB are kept`] : []),
    ];
    const rows = effects.map((effect) => rowOf(effect, dose));
    return { ...describe(dose, kept), rows, broken, slow: effects.flatMap(slowBy) };
  } finally {
    await watch.close();
  }
}

function describe({ sizes, times }: Dose, kept: number): Pick<Finding, "heading" | "note" | "columns"> {
  return {
    heading: "Hostile documents",
    note: `${FAMILIES.length} families, ${times} documents of each size, none sent twice, one after the other by a visitor without a token. "Blocked" is the longest wait of a request to \`/healthz\`, sent every 5 ms by another process, as far as the gateway's main thread was at work in it (\`schedstat\`); "loop" what \`perf_hooks\` saw inside, other people's work on the machine included. After all of them and a garbage collection ${mb(kept)} MB more are alive than before.`,
    columns: [
      "family",
      ...sizes.map((size) => `${size / 1000} KB`),
      "slowest ms",
      "blocked ms",
      "loop ms",
      "largest answer, bytes",
    ],
  };
}

function rowOf(effect: Effect, { sizes }: Dose): (string | number)[] {
  const { family, answers, slowestMs, blockedMs, loopDelayMs, bytes } = effect;
  const cell = (size: number) => [
    ...new Set(answers.filter((each) => each.size === size).map((each) => each.said)),
  ];
  return [
    family,
    ...sizes.map((size) => cell(size).join(", ")),
    ...[slowestMs, blockedMs, loopDelayMs].map(figure),
    bytes,
  ];
}

function slowBy({ family, blockedMs }: Effect): string[] {
  return blockedMs > MAX_BLOCKED_MS ? [`${family}: the loop was blocked for ${figure(blockedMs)} ms`] : [];
}

function brokenBy({ family, answers, survived }: Effect): string[] {
  return [
    ...(survived ? [] : [`${family}: the process ended`]),
    ...answers
      .filter(({ said }) => FAILED.test(said))
      .map(({ size, said }) => `${family}, ${size} bytes: ${said}`),
  ];
}

function mb(bytes: number): number {
  return figure(bytes / 2 ** 20);
}
