// The benchmark's figures as a page of Markdown.
import { cpus } from "node:os";

/** Who is measured: Marquee or a peer, and the shape of its data. */
export interface Contender {
  group: "in-memory" | "postgres";
  name: string;
  peer: "marquee" | "apollo" | "mercurius" | "pg";
  data: "memory" | "loaders" | "documents" | "postgres" | "postgres-anew";
}

/** A contender that has been measured. */
export interface MeasuredContender extends Contender {
  rounds: Round[];
}

/** CPU time of the server a request, and requests answered a second. */
export interface Round {
  microseconds: number;
  perSecond: number;
}

/** What a run was like. */
export interface RunShape {
  /** Length of the answer. */
  bytes: number;
  rounds: number;
  seconds: number;
  connections: number;
  pinned: boolean;
}

const TABLES: { heading: string; note: string; pick: (contender: Contender) => boolean }[] = [
  {
    heading: "In memory, peers through DataLoader",
    note: "The cost of the gateways: no store. Marquee reads the list as documents, through its DataLoader; they never change, as those that it keeps of a store's answers, so that it keeps what it has written of them; the peers read titles, studios, credits and people through one DataLoader each, as is usual with them.",
    pick: ({ group, data }) => group === "in-memory" && data !== "documents",
  },
  {
    heading: "In memory, everybody reading documents",
    note: "The same, with the studio and the credits of a title in the peers' hands when they read it, as in Marquee's.",
    pick: ({ group, data }) => group === "in-memory" && data !== "loaders",
  },
  {
    heading: "From PostgreSQL",
    note: "The same documents from the embedded PostgreSQL. Marquee reads the viewer and looks whether anything has changed, and reads the list where it has; with nothing kept (`MARQUEE_CACHE_MB=0`) it reads the list each time, under row-level security and the rules of viewing. `pg` by hand reads the same viewer and list, as the same role under the same row-level security, by two prepared statements that travel together on a Fastify server without GraphQL (bench/peers/pg.ts); Apollo and Mercurius read the list alone, from a plain `pg` pool. Only the gateway's CPU time is counted, not PostgreSQL's.",
    pick: ({ group }) => group === "postgres",
  },
];

/** Whom everybody is compared with, where they were measured. */
const OTHERS: { peer: Contender["peer"]; name: string }[] = [
  { peer: "apollo", name: "Apollo" },
  { peer: "mercurius", name: "Mercurius + JIT" },
  { peer: "pg", name: "`pg` by hand" },
];

/** The whole page. */
export function report(contenders: readonly MeasuredContender[], run: RunShape): string {
  const tables = TABLES.map(({ pick, ...about }) => ({ ...about, rows: contenders.filter(pick) }))
    .filter(({ rows }) => rows.length > 0)
    .map(({ heading, note, rows }) => `## ${heading}\n\n${note}\n\n${table(rows)}`);
  return `${[head(run), ...tables].join("\n\n")}\n`;
}

function head({ bytes, rounds, seconds, connections, pinned }: RunShape): string {
  const placed = pinned
    ? "each server pinned to one core, the client and PostgreSQL to another"
    : "nothing pinned to a core";
  return `# What a list query costs

Written by \`npm run bench\`; the head of bench/run.ts says how to run it.

One query, 50 titles × studio × credits with their people, over HTTP/1.1 on 127.0.0.1. Every answer has the same ${bytes.toLocaleString("en")} bytes (checked before measuring; Apollo Server ends them with a line feed). Marquee is the whole gateway: an access token is verified, the tenant found, the rules of viewing applied, metrics kept, ids encoded. Apollo Server 5 with TypeGraphQL is started by \`startStandaloneServer\`, Mercurius has \`jit: 1\`; both as they come, without authentication or tenants, with \`NODE_ENV=production\`, and in memory with their ids ready made.

${connections} connections kept alive, ${rounds} interleaved rounds of ${seconds} s after warming up, ${placed}. Machine: ${cpus().length} cores, Node ${process.versions.node}. CPU time is that of the server's process (user and system, garbage collector included) divided by its answers; figures are medians over rounds with the lowest and highest in parentheses, ratios compare CPU time and are medians of the rounds' ratios.`;
}

function table(rows: readonly MeasuredContender[]): string {
  const compared = OTHERS.flatMap(({ peer, name }) => {
    const other = rows.find((row) => row.peer === peer);
    return other ? [{ name, other }] : [];
  });
  const lines = rows.map((row) => {
    const microseconds = row.rounds.map((round) => round.microseconds);
    const range = `${whole(Math.min(...microseconds))}–${whole(Math.max(...microseconds))}`;
    const perSecond = median(row.rounds.map((round) => round.perSecond));
    const times = compared.map(({ other }) => `${timesAsFast(row, other).toFixed(2)}×`);
    return `| ${[row.name, `${whole(median(microseconds))} (${range})`, whole(perSecond), ...times].join(" | ")} |`;
  });
  const heading = [
    "server",
    "CPU µs a request",
    "requests a second",
    ...compared.map(({ name }) => `as fast as ${name}`),
  ];
  const rule = ["---", ...heading.slice(1).map(() => "---:")];
  return [`| ${heading.join(" | ")} |`, `| ${rule.join(" | ")} |`, ...lines].join("\n");
}

/** How many times the CPU time of `row` another needs: the median of the rounds' ratios. */
function timesAsFast(row: MeasuredContender, other: MeasuredContender): number {
  return median(row.rounds.map((round, at) => (other.rounds[at]?.microseconds ?? NaN) / round.microseconds));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = NaN, high = NaN] = [sorted[middle - (sorted.length % 2 === 1 ? 0 : 1)], sorted[middle]];
  return (low + high) / 2;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}
