import { setTimeout as sleep } from "node:timers/promises";

import { wordsOf } from "../../packages/told-errors/index.js";
import { Refusal } from "../core/refusal.js";
import { type Placement, type Tenant, type TenantServers, type TenantTier } from "../core/tenant.js";
import { SHARED_SCHEMA } from "../engines/postgres/migrations/migrate.postgres.js";
import { type Moved, type MoveOptions, type TenantMover } from "../tenancy/tenant-mover.postgres.js";
import { ownSchemaOf } from "../tenancy/tenants.postgres.js";
import { type DedicatedStores } from "./dedicated-stores.js";
import { type Deployment, type OwnDeployment } from "./deployment.js";
import { checkServers, checkVacant } from "./placed-tenants.js";

/** For how long others may read where a tenant was: until they have heard of it, and a read that began then has ended. Milliseconds. */
const GRACE_MS = 3_000;

/** A tenant where it is now. */
export interface MovedTenant extends Moved {
  tenant: Tenant;
}

/** What is told of a move. */
export interface ToldMove extends MoveOptions {
  /** Told once the other place is the tenant's, before its engines are filled: whatever becomes of these, it has moved. */
  onMoved?: (moved: MovedTenant) => Promise<void>;
}

/** Where a tenant is to go: `servers` for DEDICATED, and for that alone. */
export interface Destination {
  tier: TenantTier;
  servers?: TenantServers | null;
}

/** Moves tenants between tiers while they are served. Until a move is confirmed it can be undone. */
export interface TenantMoves {
  /** @throws Refusal NOT_MOVED, SERVERS_INVALID for what would be refused before anything is done. */
  check(tenant: Tenant, to: Destination): void;
  /** @throws Refusal TENANT_MOVING, TENANT_BUSY, NOT_MOVED, SERVERS_INVALID; StoreUnavailableError where servers do not answer. */
  move(tenant: Tenant, to: Destination, options?: ToldMove): Promise<MovedTenant>;
  /** Takes it back, with what was written since. @throws Refusal NOT_MOVED. */
  undo(tenant: Tenant, options?: ToldMove): Promise<MovedTenant>;
  /** Gives up the way back, and removes what is left there, also of an earlier move. @throws Refusal NOT_MOVED. */
  confirm(tenant: Tenant): Promise<void>;
  /** Ends whatever move there is, where the tenant is now. */
  end(tenant: Tenant): Promise<void>;
}

/** What moves are made with. */
export interface MoveTools {
  mover: TenantMover;
  home: OwnDeployment;
  dedicated: DedicatedStores;
  /** Names of secrets that the URLs of servers may name. */
  secrets: ReadonlySet<string>;
  /** Told, in one line, of what could not be done behind a switch. */
  warn: (line: string) => void;
}

/** The rows by the mover; engines hold nothing of a new place until it is filled, and PostgreSQL answers meanwhile. */
export function tenantMoves({ mover, home, dedicated, secrets, warn }: MoveTools): TenantMoves {
  // Filling takes a while, in which nobody may ask for them: they stay open until it has ended.
  const there = (tenant: Tenant, work: (at: Deployment) => Promise<void>) =>
    tenant.servers ? dedicated.use(tenant, work) : work(home);
  const whereItWas = async (before: Tenant, work: (at: Deployment) => Promise<void>) => {
    if (!before.servers) return work(home);
    const leaving = work(await dedicated.expect(before));
    dedicated.during(before, leaving);
    return leaving;
  };
  const fill = async (tenant: Tenant) => {
    try {
      await there(tenant, (at) => fillEngines(at, tenant));
    } catch (error) {
      // PostgreSQL answers for them until a gateway has filled them.
      warn(`Engines of ${tenant.slug} are not filled yet where it is now: ${wordsOf(error)}`);
    }
  };
  const arrive = async (before: Tenant, moved: Moved, { onMoved }: ToldMove = {}): Promise<MovedTenant> => {
    const tenant = { ...before, ...moved.to, epoch: before.epoch + 1 };
    // It has come about, whether or not the registry can be read just now.
    await home.registry.current(before.id).catch(() => null);
    await onMoved?.({ ...moved, tenant });
    await fill(tenant);
    return { ...moved, tenant };
  };
  // Where rows lie in another database than the tenant, nothing there is of any use; engines are told apart by it too.
  const leaveEngines = async (tenant: Tenant, left: Placement) => {
    const before = { ...tenant, ...left };
    const away = tenant.servers?.postgres !== left.servers?.postgres;
    await whereItWas(before, async (at) => {
      for (const engine of enginesOf(at)) await (away ? engine.remove(before) : engine.leave(before));
    });
    // Where both places are on one engine, what it has of the tenant now has gone as well.
    if (away) await there(tenant, (at) => fillEmpty(at, tenant));
  };
  const clearLeft = async (tenant: Tenant, left: Placement) => {
    await leaveEngines(tenant, left);
    await mover.sweep(tenant);
  };
  /** Ends what was confirmed or undone, and has not been cleared away. @returns whether there was anything. */
  const finish = async (tenant: Tenant): Promise<boolean> => {
    const move = await mover.noted(tenant);
    if (move?.phase !== "CONFIRMED") return false;
    await clearLeft(tenant, move.from);
    return true;
  };
  const check = (tenant: Tenant, to: Destination) => {
    if (tenant.tier === to.tier)
      throw new Refusal("tier", "NOT_MOVED", `${tenant.slug} is ${tenant.tier} already.`);
    checkServers(to, secrets);
  };
  const confirm = async (tenant: Tenant) => {
    if (await finish(tenant)) return;
    const { from, agoMs } = await mover.last(tenant);
    await sleep(Math.max(0, GRACE_MS - (agoMs ?? 0)));
    // Before the way back is given up: where an engine does not answer, it can be tried again.
    await leaveEngines(tenant, from);
    await mover.confirm(tenant);
  };
  return {
    check,
    confirm,
    async move(tenant, to, options) {
      check(tenant, to);
      await finish(tenant);
      const placement = placementOf(tenant, to);
      if (placement.servers) {
        const arriving = { ...tenant, ...placement, epoch: tenant.epoch + 1 };
        await checkVacant((await dedicated.expect(arriving)).registry, tenant);
      }
      return arrive(tenant, await mover.move(tenant, placement, options), options);
    },
    async undo(tenant, options) {
      const back = await arrive(tenant, await mover.undo(tenant, options), options);
      await sleep(GRACE_MS);
      // It is back, whatever becomes of what it has left: that is noted.
      await clearLeft(back.tenant, tenant).catch((error: unknown) =>
        warn(
          `What ${tenant.slug} has left is still there, until "marquee tenant confirm" removes it: ${wordsOf(error)}`,
        ),
      );
      return back;
    },
    async end(tenant) {
      const move = await mover.noted(tenant);
      if (move?.phase === "SWITCHED") await confirm(tenant);
      else if (move?.phase === "CONFIRMED") await clearLeft(tenant, move.from);
      else if (move) await mover.abandon(tenant);
    },
  };
}

function placementOf({ slug }: Tenant, { tier, servers = null }: Destination): Placement {
  return { tier, servers, schema: tier === "ISOLATED" ? ownSchemaOf(slug) : SHARED_SCHEMA };
}

function enginesOf({ projections }: Pick<Deployment, "projections">) {
  return projections.filter(({ embedded }) => !embedded);
}

/** All at once: they are different engines, and one that does not answer is no reason to leave another. */
async function fillEngines(at: Deployment, tenant: Tenant): Promise<void> {
  const filled = await Promise.allSettled(enginesOf(at).map((engine) => engine.rebuild(tenant)));
  const failed = filled.find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}

async function fillEmpty(at: Deployment, tenant: Tenant): Promise<void> {
  for (const engine of enginesOf(at))
    if ((await engine.status(tenant)).live === null) await engine.rebuild(tenant);
}
