import { type PersonKeys } from "../accounts/person-keys.postgres.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { sql, type PostgresStore } from "../engines/postgres/store.postgres.js";
import {
  askErasure,
  endErasure,
  eraseEvents,
  eraseFacts,
  erasuresByIds,
  noteTraces,
  openErasure,
} from "./account-erasure.postgres.js";
import { askExport, exportParts, exportsByIds, noteFetch, runExport } from "./account-export.postgres.js";
import { wantedAmongPeople, wantedAnywhere, type Marks } from "./mentions.js";
import { type Privacy, type Tombstone } from "./privacy.js";
import { reapply, tombstones } from "./tombstones.postgres.js";
import { type Trace, type TraceSearch } from "./traces.js";
import { PostgresTraces } from "./traces.postgres.js";

/** What accounts may ask for about themselves, where the facts are; what engines hold, these are asked for. */
export class PostgresPrivacy implements Privacy {
  readonly #traces: PostgresTraces;

  constructor(
    private readonly postgres: PostgresStore,
    private readonly keys: PersonKeys,
    private readonly engines: readonly TraceSearch[],
  ) {
    this.#traces = new PostgresTraces(postgres);
  }

  askExport(tenant: Tenant, accountId: string, hours: number) {
    return askExport(this.postgres, tenant, accountId, hours);
  }
  exportsByIds(request: StoreRequest, ids: readonly string[]) {
    return exportsByIds(this.postgres, request, ids);
  }
  runExport(tenant: Tenant, id: string) {
    return runExport(this.postgres, this.keys, this.engines, tenant, id);
  }
  exportParts(request: StoreRequest, id: string) {
    return exportParts(this.postgres, this.keys, request, id);
  }
  noteFetch(tenant: Tenant, id: string) {
    return noteFetch(this.postgres, tenant, id);
  }
  askErasure(tenant: Tenant, accountId: string, idempotencyKey: string) {
    return askErasure(this.postgres, this.keys, tenant, accountId, idempotencyKey);
  }
  erasuresByIds(request: StoreRequest, ids: readonly string[]) {
    return erasuresByIds(this.postgres, request, ids);
  }
  openErasure(tenant: Tenant, id: string) {
    return openErasure(this.postgres, this.keys, tenant, id);
  }
  eraseFacts(tenant: Tenant, id: string) {
    return eraseFacts(this.postgres, this.keys, tenant, id);
  }
  eraseEvents(tenant: Tenant, marks: Marks) {
    return eraseEvents(this.postgres, tenant, marks);
  }
  noteTraces(tenant: Tenant, id: string, traces: readonly Trace[]) {
    return noteTraces(this.postgres, tenant, id, traces);
  }
  tombstones(tenant: Tenant) {
    return tombstones(this.postgres, tenant);
  }
  reapply(tenant: Tenant, known: readonly Tombstone[]) {
    return reapply(this.postgres, this.keys, tenant, known);
  }

  async searchTraces(tenant: Tenant, marks: Marks) {
    const wanted = wantedAnywhere(marks);
    const found = await Promise.all([
      ...[this.#traces, ...this.engines].map(async (search) =>
        named(search.store, await search.search(tenant, wanted)),
      ),
      this.#traces
        .searchAmongPeople(tenant, wantedAmongPeople(marks))
        .then((traces) => named(this.#traces.store, traces)),
    ]);
    return found.flat();
  }

  endErasure(tenant: Tenant, id: string) {
    return endErasure(
      this.postgres,
      tenant,
      id,
      [this.#traces, ...this.engines].map(({ store }) => store),
    );
  }

  async erasures(tenant: Tenant) {
    return this.postgres.transaction(tenant, (query) =>
      query<Awaited<ReturnType<Privacy["erasures"]>>[number]>(
        sql`select id, state, asked_at as "askedAt", finished_at as "finishedAt", receipt from erasures
            order by asked_at desc`,
      ),
    );
  }
}

function named(store: string, traces: readonly Trace[]) {
  return traces.map((trace) => ({ ...trace, store }));
}
