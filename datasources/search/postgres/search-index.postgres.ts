import { cleanText, keysOfWord, startsOf, type Term, WHOLE } from "../../../packages/search-text/index.js";
import { type TitleDocument, type TitleRevision } from "../../core/title.document.js";
import { type Query, sql } from "../../engines/postgres/store.postgres.js";
import { takeTurn } from "../../engines/postgres/turns.postgres.js";
import { termsOf } from "../search-terms.js";
import { completedNamesOf, postingOf, SEARCH_TITLES, titleRow } from "./search-index-rows.js";
import { highlightTexts } from "../searched-texts.js";

interface KnownWord {
  word: string;
  word_id: number;
  keyed: boolean;
}

interface Indexed {
  doc: number;
  title: TitleDocument;
  terms: Map<string, Term>;
}

/** Brings a batch of titles into the index, within one transaction of one tenant. */
export class SearchIndexWriter {
  constructor(private readonly query: Query) {}

  /** Indexes titles with distinct ids; leaves alone those of which a newer revision is known. */
  async put(titles: readonly TitleDocument[]): Promise<void> {
    await lockIndex(this.query);
    const docs = await this.#upsertTitles(titles);
    const indexed = titles.flatMap((title) => {
      const doc = docs.get(title.id);
      return doc === undefined ? [] : [{ doc, title, terms: termsOf(title) }];
    });
    if (indexed.length === 0) return;
    const counts = new Map<number, number>();
    await this.#removePostings(
      indexed.map(({ doc }) => doc),
      counts,
    );
    const wordIds = await this.#learnWords(indexed);
    await this.#insertPostings(indexed, wordIds, counts);
    await this.#insertTexts(indexed, wordIds);
    await this.#insertNames(indexed);
    await this.#count(counts);
  }

  /** Takes titles out of the index; leaves alone those of which a newer revision is known. */
  async remove(titles: readonly TitleRevision[]): Promise<void> {
    await lockIndex(this.query);
    const found = await this.query<{ doc: number }>(sql`
      select t.doc from search_titles t
      join unnest(${titles.map(({ id }) => id)}::text[], ${titles.map(({ revision }) => revision)}::bigint[])
        as v (id, revision) on t.id = v.id and t.revision <= v.revision`);
    if (found.length === 0) return;
    const docs = found.map(({ doc }) => doc);
    const counts = new Map<number, number>();
    await this.#removePostings(docs, counts);
    await this.query(sql`delete from search_titles where doc = any(${docs}::int[])`);
    await this.#count(counts);
  }

  /** Writes the titles' own rows; answers the numbers of those that were not older than what is known. */
  async #upsertTitles(titles: readonly TitleDocument[]): Promise<Map<string, number>> {
    const rows = titles.map((title) => ({ ...titleRow(title), popularity: title.popularity }));
    const written = await this.query<{ id: string; doc: number }>(SEARCH_TITLES.put(rows, sql`id, doc`));
    return new Map(written.map(({ id, doc }) => [id, doc]));
  }

  /** Takes out what the titles were found under until now, counting each word once less. */
  async #removePostings(docs: readonly number[], counts: Map<number, number>): Promise<void> {
    const old = await this.query<{ doc: number; word_ids: number[] }>(
      sql`delete from search_texts where doc = any(${docs}::int[]) returning doc, word_ids`,
    );
    if (old.length === 0) return;
    const pairs = old.flatMap(({ doc, word_ids }) => word_ids.map((word) => ({ doc, word })));
    await this.query(sql`
      delete from search_terms t
      using unnest(${list(pairs.map((pair) => pair.word))}::int[], ${list(pairs.map((pair) => pair.doc))}::int[]) as o(word_id, doc)
      where t.word_id = o.word_id and t.minor = any('{false,true}') and t.doc = o.doc`);
    await this.query(sql`delete from search_uses where doc = any(${docs}::int[])`);
    for (const { word } of pairs) counts.set(word, (counts.get(word) ?? 0) - 1);
  }

  /** The numbers of all words of the batch; new ones are added, with the keys that misspellings find them by. */
  async #learnWords(indexed: readonly Indexed[]): Promise<Map<string, number>> {
    const wanted = new Map<string, Term>();
    for (const { terms } of indexed) {
      for (const term of terms.values()) {
        const same = wanted.get(term.word);
        wanted.set(term.word, same ? { ...same, keyed: same.keyed || term.keyed } : term);
      }
    }
    const terms = [...wanted.values()];
    const known = await this.query<KnownWord>(
      sql`select word, word_id, keyed from search_words where word = any(${terms.map((term) => term.word)}::text[])`,
    );
    const ids = new Map(known.map(({ word, word_id }) => [word, word_id]));
    const before = new Map(known.map((word) => [word.word, word]));
    const gaining = terms.filter((term) => term.keyed && before.get(term.word)?.keyed === false);
    await this.#promoteWords(gaining.map(({ word }) => ids.get(word) ?? 0));
    const added = await this.#insertWords(terms.filter((term) => !ids.has(term.word)));
    for (const { word, word_id } of added) ids.set(word, word_id);
    await this.#insertKeys(
      terms.filter((term) => term.keyed && !before.get(term.word)?.keyed),
      ids,
    );
    return ids;
  }

  async #insertWords(terms: readonly Term[]): Promise<Pick<KnownWord, "word" | "word_id">[]> {
    if (terms.length === 0) return [];
    return this.query(sql`
      insert into search_words (tenant_id, word, keyed)
      select current_setting('marquee.tenant')::int, w.*
      from unnest(${terms.map((term) => term.word)}::text[], ${terms.map((term) => term.keyed)}::boolean[]) as w
      returning word, word_id`);
  }

  /** A word known from a synopsis alone may turn up as a word of a name: its misspellings are looked for from then on. */
  async #promoteWords(words: readonly number[]): Promise<void> {
    if (words.length === 0) return;
    await this.query(sql`update search_words set keyed = true where word_id = any(${list(words)}::int[])`);
  }

  async #insertKeys(terms: readonly Term[], ids: ReadonlyMap<string, number>): Promise<void> {
    const keys: string[] = [];
    const words: number[] = [];
    for (const { word } of terms) {
      for (const key of misspellingKeys(word)) {
        keys.push(key);
        words.push(ids.get(word) ?? 0);
      }
    }
    if (keys.length === 0) return;
    await this.query(sql`
      insert into search_keys (tenant_id, key, word_id)
      select current_setting('marquee.tenant')::int, k.key, k.word_id
      from unnest(${keys}::text[], ${list(words)}::int[]) as k(key, word_id)
      order by 2, 3
      on conflict do nothing`);
  }

  async #insertPostings(
    indexed: readonly Indexed[],
    ids: ReadonlyMap<string, number>,
    counts: Map<number, number>,
  ): Promise<void> {
    const rows = indexed.flatMap(({ doc, terms }) =>
      [...terms.values()].map((term) => ({ word: ids.get(term.word) ?? 0, doc, ...postingOf(term) })),
    );
    for (const { word } of rows) counts.set(word, (counts.get(word) ?? 0) + 1);
    const column = (name: keyof (typeof rows)[number]) => list(rows.map((row) => row[name]));
    await this.query(sql`
      insert into search_terms (tenant_id, word_id, minor, doc, weight, share, spoken, keyed)
      select current_setting('marquee.tenant')::int, p.*
      from unnest(
        ${column("word")}::int[], ${column("minor")}::boolean[], ${column("doc")}::int[], ${column("weight")}::smallint[],
        ${column("share")}::smallint[], ${column("spoken")}::boolean[], ${column("keyed")}::boolean[]
      ) as p(word_id, minor, doc, weight, share, spoken, keyed)
      order by 2, 3, 4`);
  }

  async #insertTexts(indexed: readonly Indexed[], ids: ReadonlyMap<string, number>): Promise<void> {
    const rows = indexed.map(({ doc, title, terms }) => ({
      doc,
      texts: highlightTexts(title),
      word_ids: [...terms.keys()].map((word) => ids.get(word)),
    }));
    await this.query(sql`
      insert into search_texts (tenant_id, doc, texts, word_ids)
      select current_setting('marquee.tenant')::int, r.*
      from json_to_recordset(${JSON.stringify(rows)}::json)
        as r(doc int, texts jsonb, word_ids int[])`);
  }

  /** People and genres, for completion, each with its titles. A name stays when its last title goes: completions ask for a title anyway. */
  async #insertNames(indexed: readonly Indexed[]): Promise<void> {
    const names = new Map<string, { start: string; kind: string; id: string; name: string }>();
    const uses = new Map<string, { kind: string; id: string; doc: number }>();
    for (const { doc, title } of indexed) {
      for (const { kind, id, name } of completedNamesOf(title)) {
        uses.set(`${doc} ${kind} ${id}`, { kind, id, doc });
        for (const start of startsOf(name))
          names.set(`${kind} ${id} ${start}`, { start, kind, id, name: cleanText(name) });
      }
    }
    await this.query(sql`
      insert into search_names (tenant_id, start, kind, id, name)
      select current_setting('marquee.tenant')::int, r.*
      from json_to_recordset(${JSON.stringify([...names.values()])}::json) as r(start text, kind text, id text, name text)
      on conflict (tenant_id, start, kind, id) do update set name = excluded.name where search_names.name <> excluded.name`);
    const rows = [...uses.values()];
    await this.query(sql`
      insert into search_uses (tenant_id, kind, id, doc)
      select current_setting('marquee.tenant')::int, u.*
      from unnest(
        ${rows.map((row) => row.kind)}::text[], ${rows.map((row) => row.id)}::text[], ${rows.map((row) => row.doc)}::int[]
      ) as u`);
  }

  async #count(counts: ReadonlyMap<number, number>): Promise<void> {
    const changed = [...counts].filter(([, change]) => change !== 0);
    await this.query(sql`
      update search_words w
      set frequency = w.frequency + c.change
      from unnest(${list(changed.map(([id]) => id))}::int[], ${list(changed.map(([, change]) => change))}::int[]) as c(word_id, change)
      where w.word_id = c.word_id`);
  }
}

/** The keys under which a word of the vocabulary is found by its misspellings. */
export function misspellingKeys(word: string): string[] {
  const marker = word.startsWith(WHOLE) ? WHOLE : "";
  return keysOfWord(word.slice(marker.length)).map((key) => marker + key);
}

/** Word counts are shared by all titles: one writer a tenant, so that writers neither wait in circles nor lose counts. */
export async function lockIndex(query: Query): Promise<void> {
  await takeTurn(query, "search");
}

/** An array literal of numbers or truth values: for long ones several times cheaper than what the driver makes of an array. */
function list(values: readonly (number | boolean)[]): string {
  return `{${values.join(",")}}`;
}
