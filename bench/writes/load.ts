// A process that writes progress through a gateway, on connections that each send the next write when the one before is
// acknowledged. Told what to do by messages; each is answered with its figures.
import { type Answer, Connection, message } from "../../scripts/pressure/connection.js";

/** What is written for a time. */
export interface Writing {
  url: string;
  seconds: number;
  connections: number;
  /** Access tokens of the profiles that write. */
  tokens: string[];
  /** Ids of the titles that they watch. */
  titles: string[];
}

/** What became of it. */
export interface Written {
  acknowledged: number;
  /** Answers that acknowledge nothing, and requests without one. */
  failed: number;
  perSecond: number;
  /** Until the acknowledgement. Milliseconds. */
  p50: number;
  p99: number;
}

const MUTATION =
  "mutation ($input: RecordProgressInput!) { recordProgress(input: $input) { consistencyToken errors { code } } }";
/** Messages that are made before anything is sent: making them is the client's work, and it shares the machine. */
const MESSAGES = 4_000;
/** Connections that they are tried on. */
const TRYING = 4;

/** Those that are acknowledged: of a title that its profile may meet. */
let messages: Buffer[] = [];

process.on("message", (writing: Writing) => {
  void prepare(writing)
    .then(() => write(writing))
    .then((written) => process.send?.(written));
});

async function prepare({ url, tokens, titles }: Writing): Promise<void> {
  if (messages.length > 0) return;
  const all = Array.from({ length: MESSAGES }, (_, n) => {
    const title = `Title:${titles[(n * 7) % titles.length]}`;
    const input = { title, positionSeconds: 1 + ((n * 30) % 3_000), device: "TV" };
    return message(
      { query: MUTATION, variables: { input } },
      { authorization: `Bearer ${tokens[n % tokens.length]}` },
    );
  });
  const tries = all.values();
  const found: Buffer[] = [];
  const converse = async (connection: Connection) => {
    for (const each of tries) if (isAcknowledged(await connection.send(each))) found.push(each);
    connection.close();
  };
  await Promise.all(Array.from({ length: TRYING }, () => converse(new Connection(url))));
  messages = found;
}

async function write({ url, seconds, connections }: Writing): Promise<Written> {
  const took: number[] = [];
  let next = 0;
  let failed = 0;
  const until = performance.now() + seconds * 1_000;
  const converse = async () => {
    let connection = new Connection(url);
    while (performance.now() < until) {
      const answer = await connection.send(messages[(next += 1) % messages.length]!).catch(() => null);
      if (answer && isAcknowledged(answer)) took.push(answer.ms);
      else failed += 1;
      if (connection.isClosed) connection = new Connection(url);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, converse));
  took.sort((a, b) => a - b);
  const at = (share: number) => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? NaN;
  return { acknowledged: took.length, failed, perSecond: took.length / seconds, p50: at(0.5), p99: at(0.99) };
}

function isAcknowledged({ status, body }: Answer): boolean {
  return status === 200 && body.includes('"errors":[]');
}
