import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { Connection } from "../../scripts/pressure/connection.js";
import { makeGround } from "../../scripts/pressure/ground.js";
import { quantile } from "../../scripts/pressure/phase.js";
import { finding, type Finding } from "../findings.js";
import { startGenerator } from "../tenants/generators.js";
import { DOCUMENTS, messageOf, TENANT } from "./documents.js";

const CONNECTIONS = 500;
const LOOK_MS = 250;
const WARM_SECONDS = 10;
const CROWD = 4;
const GOAL_MB = 250;

/** What a gateway's process takes with many connections open, all of which ask in turn, at half of what it can answer. */
export async function connections(seconds: number): Promise<Finding> {
  const ground = await makeGround([TENANT]);
  const gateway = await ground.start();
  const pid = gateway.child.pid!;
  const open = Array.from({ length: CONNECTIONS }, () => new Connection(gateway.url));
  const idle = residentMb(pid);
  const generator = startGenerator();
  const messages = Object.values(DOCUMENTS).map(messageOf);
  try {
    const full = await generator.ask({
      url: gateway.url,
      queries: Object.values(DOCUMENTS),
      headers: { "x-marquee-tenant": TENANT },
      seconds: WARM_SECONDS,
      connections: CROWD,
    });
    const rate = full.goodput / 2;
    const watch = watchMemory(pid);
    const { answered, failed } = await ask(open, messages, { rate, seconds });
    const seen = watch.end();
    const most = seen.at(-1)!;
    return finding({
      heading: "Connections",
      note: `A gateway with ${CONNECTIONS} connections open, which ask in turn for home pages, lists and searches, ${rate.toFixed(0)} times a second in all (half of what it answers to ${CROWD} that ask without a pause) for ${seconds} s. Resident memory of its process (\`VmRSS\`), four looks a second. Goal: ${GOAL_MB} MB.`,
      columns: ["", "MB"],
      rows: [
        ["started", idle],
        ["under load, median", quantile(seen, 0.5)],
        ["under load, most", most],
        ["answers", answered],
        ["failed", failed],
      ],
      missed: [
        ...(most > GOAL_MB ? [`${most.toFixed(0)} MB of ${GOAL_MB}`] : []),
        ...(failed > 0 ? [`${failed} failed`] : []),
      ],
    });
  } finally {
    generator.end();
    for (const connection of open) connection.close();
    await gateway.stop();
    await ground.close();
  }
}

/** Each connection asks once the others have. */
async function ask(
  open: readonly Connection[],
  messages: readonly Buffer[],
  { rate, seconds }: { rate: number; seconds: number },
): Promise<{ answered: number; failed: number }> {
  const counts = { answered: 0, failed: 0 };
  const asked: Promise<void>[] = [];
  const begun = performance.now();
  for (let sent = 0; performance.now() - begun < seconds * 1_000; await sleep(1)) {
    for (const due = ((performance.now() - begun) / 1_000) * rate; sent < due; sent += 1) {
      const answer = open[sent % open.length]!.send(messages[sent % messages.length]!);
      asked.push(
        answer.then(
          ({ status }) => void (counts[status === 200 ? "answered" : "failed"] += 1),
          () => void (counts.failed += 1),
        ),
      );
    }
  }
  await Promise.all(asked);
  return counts;
}

function watchMemory(pid: number): { end(): number[] } {
  const seen: number[] = [];
  const timer = setInterval(() => seen.push(residentMb(pid)), LOOK_MS);
  return {
    end: () => {
      clearInterval(timer);
      return seen.sort((a, b) => a - b);
    },
  };
}

/** Linux only (proc(5)). */
function residentMb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}
