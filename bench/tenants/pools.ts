import { setTimeout as sleep } from "node:timers/promises";

import pg from "pg";

import { type Marquee } from "../../scripts/abuse/ground.js";
import { startGenerator, type Generator } from "./generators.js";
import { type TenantsGround } from "./ground.js";
import { finding, type Finding } from "../findings.js";

const LOOK_MS = 100;
/** Requests under way at once: fewer than would be turned away. */
const CROWD = 8;
const MB = 1024 * 1024;
/** For how long servers of tenants' own are kept open here when nobody asks. Seconds. */
const IDLE_SECONDS = 5;

/** Connections of the gateway. */
interface Connections {
  /** To the deployment's server. */
  home: number;
  /** To those of tenants' own, in all and to one. */
  own: number;
  most: number;
}

/** What a gateway holds when nobody asks, when all tenants ask, and when they have stopped. */
export async function pools(ground: TenantsGround, seconds: number): Promise<Finding> {
  const columns = [
    "when",
    "memory, MB",
    "live objects, MB",
    "connections, deployment's",
    "tenants' own, in all",
    "most of one tenant",
    "requests, 1/s",
    "refused or failed",
  ];
  const rows: (string | number)[][] = [];
  const missed: string[] = [];
  for (const open of [undefined, 8]) {
    const limit = open === undefined ? "" : ` (${open} open at once)`;
    for (const row of await watched(ground, seconds, open)) {
      rows.push([`${row[0]}${limit}`, ...row.slice(1)]);
      if (Number(row.at(-1)) > 0 && open === undefined)
        missed.push(`${row[0]}: ${row.at(-1)} were not answered`);
    }
  }
  const { shared, dedicated } = ground;
  return finding({
    heading: "Memory and connections",
    note: `${shared.length + dedicated.length} tenants, of them ${dedicated.length} with databases of their own on ${ground.servers.length - 1} servers, that take 100 connections each. Memory is what the process holds after collecting garbage; connections are the most that were seen, ten looks a second, of gateway, projectors and jobs together. Servers of tenants' own are closed ${IDLE_SECONDS} s after they were last asked (a setting; 300 s as it comes).`,
    columns,
    rows,
    missed,
  });
}

async function watched(
  ground: TenantsGround,
  seconds: number,
  open?: number,
): Promise<(string | number)[][]> {
  const gateway = await ground.start({
    MARQUEE_DEDICATED_IDLE_SECONDS: String(IDLE_SECONDS),
    ...(open !== undefined && { MARQUEE_DEDICATED_OPEN: String(open) }),
  });
  const generator = startGenerator();
  const looks = await watchConnections(ground.servers);
  const slugs = (of: TenantsGround["shared"]) => of.map(({ slug }) => slug);
  const [shared, own] = [slugs(ground.shared), slugs(ground.dedicated)];
  const rows: (string | number)[][] = [];
  const step = async (name: string, ask: () => Promise<Asked>) => {
    looks.take();
    const asked = await ask();
    const { home, own: elsewhere, most } = looks.take();
    const { residentBytes, heapBytes } = await gateway.testify();
    rows.push([name, residentBytes / MB, heapBytes / MB, home, elsewhere, most, asked.rate, asked.lost]);
  };
  try {
    await step("started, nobody asks", () => still(2));
    await step("the shared ask", () => asking(generator, gateway, shared, seconds));
    await step("the dedicated ask, one after another", () => asking(generator, gateway, own, seconds, 1));
    await step("the dedicated ask", () => asking(generator, gateway, own, seconds));
    await step("all ask", () => asking(generator, gateway, [...shared, ...own], seconds));
    // A connection is given up ten seconds after it was used last.
    await step("nobody asks any more", async () => {
      await sleep((IDLE_SECONDS + 12) * 1_000);
      looks.take();
      return still(2);
    });
    return rows;
  } finally {
    await looks.close();
    generator.end();
    await gateway.close();
  }
}

interface Asked {
  rate: number;
  lost: number;
}

async function still(seconds: number): Promise<Asked> {
  await sleep(seconds * 1_000);
  return { rate: 0, lost: 0 };
}

async function asking(
  generator: Generator,
  { url }: Marquee,
  tenants: string[],
  seconds: number,
  connections = CROWD,
): Promise<Asked> {
  const asked = await generator.ask({ url, tenants, seconds, connections });
  return { rate: asked.goodput, lost: asked.refused + asked.failed + asked.other };
}

async function watchConnections(servers: readonly string[]) {
  const clients = servers.map(
    (connectionString) => new pg.Client({ connectionString, application_name: "look" }),
  );
  await Promise.all(clients.map((client) => client.connect()));
  let most: Connections = { home: 0, own: 0, most: 0 };
  let watching = true;
  const look = async () => {
    const [home = [], ...own] = await Promise.all(clients.map(connectionsAt));
    const each = own.flat();
    most = {
      home: Math.max(most.home, sum(home)),
      own: Math.max(most.own, sum(each)),
      most: Math.max(most.most, ...each),
    };
  };
  const watched = (async () => {
    for (; watching; await sleep(LOOK_MS)) await look();
  })();
  return {
    take() {
      const seen = most;
      most = { home: 0, own: 0, most: 0 };
      return seen;
    },
    close: async () => {
      watching = false;
      await watched;
      await Promise.all(clients.map((client) => client.end()));
    },
  };
}

/** Of each database. */
async function connectionsAt(client: pg.Client): Promise<number[]> {
  const { rows } = await client.query<{ count: number }>(
    "select count(*)::int as count from pg_stat_activity where application_name like 'marquee%' or application_name like 'graphile%' group by datname",
  );
  return rows.map(({ count }) => count);
}

const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0);
