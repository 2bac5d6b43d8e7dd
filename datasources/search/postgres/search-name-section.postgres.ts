import {
  expectedNames,
  greatest,
  spellingsOf,
  type NameUse,
  type Spellings,
  type TitleSource,
} from "../../catalog/catalog-expectations.js";
import { sql, type PostgresStore } from "../../engines/postgres/store.postgres.js";
import { chunks, differing, type AnySection, type Section } from "../../projection/check/section.js";
import { lockIndex } from "./search-index.postgres.js";
import { startsOf } from "./search-index-rows.js";
import { cleanText } from "../search-text.js";

const BATCH = 5_000;

/**
 * The names that completions start from, by `<kind> <start> <id>`. One that no title uses any more may stay: a completion
 * asks for a title anyway.
 */
export function nameSection(postgres: PostgresStore, source: TitleSource): AnySection {
  const section: Section<Spellings, string> = {
    kind: "name",
    faults: { absent: "dangling", surplus: "dangling" },
    size: (tenant) => source.count(tenant),
    suspects: (tenant, looked) => differing(section, tenant, expectedNames(source, tenant, keysOf), looked),
    expectedOf: (tenant, keys) => spellingsOf(source, tenant, keys, keysOf),
    async storedOf(tenant, keys) {
      const found = new Map<string, string>();
      for (const batch of chunks(keys, BATCH)) {
        const rows = await postgres.transaction(tenant, (query) =>
          query<{ key: string; name: string }>(sql`
            select n.kind || ' ' || n.start || ' ' || n.id as key, n.name from search_names n
            join jsonb_to_recordset(${JSON.stringify(batch.map(partsOf))}::jsonb) as k (kind text, start text, id text)
              on n.start = k.start and n.kind = k.kind and n.id = k.id`),
        );
        for (const { key, name } of rows) found.set(key, name);
      }
      return found;
    },
    same: (spellings, name) => [...spellings].some((spelling) => cleanText(spelling) === name),
    async mend(tenant, keys) {
      const expected = await section.expectedOf(tenant, keys);
      const rows = [...expected].map(([key, spellings]) => ({
        ...partsOf(key),
        name: cleanText(greatest(spellings)),
      }));
      await postgres.transaction(tenant, async (query) => {
        await lockIndex(query);
        await query(sql`
          insert into search_names (tenant_id, start, kind, id, name)
          select current_setting('marquee.tenant')::int, r.*
          from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r (start text, kind text, id text, name text)
          on conflict (tenant_id, start, kind, id) do update set name = excluded.name`);
      });
    },
  };
  return section;
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
