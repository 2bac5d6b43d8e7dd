import { setTimeout as sleep } from "node:timers/promises";

import pg from "pg";

import { type AuditedAct } from "../audit/audit.js";
import { Refusal } from "../core/refusal.js";
import { type Placement, type Tenant } from "../core/tenant.js";
import { migrateTenantSchema } from "../engines/postgres/migrations/migrate.postgres.js";
import { barrier, inTransaction } from "./move-fence.postgres.js";
import {
  confirmed,
  expect,
  forget,
  moveOf,
  note,
  release,
  switched,
  type Move,
} from "./move-notes.postgres.js";
import { connect, MoveSession, type UrlOf } from "./move-session.postgres.js";
import { isBetween, switchOver } from "./move-switch.postgres.js";
import { mirrorDays } from "./noted-rows.postgres.js";
import { copyTable, type Way } from "./row-moving.postgres.js";
import { clear } from "./row-removing.postgres.js";
import { settleFence } from "./server-fence.postgres.js";
import { movableTables } from "./tenant-tables.postgres.js";

/** How long gateways have to open servers that a tenant is about to be on. Milliseconds. */
const OPENING_MS = 2_000;

/** A move that has switched. */
export interface Moved {
  to: Placement;
  /** For how long nobody could write. Milliseconds. */
  pauseMs: number;
  /** Rows that were copied before. */
  rows: number;
}

/** Told of the tables that have been copied, and how many there are. */
export type MoveProgress = (done: number, total: number) => void;

/** What is noted in the tenant's log together with the switch. @param rows that were copied before. */
export type MoveAct = (from: Placement, to: Placement, rows: number) => AuditedAct;

export interface MoveOptions {
  onProgress?: MoveProgress;
  act?: MoveAct;
}

/**
 * Moves the rows of tenants between schemas of one database, or from one database to another, while they are read and
 * written. From the beginning on transactions note which rows they write; everything is copied, then what was noted, again
 * and again, until little is left. The rest is brought behind a fence that writers wait at. The switch is one row of the
 * deployment's registry: whatever ends the process, a tenant is where that says.
 */
export class TenantMover {
  constructor(private readonly urlOf: UrlOf) {}

  /** @throws Refusal TENANT_MOVING where a move of it is under way, or waits to be confirmed; NOT_MOVED; TENANT_BUSY. */
  move(tenant: Tenant, to: Placement, { onProgress, act }: MoveOptions = {}): Promise<Moved> {
    return this.#alone(tenant, async (session) => {
      await this.#abandon(session, tenant);
      if (to.tier === tenant.tier)
        throw new Refusal("tier", "NOT_MOVED", `${tenant.slug} is ${to.tier} already.`);
      const { control } = session;
      const way = { tenant: tenant.id, from: await session.at(tenant), to: await session.at(to) };
      // What an earlier one that was ended has left.
      await clear(way.to, tenant, tenant);
      if (to.tier === "ISOLATED") await migrateTenantSchema(this.urlOf(null), to.schema);
      const begun = performance.now();
      await note(control, tenant, way.from, to);
      try {
        const rows = await copy(way, onProgress);
        if (to.servers) await sleep(Math.max(0, begun + OPENING_MS - performance.now()));
        const noted = act?.(tenant, to, rows) ?? null;
        const also = () => Promise.resolve();
        const pauseMs = await switchOver({ tenant, control, way, capturing: true, act: noted, also });
        return { to, rows, pauseMs };
      } catch (error) {
        await this.#abandon(session, tenant);
        throw error;
      }
    });
  }

  /**
   * Takes a tenant back to where it was, with everything that was written since. What it leaves is noted until `sweep`.
   *
   * @throws Refusal NOT_MOVED, TENANT_BUSY.
   */
  undo(tenant: Tenant, { act }: MoveOptions = {}): Promise<Moved> {
    return this.#alone(tenant, async (session) => {
      const { control } = session;
      const { from: back } = await switched(control, tenant);
      const way = { tenant: tenant.id, from: await session.at(tenant), to: await session.at(back) };
      if (back.servers) {
        await expect(control, tenant, back);
        await sleep(OPENING_MS);
      }
      const noted = act?.(tenant, back, 0) ?? null;
      // Whatever ends the process behind the switch, whoever looks next finds what is left to be removed.
      const also = () => confirmed(control, tenant, { from: tenant, to: back });
      const pauseMs = await switchOver({ tenant, control, way, capturing: true, act: noted, also });
      return { to: back, rows: 0, pauseMs };
    });
  }

  /** Gives up the way back, and removes what is left there. @throws Refusal NOT_MOVED. */
  confirm(tenant: Tenant): Promise<void> {
    return this.#alone(tenant, async (session) => {
      const move = await switched(session.control, tenant);
      await inTransaction(session.control, () => confirmed(session.control, tenant, move));
      await this.#abandon(session, tenant);
    });
  }

  /** The move of a tenant that is noted, by a role that need not be able to move any. */
  async noted(tenant: Tenant): Promise<Move | null> {
    const client = new pg.Client({ connectionString: this.urlOf(null), application_name: "marquee-mover" });
    await client.connect();
    return moveOf(client, tenant).finally(() => client.end());
  }

  /** The move that has switched. @throws Refusal NOT_MOVED. */
  last(tenant: Tenant): Promise<Move> {
    return this.#alone(tenant, ({ control }) => switched(control, tenant));
  }

  /** Removes what a tenant has left where it no longer is, if that is noted and nobody has moved it since. */
  sweep(tenant: Tenant): Promise<void> {
    return this.#alone(tenant, async (session) => {
      const move = await moveOf(session.control, tenant);
      if (move?.phase === "CONFIRMED") await this.#abandon(session, tenant);
    });
  }

  /** Clears away a move that did not come to its switch. @throws Refusal where one has switched. */
  abandon(tenant: Tenant): Promise<void> {
    return this.#alone(tenant, (session) => this.#abandon(session, tenant));
  }

  /** Lets a tenant write where it is, if the move that keeps it from that has died. */
  async settle(tenant: Tenant): Promise<void> {
    if (!tenant.servers) return;
    const clients = [await connect(this.urlOf(null), tenant.id)];
    try {
      clients.push(await connect(this.urlOf(tenant.servers), tenant.id));
      const [control, own] = clients;
      if (control && own) await settleFence(control, own, tenant, tenant.servers);
    } finally {
      await Promise.all(clients.map((client) => client.end()));
    }
  }

  /** Clears away a move that did not come to its switch, was confirmed or undone. @throws Refusal where one has switched. */
  async #abandon(session: MoveSession, tenant: Tenant): Promise<void> {
    const { control } = session;
    const move = await moveOf(control, tenant);
    if (!move) return;
    if (move.phase === "SWITCHED")
      throw new Refusal(null, "TENANT_MOVING", "The last move waits to be confirmed or undone.");
    const [lives, left] = move.phase === "COPYING" ? [move.from, move.to] : [move.to, move.from];
    await clear(await session.at(left), tenant, lives);
    if (lives.servers) await release((await session.at(lives)).client, tenant);
    await inTransaction(control, () => forget(control, tenant));
  }

  /** One at a time works on a tenant; a fence that an earlier one has left is taken away first. */
  #alone<T>(tenant: Tenant, work: (session: MoveSession) => Promise<T>): Promise<T> {
    return MoveSession.during(this.urlOf, tenant.id, async (session) => {
      const move = await moveOf(session.control, tenant);
      for (const place of move ? [move.from, move.to] : [])
        if (place.servers && move?.phase !== "CONFIRMED")
          await settleFence(session.control, (await session.at(place)).client, tenant, place.servers);
      return work(session);
    });
  }
}

async function copy(way: Way, onProgress: MoveProgress = () => {}): Promise<number> {
  await barrier(way.from.client, way.tenant);
  await mirrorDays(way);
  const tables = await movableTables(way.from.client, way.from.schema, isBetween(way));
  let rows = 0;
  for (const [done, table] of tables.entries()) {
    rows += await copyTable(way, table);
    onProgress(done + 1, tables.length);
  }
  return rows;
}
