import { setTimeout as sleep } from "node:timers/promises";

import { ask, type Asked } from "../../scripts/abuse/ask.js";
import { type Marquee } from "../../scripts/abuse/ground.js";
import { type Summary } from "../../scripts/pressure/phase.js";
import { capacityOf, standBehind, startGenerator } from "./generators.js";
import { emailOf, PASSWORD, type TenantsGround } from "./ground.js";
import { inPairs, pooled, type Pair, type Pooled } from "./pooled.js";
import { finding, type Finding } from "../findings.js";
import { watchThreads } from "./threads.js";

const TRIES = 1_000;
/** For how long they go on, in slices between which it is calm for as long: all within a minute of what is limited. Seconds. */
const SECONDS = 20;
const SLICES = 8;
/** Guesses sent at once. */
const AT_ONCE = 16;
/** Passwords in one document, and in one batch. */
const ALIASES = 4;
const BATCH = 50;
/** What an account, an address and a tenant may have evaluated in a minute (src/budgets/sign-in-guesses.ts). */
const OF_ACCOUNT = 10;
const OF_ADDRESS = 100;
const OF_TENANT = 1_000;
const WINDOW_MS = 60_000;
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

/** What a round of a way came to. */
interface Round extends Said {
  pairs: Pair[];
  threads: number;
  ownerIn: number;
}

/** A thousand passwords tried in every way: how many are evaluated, whether the owner gets in, what others notice. */
export async function guessing(ground: TenantsGround, rounds: number): Promise<Finding> {
  const gateway = await ground.start();
  const load = startGenerator();
  // Guesses and looks at threads are not to slow down, on the processor of the load, what is measured.
  standBehind(0);
  const tenants = ground.shared.slice(1, 21).map(({ slug }) => slug);
  const target = { gateway, tenant: ground.guessed.slug };
  const rows: (string | number)[][] = [];
  const missed: string[] = [];
  try {
    const rate = (await capacityOf(load, gateway.url, tenants)) / 4;
    const slice = { url: gateway.url, tenants, seconds: SECONDS / SLICES, rate, each: true };
    const read = () => load.ask(slice);
    for (const way of WAYS) {
      const seen: Round[] = [];
      for (let round = 0; round < rounds; round += 1) seen.push(await inRound(way, target, round, read));
      const found = pooled(seen.flatMap(({ pairs }) => pairs));
      rows.push(rowOf(way, seen, found));
      missed.push(...missedBy(way, seen, found.ratio));
      console.error(rows.at(-1)?.join(" "));
    }
    const flood = await floodTenant(gateway, target.tenant);
    rows.push([
      "accounts and addresses, each another",
      flood.evaluated,
      flood.allowed,
      "",
      "",
      "",
      "",
      "",
      "",
    ]);
    if (flood.evaluated > flood.allowed) missed.push(`of the tenant ${flood.evaluated} were evaluated`);
  } finally {
    load.end();
    await gateway.close();
  }
  return described(rows, missed, rounds);
}

/** What is guessed at. */
interface Target {
  gateway: Marquee;
  tenant: string;
}

async function inRound(
  way: Way,
  { gateway, tenant }: Target,
  round: number,
  read: () => Promise<Summary>,
): Promise<Round> {
  const first = await ownerSignsIn(gateway, tenant, way, round);
  // Looked at both times, for looking costs something as well.
  const watch = watchThreads(gateway.pid);
  const said = { evaluated: 0, odd: 0 };
  const pairs = await inPairs(SLICES, async (n, kind) => {
    const trying = kind === "during" ? trySome(way, { gateway, tenant }, round, n, said) : null;
    const [{ each }] = await Promise.all([read(), trying]);
    return each;
  });
  const threads = await watch.most();
  return {
    ...said,
    pairs,
    threads,
    ownerIn: first + (await ownerSignsIn(gateway, tenant, way, round)),
  };
}

const mostOf = (rounds: readonly Round[], name: keyof Said | "threads") =>
  Math.max(...rounds.map((round) => round[name]));

function rowOf(
  { name, allowed }: Way,
  rounds: readonly Round[],
  { calm, during, ratio, low, high }: Pooled,
): (string | number)[] {
  const owner = rounds.reduce((sum, { ownerIn }) => sum + ownerIn, 0);
  return [
    name,
    mostOf(rounds, "evaluated"),
    allowed,
    `${owner} of ${2 * rounds.length}`,
    mostOf(rounds, "threads"),
    calm.p99,
    during.p99,
    ratio,
    `${low.toFixed(2)} to ${high.toFixed(2)}`,
  ];
}

function missedBy({ name, allowed }: Way, rounds: readonly Round[], ratio: number): string[] {
  const evaluated = mostOf(rounds, "evaluated");
  return [
    ...(evaluated > allowed ? [`${evaluated} were evaluated`] : []),
    ...(mostOf(rounds, "odd") > 0 ? ["answers of another kind"] : []),
    ...(rounds.some(({ ownerIn }) => ownerIn < 2) ? ["the owner was kept out"] : []),
    ...(mostOf(rounds, "threads") > MOST_THREADS ? ["more than two threads hash"] : []),
    ...(ratio > MOST_RATIO ? [`the others' p99 is ${ratio.toFixed(2)} ×`] : []),
  ].map((what) => `${name}: ${what}`);
}

function described(rows: (string | number)[][], missed: string[], rounds: number): Finding {
  return finding({
    heading: "Guessed passwords",
    note: `${TRIES} passwords within ${SECONDS} s, ${AT_ONCE} requests at once at most, for an account of one tenant (on the last lines for addresses that have no account): ${ALIASES} a document, ${BATCH} a batch, one a connection, one an address of the client. Evaluated is what was answered BAD_CREDENTIALS, the most of ${rounds} rounds; all else was refused. Before and after, the owner signs in from where it always does. Meanwhile 20 other tenants ask for lists, a quarter of what the gateway can answer, in ${SLICES} slices of ${SECONDS / SLICES} s without the guesses and as many with them a round, in turn; quantiles of all requests of either, and of the ratio the 95 % interval by bootstrap over the slices. Threads are those of hashing that computed at once, as the kernel says. Goals: what is allowed, the owner in, ${MOST_THREADS} threads, the others' p99 at most ${MOST_RATIO} ×.`,
    columns: [
      "tried as",
      "evaluated",
      "allowed",
      "owner in",
      "threads at once",
      "others' p99, ms",
      "while guessing, ms",
      "ratio",
      "95 % interval",
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

/** Sends those of one slice, evenly over its time. @param said what is added to. */
async function trySome(
  way: Way,
  { gateway, tenant }: Target,
  round: number,
  slice: number,
  said: Said,
): Promise<void> {
  const all = Math.ceil(way.tries / way.holds);
  const [first, end] = [slice, slice + 1].map((n) => Math.floor((n * all) / SLICES)) as [number, number];
  const begun = performance.now();
  const found = await inTurn(end - first, async (n) => {
    await sleep(Math.max(0, begun + (n / all) * SECONDS * 1_000 - performance.now()));
    return way.send(gateway, tenant, round, first + n);
  });
  said.evaluated += found.evaluated;
  said.odd += found.odd;
}

/** As many accounts as addresses, more than a tenant's minute has; where it takes longer, what the next one has as well. */
async function floodTenant(
  gateway: Marquee,
  tenant: string,
): Promise<{ evaluated: number; allowed: number }> {
  const send = (n: number) =>
    ask(gateway, document(`somebody${n}@example.com`, 1), {
      headers: inTenant(tenant),
      from: addressOf(5_000 + n),
    });
  // Nothing of this minute is left to what was tried before, nor of that minute to this.
  await sleep(WINDOW_MS);
  const begun = performance.now();
  const { evaluated } = await inTurn(1_500, send);
  return { evaluated, allowed: OF_TENANT * (1 + Math.floor((performance.now() - begun) / WINDOW_MS)) };
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
    // Null where its time was over before it was looked at.
    const [error] = (payload as { errors: { code: string }[] } | null)?.errors ?? [{ code: "SIGN_IN_BUSY" }];
    if (error?.code === "BAD_CREDENTIALS") said.evaluated += 1;
    else if (!REFUSED.has(error?.code ?? "")) said.odd += 1;
  }
}
