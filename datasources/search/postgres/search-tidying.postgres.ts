import { scanWhole } from "../../engines/postgres/bulk.postgres.js";
import { sql, type PostgresStore, type Query } from "../../engines/postgres/store.postgres.js";
import { pagesOf } from "../../projection/check/section.js";
import { type Tenant } from "../../core/tenant.js";
import { lockIndex, misspellingKeys } from "./search-index.postgres.js";

/** Words of one page. */
const WORDS = 5_000;

const TERM_WITHOUT_TITLE = sql`
  not exists (select 1 from search_texts x where x.doc = t.doc and t.word_id = any(x.word_ids))`;
const TERM_WITHOUT_WORD = sql`not exists (select 1 from search_words w where w.word_id = t.word_id)`;
const STRAY_USE = sql`
  not exists (select 1 from search_titles s where s.doc = u.doc and u.id = any(case u.kind when 'GENRE' then s.genre_ids else s.person_ids end))`;
const STRAY_KEY = sql`not exists (select 1 from search_words w where w.word_id = k.word_id)`;
/** Postings, uses of names and keys that name a word or a title which is not there, or which does not know of them. */
export const STRAY = sql`
  select 'term ' || t.word_id || ' of ' || t.doc as key from search_terms t where ${TERM_WITHOUT_TITLE}
  union select 'term ' || t.word_id || ' of ' || t.doc from search_terms t where ${TERM_WITHOUT_WORD}
  union all select 'use of ' || u.id || ' by ' || u.doc from search_uses u where ${STRAY_USE}
  union all select 'key ' || k.key || ' of ' || k.word_id from search_keys k where ${STRAY_KEY}`;

/**
 * Makes what hangs on titles and words agree with them: removes what hangs on none, gives words the keys that find their
 * misspellings, and counts anew in how many titles each stands.
 */
export function tidySearch(postgres: PostgresStore, tenant: Tenant): Promise<void> {
  return postgres.transaction(tenant, async (query) => {
    await scanWhole(query);
    await lockIndex(query);
    await query(sql`delete from search_terms t where ${TERM_WITHOUT_TITLE}`);
    await query(sql`delete from search_terms t where ${TERM_WITHOUT_WORD}`);
    await query(sql`delete from search_uses u where ${STRAY_USE}`);
    await query(sql`delete from search_keys k where ${STRAY_KEY}`);
    await writeKeys(query);
    await query(sql`
      update search_words w set frequency = c.titles
      from (
        select w.word_id, count(t.doc) as titles from search_words w
        left join search_terms t on t.word_id = w.word_id group by w.word_id
      ) c
      where c.word_id = w.word_id and w.frequency <> c.titles`);
  });
}

/** The keys of the vocabulary, a page of words at a time: those that are wrong go, those that are missing come. */
async function writeKeys(query: Query): Promise<void> {
  const page = (after: string) =>
    query<{ word: string; word_id: number; keyed: boolean }>(
      sql`select word, word_id, keyed from search_words where word > ${after} order by word limit ${WORDS}::int`,
    );
  for await (const words of pagesOf(WORDS, ({ word }) => word, page)) {
    const pairs = words.flatMap(({ word, word_id, keyed }) =>
      keyed ? misspellingKeys(word).map((key) => ({ key, word_id })) : [],
    );
    const right = sql`unnest(${pairs.map(({ key }) => key)}::text[], ${pairs.map(({ word_id }) => word_id)}::int[]) as r (key, word_id)`;
    await query(sql`
      delete from search_keys k where k.word_id = any(${words.map(({ word_id }) => word_id)}::int[])
        and not exists (select 1 from ${right} where r.key = k.key and r.word_id = k.word_id)`);
    await query(sql`
      insert into search_keys (tenant_id, key, word_id)
      select current_setting('marquee.tenant')::int, r.key, r.word_id from ${right}
      on conflict do nothing`);
  }
}
