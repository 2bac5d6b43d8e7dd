import { scanWhole } from "../../engines/postgres/bulk.postgres.js";
import { sql, type PostgresStore, type Sql } from "../../engines/postgres/store.postgres.js";
import { pagesOf, straySection, type AnySection, type Section } from "../../projection/check/section.js";
import { type Tenant } from "../../core/tenant.js";
import { misspellingKeys } from "./search-index.postgres.js";
import { STRAY } from "./search-tidying.postgres.js";

interface StoredWord {
  word: string;
  frequency: number;
  keys: string[];
}

/** Words of one read. */
const BATCH = 5_000;

/**
 * The vocabulary: how many titles have each word, and the keys by which its misspellings are found. A word that no title
 * has any more may stay: it finds nothing.
 */
export function wordSection(postgres: PostgresStore): AnySection {
  const section: Section<StoredWord, StoredWord> = {
    kind: "word",
    faults: { absent: "missing", surplus: "orphaned" },
    size: async (tenant) =>
      (await rowsOf<{ count: number }>(postgres, tenant, sql`select count(*) as count from search_words`))[0]
        ?.count ?? 0,
    async *expected(tenant) {
      for await (const words of vocabulary(postgres, tenant)) yield await section.expectedOf(tenant, words);
    },
    async expectedOf(tenant, words) {
      const rows = await rowsOf<{ word: string; keyed: boolean; frequency: number }>(
        postgres,
        tenant,
        sql`select w.word, w.keyed, (select count(*) from search_terms t where t.word_id = w.word_id) as frequency
            from search_words w where w.word = any(${words}::text[])`,
      );
      return new Map(
        rows.map(({ word, keyed, frequency }) => [
          word,
          { word, frequency, keys: keyed ? [...new Set(misspellingKeys(word))].sort() : [] },
        ]),
      );
    },
    async storedOf(tenant, words) {
      const rows = await rowsOf<StoredWord>(
        postgres,
        tenant,
        wordsWithKeys(sql`where word = any(${words}::text[])`),
      );
      return new Map(rows.map((row) => [row.word, row]));
    },
    same: (expected, stored) =>
      expected.frequency === stored.frequency &&
      expected.keys.join("\n") === [...stored.keys].sort().join("\n"),
  };
  return section;
}

/** Words with their keys; `which` says which of the vocabulary. */
const wordsWithKeys = (which: Sql) => sql`
  select w.word, w.frequency, coalesce(k.keys, '{}') as keys
  from (select * from search_words ${which}) w
  left join (select word_id, array_agg(key) as keys from search_keys group by word_id) k on k.word_id = w.word_id
  order by w.word`;

async function* vocabulary(postgres: PostgresStore, tenant: Tenant): AsyncGenerator<string[]> {
  const page = (after: string) =>
    rowsOf<{ word: string }>(
      postgres,
      tenant,
      sql`select word from search_words where word > ${after} order by word limit ${BATCH}::int`,
    );
  for await (const rows of pagesOf(BATCH, ({ word }) => word, page)) yield rows.map(({ word }) => word);
}

/** Postings, uses of names and keys that name a word or a title which is not there, or which does not know of them. */
export function postingSection(postgres: PostgresStore): AnySection {
  return straySection("posting", async (tenant, among) => {
    const stray = (await rowsOf<{ key: string }>(postgres, tenant, STRAY)).map(({ key }) => key);
    const wanted = new Set(among ?? stray);
    return stray.filter((key) => wanted.has(key));
  });
}

function rowsOf<T>(postgres: PostgresStore, tenant: Tenant, statement: Sql): Promise<T[]> {
  return postgres.transaction(tenant, async (query) => {
    await scanWhole(query);
    return query<T>(statement);
  });
}
