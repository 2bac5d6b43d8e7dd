import { scanWhole } from "../../engines/postgres/bulk.postgres.js";
import { sql, type PostgresStore, type Query, type Sql } from "../../engines/postgres/store.postgres.js";
import { type AnySection, type Section } from "../../projection/check/section.js";
import { type Tenant } from "../../core/tenant.js";
import { lockIndex, misspellingKeys } from "./search-index.postgres.js";

interface StoredWord {
  word: string;
  frequency: number;
  keys: string[];
}

/** Words of one read. */
const BATCH = 5_000;

/** Counts anew in how many titles each word stands. */
export async function recountWords(query: Query): Promise<void> {
  await scanWhole(query);
  await lockIndex(query);
  await query(sql`
    update search_words w set frequency = c.titles
    from (
      select w.word_id, count(t.doc) as titles from search_words w
      left join search_terms t on t.word_id = w.word_id group by w.word_id
    ) c
    where c.word_id = w.word_id and w.frequency <> c.titles`);
}

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
    async *suspects(tenant, looked) {
      for await (const words of vocabulary(postgres, tenant)) {
        const keys = words.map(({ word }) => word);
        const expected = await section.expectedOf(tenant, keys);
        yield words.filter((word) => !section.same(expected.get(word.word)!, word)).map(({ word }) => word);
        looked(words.length);
      }
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
    async mend(tenant, words) {
      const expected = [...(await section.expectedOf(tenant, words)).values()];
      const pairs = expected.flatMap(({ word, keys }) => keys.map((key) => ({ word, key })));
      await postgres.transaction(tenant, async (query) => {
        await lockIndex(query);
        await query(sql`
          delete from search_keys k using search_words w
          where k.word_id = w.word_id and w.word = any(${words}::text[])`);
        await query(sql`
          insert into search_keys (tenant_id, key, word_id)
          select w.tenant_id, p.key, w.word_id
          from unnest(${pairs.map(({ word }) => word)}::text[], ${pairs.map(({ key }) => key)}::text[]) as p (word, key)
          join search_words w on w.word = p.word
          on conflict do nothing`);
        await recountWords(query);
      });
    },
  };
  return section;
}

/** Words with their keys; `which` says which of the vocabulary. */
const wordsWithKeys = (which: Sql) => sql`
  select w.word, w.frequency, coalesce(k.keys, '{}') as keys
  from (select * from search_words ${which}) w
  left join (select word_id, array_agg(key) as keys from search_keys group by word_id) k on k.word_id = w.word_id
  order by w.word`;

async function* vocabulary(postgres: PostgresStore, tenant: Tenant): AsyncGenerator<StoredWord[]> {
  let after = "";
  for (;;) {
    const words = await rowsOf<StoredWord>(
      postgres,
      tenant,
      wordsWithKeys(sql`where word > ${after} order by word limit ${BATCH}::int`),
    );
    yield words;
    if (words.length < BATCH) return;
    after = words.at(-1)!.word;
  }
}

/** Postings, credits and keys that name a word or a title which is not there, or which does not know of them. */
export function postingSection(postgres: PostgresStore): AnySection {
  const stray = (tenant: Tenant) => rowsOf<{ key: string }>(postgres, tenant, STRAY);
  const section: Section<string, string> = {
    kind: "posting",
    faults: { absent: "missing", surplus: "dangling" },
    size: () => Promise.resolve(0),
    async *suspects(tenant) {
      yield (await stray(tenant)).map(({ key }) => key);
    },
    expectedOf: () => Promise.resolve(new Map<string, string>()),
    async storedOf(tenant, keys) {
      const found = new Set((await stray(tenant)).map(({ key }) => key));
      return new Map(keys.filter((key) => found.has(key)).map((key) => [key, key]));
    },
    same: () => true,
    mend: (tenant) =>
      postgres.transaction(tenant, async (query) => {
        await scanWhole(query);
        await lockIndex(query);
        await query(sql`delete from search_terms t where ${TERM_WITHOUT_TITLE}`);
        await query(sql`delete from search_terms t where ${TERM_WITHOUT_WORD}`);
        await query(sql`delete from search_credits c where ${STRAY_CREDIT}`);
        await query(sql`delete from search_keys k where ${STRAY_KEY}`);
      }),
  };
  return section;
}

const TERM_WITHOUT_TITLE = sql`
  not exists (select 1 from search_texts x where x.doc = t.doc and t.word_id = any(x.word_ids))`;
const TERM_WITHOUT_WORD = sql`not exists (select 1 from search_words w where w.word_id = t.word_id)`;
const STRAY_CREDIT = sql`
  not exists (select 1 from search_titles s where s.doc = c.doc and c.person_id = any(s.person_ids))`;
const STRAY_KEY = sql`not exists (select 1 from search_words w where w.word_id = k.word_id)`;
const STRAY = sql`
  select 'term ' || t.word_id || ' of ' || t.doc as key from search_terms t where ${TERM_WITHOUT_TITLE}
  union select 'term ' || t.word_id || ' of ' || t.doc from search_terms t where ${TERM_WITHOUT_WORD}
  union all select 'credit ' || c.person_id || ' of ' || c.doc from search_credits c where ${STRAY_CREDIT}
  union all select 'key ' || k.key || ' of ' || k.word_id from search_keys k where ${STRAY_KEY}`;

function rowsOf<T>(postgres: PostgresStore, tenant: Tenant, statement: Sql): Promise<T[]> {
  return postgres.transaction(tenant, async (query) => {
    await scanWhole(query);
    return query<T>(statement);
  });
}
