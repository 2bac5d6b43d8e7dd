import { type StoreRequest } from "../../core/store-request.js";
import { type PostgresStore, type Sql } from "./store.postgres.js";

/** Reads things by their ids in one store call, however many; answers those there are, by id. */
export async function readByIds<R extends { id: string }>(
  postgres: PostgresStore,
  request: StoreRequest,
  operation: string,
  ids: readonly string[],
  statement: Sql,
): Promise<Map<string, R>> {
  const rows = await postgres.read<R>(request, operation, statement, ids.length);
  return new Map(rows.map((row) => [row.id, row]));
}
