import { cleanText, startsOf } from "../../../packages/search-text/index.js";
import { type NameUse } from "../../catalog/catalog-expectations.js";
import { type StoredNames } from "../../catalog/name-section.js";
import { sql, type PostgresStore } from "../../engines/postgres/store.postgres.js";
import { byKeys } from "../../projection/check/section.js";

const BATCH = 5_000;

/**
 * The names that completions start from, by `<kind> <start> <id>`. One that no title uses any more may stay: a completion
 * asks for a title anyway.
 */
export function completedNames(postgres: PostgresStore): StoredNames {
  return {
    keysOf,
    stored: cleanText,
    of: (tenant, keys) =>
      byKeys(keys, BATCH, async (some) => {
        const rows = await postgres.transaction(tenant, (query) =>
          query<{ key: string; name: string }>(sql`
            select n.kind || ' ' || n.start || ' ' || n.id as key, n.name from search_names n
            join jsonb_to_recordset(${JSON.stringify(some.map(partsOf))}::jsonb) as k (kind text, start text, id text)
              on n.start = k.start and n.kind = k.kind and n.id = k.id`),
        );
        return rows.map(({ key, name }) => [key, name]);
      }),
  };
}

/** Studios are not completed. */
function keysOf({ type, id, name }: NameUse): string[] {
  if (type === "Studio") return [];
  return startsOf(name).map((start) => `${type.toUpperCase()} ${start} ${id}`);
}

/** A start is a name written as one word: it has no space. */
function partsOf(key: string): { kind: string; start: string; id: string } {
  const [kind = "", start = "", ...id] = key.split(" ");
  return { kind, start, id: id.join(" ") };
}
