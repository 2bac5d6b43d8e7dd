// A process that asks a gateway at a rate that does not depend on how it answers (open loop), or with so many requests
// under way (closed loop). Told what to do by messages; every phase is answered with its figures.
import { type Answer, Connection, message } from "./connection.js";
import { summarise, type Phase, type Summary } from "./phase.js";

/** Requests under way at most: past that the machine of the client is what is measured. */
const MOST_OPEN = 2_000;

process.on("message", (phase: Phase) => {
  void run(phase).then((summary) => process.send?.(summary));
});

async function run(phase: Phase): Promise<Summary> {
  const messages = messagesOf(phase);
  const idle: Connection[] = [];
  const answers: (Answer & { at: number })[] = [];
  let failed = 0;
  let open = 0;
  let skipped = 0;
  const started = performance.now();
  const ask = async (n: number): Promise<void> => {
    const connection = idle.pop() ?? new Connection(phase.url);
    const at = performance.now() - started;
    open += 1;
    try {
      answers.push({ at, ...(await connection.send(messages[n % messages.length] as Buffer)) });
      if (!connection.isClosed) idle.push(connection);
    } catch {
      failed += 1;
    } finally {
      open -= 1;
    }
  };
  const ms = phase.seconds * 1_000;
  if (phase.connections !== undefined) {
    const converse = async (first: number) => {
      for (let n = first; performance.now() - started < ms; n += 1) await ask(n);
    };
    await Promise.all(Array.from({ length: phase.connections }, (_, n) => converse(n)));
  } else {
    for (let sent = 0; performance.now() - started < ms;) {
      const due = Math.floor(((performance.now() - started) / 1_000) * (phase.rate ?? 0));
      for (; sent < due; sent += 1)
        if (open < MOST_OPEN) void ask(sent);
        else skipped += 1;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    for (const until = performance.now() + 5_000; open > 0 && performance.now() < until;)
      await new Promise((resolve) => setTimeout(resolve, 10));
  }
  for (const connection of idle) connection.close();
  return summarise(answers, { ...phase, failed: failed + open, skipped });
}

function messagesOf({ queries, headers, tenants }: Phase): Buffer[] {
  if (!tenants) return queries.map((query) => message(query, headers));
  return queries.flatMap((query) =>
    tenants.map((slug) => message(query, { ...headers, "x-marquee-tenant": slug })),
  );
}
