import { type StoreRequest } from "../../core/store-request.js";
import { sql, type PostgresStore } from "../../engines/postgres/store.postgres.js";
import { type LicenceChanges } from "../licence-changes.js";
import { after, milliseconds } from "./stamps.postgres.js";

/** When licences begin and end, by the indexes of PostgreSQL's own catalog. */
export class PostgresLicenceChanges implements LicenceChanges {
  constructor(private readonly postgres: PostgresStore) {}

  async nextAfter(request: StoreRequest, at: Date): Promise<number> {
    const [row] = await this.postgres.read<{ next: number | null }>(
      request,
      "licenceChanges.nextAfter",
      sql`select ${milliseconds(after(at.toISOString()))} as next`,
    );
    return row?.next ?? Infinity;
  }
}
