import { sql, type PostgresStore, type Sql } from "../../engines/postgres/store.postgres.js";
import { type ReadPlace } from "../../engines/postgres/shared-reads.postgres.js";
import { type Stamped, type Stamps } from "../../core/stamps.js";
import { type StoreRequest } from "../../core/store-request.js";

/** All time: of what no instant decides. */
const ALWAYS = { since: -Infinity, until: Infinity };

/** What is kept of PostgreSQL's answers follows from: the catalog, charts, merges of titles, which are alike, and plans. */
export type KeptDomain = "catalog" | "charts" | "merges" | "taste" | "plans";

/** The stamps of domains in PostgreSQL, which triggers of their tables set; of several, the state of all. */
export class PostgresStamps implements Stamps {
  readonly operation: string;
  readonly domain: KeptDomain;

  /** @param others what the domain's answers follow from as well. */
  constructor(
    private readonly postgres: PostgresStore,
    domain: KeptDomain,
    private readonly others: readonly KeptDomain[] = [],
  ) {
    this.domain = domain;
    this.operation = `${domain}.stamp`;
  }

  stamp(request: StoreRequest): Promise<string | null> {
    return this.#stamp(request, "last");
  }

  async around(request: StoreRequest, at: Date | null): Promise<Stamped | null> {
    if (at === null) {
      const stamp = await this.#stamp(request, "first");
      return stamp === null ? null : { stamp, ...ALWAYS };
    }
    const now = at.toISOString();
    const [row] = await this.#read<{ stamp: string; since: number | null; until: number | null }>(
      request,
      sql`select s.stamp, ${milliseconds(before(now))} as since, ${milliseconds(after(now))} as until
          from (${this.#statement()}) s where s.stamp is not null`,
      "first",
    );
    return row ? { stamp: row.stamp, since: row.since ?? -Infinity, until: row.until ?? Infinity } : null;
  }

  async #stamp(request: StoreRequest, place: ReadPlace): Promise<string | null> {
    const [row] = await this.#read<{ stamp: string | null }>(request, this.#statement(), place);
    return row?.stamp ?? null;
  }

  #statement(): Sql {
    const domains = [this.domain, ...this.others];
    return sql`select string_agg(stamp::text, '.' order by domain) as stamp from domain_stamps
               where domain = any(${domains}::text[])`;
  }

  #read<R>(request: StoreRequest, statement: Sql, place: ReadPlace): Promise<R[]> {
    // It is no key that anybody asked for.
    return this.postgres.read<R>({ ...request, requested: 0 }, this.operation, statement, 0, place);
  }
}

/** The last instant up to another at which a licence began or ended, each found by an index. */
function before(now: string): Sql {
  return sql`greatest((select max(from_at) from catalog_licences where from_at <= ${now}::timestamptz),
                      (select max(until_at) from catalog_licences where until_at <= ${now}::timestamptz))`;
}

/** The first one after it at which one will; null where none will any more. */
export function after(now: string): Sql {
  return sql`least((select min(from_at) from catalog_licences where from_at > ${now}::timestamptz),
                   (select min(until_at) from catalog_licences where until_at > ${now}::timestamptz))`;
}

/** Since 1970; with fractions, exactly. */
export function milliseconds(instant: Sql): Sql {
  return sql`(extract(epoch from ${instant}) * 1000)::float8`;
}
