import { setTimeout as sleep } from "node:timers/promises";

import { ask, type Asked } from "../../scripts/abuse/ask.js";
import { type Marquee } from "../../scripts/abuse/ground.js";
import { capacityOf, median, startGenerator } from "./generators.js";
import { emailOf, PASSWORD, type TenantsGround } from "./ground.js";
import { finding, type Finding } from "./report.js";
import { watchThreads } from "./threads.js";

const TRIES = 1_000;
/** For how long they go on. Seconds. */
const SECONDS = 10;
/** Guesses sent at once. */
const AT_ONCE = 16;
/** Passwords in one document, and in one batch. */
const ALIASES = 4;
const BATCH = 50;
/** What an account, an address and a tenant may have evaluated in a minute (src/budgets/sign-in-guesses.ts). */
const OF_ACCOUNT = 10;
const OF_ADDRESS = 100;
const OF_TENANT = 1_000;
const MOST_RATIO = 1.2;
const MOST_THREADS = 2;

/** How a thousand passwords are tried: `send` sends the nth request; it holds so many of them. */
interface Way {
  name: string;
  tries: number;
  holds: number;
  allowed: number;
  send(gateway: Marquee, tenant: string, round: number, n: number): Promise<Asked>;
}

const alias = (email: string, n: number) =>
  `g${n}: signIn(input: { email: "${email}", password: "guess ${n}" }) { accessToken errors { code } }`;
const document = (email: string, count: number) =>
  `mutation { ${Array.from({ length: count }, (_, n) => alias(email, n)).join(" ")} }`;
const batch = (email: string) =>
  JSON.stringify(Array.from({ length: BATCH }, () => ({ query: document(email, 1) })));
/** An address of the loopback, one for each of 65,000. */
const addressOf = (n: number) => `127.${100 + (n >> 14)}.${(n >> 7) & 127}.${1 + (n & 127)}`;

const inTenant = (tenant: string) => ({ "x-marquee-tenant": tenant });
/** Of each way and round the account is another, so that its minute begins with it. */
const own = (way: number, round: number) => emailOf(100 + way * 20 + round);

const WAYS: Way[] = [
  {
    name: "aliases",
    tries: TRIES,
    holds: ALIASES,
    allowed: OF_ACCOUNT,
    send: (gateway, tenant, round) =>
      ask(gateway, document(own(0, round), ALIASES), { headers: inTenant(tenant), from: addressOf(round) }),
  },
  {
    name: "batches",
    tries: TRIES,
    holds: BATCH,
    allowed: OF_ACCOUNT,
    send: (gateway, tenant, round) =>
      ask(gateway, { body: batch(own(1, round)) }, { headers: inTenant(tenant), from: addressOf(round) }),
  },
  {
    name: "connections",
    tries: TRIES,
    holds: 1,
    allowed: OF_ACCOUNT,
    send: (gateway, tenant, round) =>
      ask(gateway, document(own(2, round), 1), { headers: inTenant(tenant), from: addressOf(round) }),
  },
  {
    name: "addresses",
    tries: TRIES,
    holds: 1,
    allowed: OF_ACCOUNT,
    send: (gateway, tenant, round, n) =>
      ask(gateway, document(own(3, round), 1), { headers: inTenant(tenant), from: addressOf(1_000 + n) }),
  },
  {
    name: "accounts, from one address",
    tries: TRIES,
    holds: 1,
    allowed: OF_ADDRESS,
    send: (gateway, tenant, round, n) =>
      ask(gateway, document(`nobody${n}@example.com`, 1), {
        headers: inTenant(tenant),
        from: addressOf(3_000 + round),
      }),
  },
];

/** A thousand passwords tried in every way: how many are evaluated, whether the owner gets in, what others notice. */
export async function guessing(ground: TenantsGround, rounds: number): Promise<Finding> {
  const gateway = await ground.start();
  const load = startGenerator();
  const others = ground.shared.slice(1, 21).map(({ slug }) => slug);
  const tenant = ground.guessed.slug;
  const rows: (string | number)[][] = [];
  const missed: string[] = [];
  try {
    const rate = (await capacityOf(load, gateway.url, others)) / 4;
    const read = () => load.ask({ url: gateway.url, tenants: others, seconds: SECONDS, rate });
    for (const way of WAYS) {
      const [ratios, calm, during, evaluated, threads, odd]: number[][] = [[], [], [], [], [], []];
      let kept = 0;
      for (let round = 0; round < rounds; round += 1) {
        kept += await ownerSignsIn(gateway, tenant, way, round);
        const before = await read();
        const watch = watchThreads(gateway.pid);
        const [reading, said] = await Promise.all([read(), tryAll(way, gateway, tenant, round)]);
        threads!.push(await watch.most());
        kept += await ownerSignsIn(gateway, tenant, way, round);
        ratios!.push(reading.p99 / before.p99);
        calm!.push(before.p99);
        during!.push(reading.p99);
        evaluated!.push(said.evaluated);
        odd!.push(said.odd);
      }
      const [ratio, most] = [median(ratios!), Math.max(...evaluated!)];
      rows.push([
        way.name,
        most,
        way.allowed,
        `${kept} of ${2 * rounds}`,
        Math.max(...threads!),
        median(calm!),
        median(during!),
        ratio,
      ]);
      if (most > way.allowed) missed.push(`${way.name}: ${most} were evaluated`);
      if (Math.max(...odd!) > 0) missed.push(`${way.name}: answers of another kind`);
      if (kept < 2 * rounds) missed.push(`${way.name}: the owner was kept out`);
      if (Math.max(...threads!) > MOST_THREADS) missed.push(`${way.name}: more than two threads`);
      if (ratio > MOST_RATIO) missed.push(`${way.name}: the others' p99 is ${ratio.toFixed(2)} ×`);
    }
    const flood = await floodTenant(gateway, tenant);
    rows.push(["accounts and addresses", flood, OF_TENANT, "", "", "", "", ""]);
    if (flood > OF_TENANT) missed.push(`of the tenant ${flood} were evaluated`);
  } finally {
    load.end();
    await gateway.close();
  }
  return finding({
    heading: "Guessed passwords",
    note: `${TRIES} passwords within ${SECONDS} s, ${AT_ONCE} requests at once, for an account of one tenant (on the last lines for ${TRIES} addresses that have no account): ${ALIASES} a document, ${BATCH} a batch, one a connection, one an address of the client. Evaluated is what was answered BAD_CREDENTIALS, the most of ${rounds} rounds; all else was refused. Before and after, the owner signs in from where it always does. Meanwhile 20 other tenants ask for lists, a quarter of what the gateway can answer: ${SECONDS} s without, ${SECONDS} s with the guesses, in turn; medians. Threads are those that were computing at once beside the main thread, of hashing, as the kernel says.`,
    columns: [
      "tried as",
      "evaluated",
      "allowed",
      "owner in",
      "threads at once",
      "others' p99, ms",
      "while guessing, ms",
      "ratio",
    ],
    rows,
    missed,
  });
}

/** The owner's own address is known from the first time on. @returns 1 where it got in. */
async function ownerSignsIn(gateway: Marquee, tenant: string, way: Way, round: number): Promise<number> {
  const email = own(WAYS.indexOf(way), round);
  const query = `mutation { signIn(input: { email: "${email}", password: "${PASSWORD}" }) { accessToken } }`;
  const { data } = await ask(gateway, query, { headers: inTenant(tenant), from: "127.90.0.1" });
  return (data?.signIn as { accessToken: string | null } | null)?.accessToken ? 1 : 0;
}

interface Said {
  evaluated: number;
  /** Answers that are neither a wrong password nor a refusal. */
  odd: number;
}

/** Sends all of them, evenly over the time. */
async function tryAll(way: Way, gateway: Marquee, tenant: string, round: number): Promise<Said> {
  const requests = Math.ceil(way.tries / way.holds);
  const begun = performance.now();
  return inTurn(requests, async (n) => {
    await sleep(Math.max(0, begun + (n / requests) * SECONDS * 1_000 - performance.now()));
    return way.send(gateway, tenant, round, n);
  });
}

/** As many accounts as addresses, more than a tenant's minute has. @returns how many were evaluated. */
async function floodTenant(gateway: Marquee, tenant: string): Promise<number> {
  const send = (n: number) =>
    ask(gateway, document(`somebody${n}@example.com`, 1), {
      headers: inTenant(tenant),
      from: addressOf(5_000 + n),
    });
  return (await inTurn(1_500, send)).evaluated;
}

async function inTurn(requests: number, send: (n: number) => Promise<Asked>): Promise<Said> {
  const said = { evaluated: 0, odd: 0 };
  let next = 0;
  const work = async () => {
    for (let n = next++; n < requests; n = next++) count(await send(n), said);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return said;
}

const REFUSED = new Set(["TOO_MANY_GUESSES", "SIGN_IN_BUSY"]);

function count({ data, status }: Asked, said: Said): void {
  if (data === null) {
    // A batch, or a crowd.
    if (status !== 400 && status !== 503) said.odd += 1;
    return;
  }
  for (const payload of Object.values(data)) {
    const { errors } = payload as { errors: { code: string }[] };
    if (errors[0]?.code === "BAD_CREDENTIALS") said.evaluated += 1;
    else if (!REFUSED.has(errors[0]?.code ?? "")) said.odd += 1;
  }
}
