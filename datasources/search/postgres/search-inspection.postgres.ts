import {
  expectedTitles,
  titlesOf,
  titlesToPut,
  type TitleSource,
} from "../../catalog/catalog-expectations.js";
import { type TitleDocument } from "../../core/title.document.js";
import { sql, type PostgresStore, type Query } from "../../engines/postgres/store.postgres.js";
import { canonical, instantText, omit } from "../../projection/check/canonical.js";
import {
  chunks,
  differing,
  unexpected,
  type AnySection,
  type Section,
} from "../../projection/check/section.js";
import { type Tenant } from "../../core/tenant.js";
import { lockIndex } from "./search-index.postgres.js";
import { textRow, titleRow } from "./search-index-rows.js";
import { nameSection } from "./search-name-section.postgres.js";
import { MINOR, termsOf } from "../search-terms.js";
import { postingSection, recountWords, wordSection } from "./search-word-section.postgres.js";

/** A title by content, with the words that need to be findable by themselves and by their misspellings. */
interface IndexedTitle {
  content: string;
  spoken: string[];
  keyed: string[];
  version: number;
}

interface StoredRow {
  id: string;
  version: number;
  fields: Record<string, unknown>;
  texts: Record<string, unknown> | null;
  terms: { word: string; minor: boolean; weight: number; share: number; spoken: boolean; keyed: boolean }[];
  people: string[];
}

const BATCH = 500;

/** Everything that the search tables hold, for comparing it with the titles in force. */
export function searchSections(
  postgres: PostgresStore,
  source: TitleSource,
  put: (tenant: Tenant, titles: readonly TitleDocument[]) => Promise<void>,
): AnySection[] {
  const section: Section<IndexedTitle, IndexedTitle> = {
    kind: "title",
    faults: { absent: "missing", surplus: "orphaned" },
    size: async (tenant) => 2 * (await source.count(tenant)),
    async *suspects(tenant, looked) {
      yield* differing(section, tenant, expectedTitles(source, tenant, expectedTitle), looked);
      yield* unexpected(section, tenant, storedIds(postgres, tenant), looked);
    },
    expectedOf: async (tenant, ids) => {
      const titles = await titlesOf(source, tenant, ids);
      return new Map([...titles].map(([id, title]) => [id, expectedTitle(title)]));
    },
    async storedOf(tenant, ids) {
      const found = new Map<string, IndexedTitle>();
      for (const batch of chunks(ids, BATCH)) {
        const rows = await postgres.transaction(tenant, (query) => storedRows(query, batch));
        for (const row of rows) found.set(row.id, storedTitle(row));
      }
      return found;
    },
    same: (expected, stored) =>
      expected.content === stored.content &&
      expected.spoken.every((word) => stored.spoken.includes(word)) &&
      expected.keyed.every((word) => stored.keyed.includes(word)),
    async mend(tenant, ids) {
      const stored = await section.storedOf(tenant, ids);
      const titles = await titlesToPut(source, tenant, ids);
      await postgres.transaction(tenant, (query) =>
        clear(query, stored, new Set(titles.map(({ id }) => id))),
      );
      await put(tenant, titles);
      await postgres.transaction(tenant, recountWords);
    },
  };
  return [section, postingSection(postgres), wordSection(postgres), nameSection(postgres, source)];
}

function expectedTitle(title: TitleDocument): IndexedTitle {
  const fields = omit(titleRow(title), "id", "popularity");
  const terms = [...termsOf(title).values()];
  return {
    content: canonical({
      fields: withInstants(fields),
      texts: textRow(title),
      terms: terms
        .map(({ word, weight, share }) => termText(word, weight < MINOR, weight * 10_000, share * 10_000))
        .sort(),
      people: [...new Set(title.credits.map(({ person }) => person.id))].sort(),
    }),
    spoken: terms.filter(({ spoken }) => spoken).map(({ word }) => word),
    keyed: terms.filter(({ keyed }) => keyed).map(({ word }) => word),
    version: title.version,
  };
}

const INSTANTS = ["world_from", "world_until", "licence_from", "licence_until"];

/** The fields with instants written in one way. */
function withInstants(fields: Record<string, unknown>): Record<string, unknown> {
  const instants = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(instants);
    return typeof value === "string" ? instantText(value) : value;
  };
  return { ...fields, ...Object.fromEntries(INSTANTS.map((name) => [name, instants(fields[name])])) };
}

function storedTitle({ version, fields, texts, terms, people }: StoredRow): IndexedTitle {
  return {
    content: canonical({
      fields: withInstants(fields),
      texts,
      terms: terms.map(({ word, minor, weight, share }) => termText(word, minor, weight, share)).sort(),
      people: [...people].sort(),
    }),
    spoken: terms.filter(({ spoken }) => spoken).map(({ word }) => word),
    keyed: terms.filter(({ keyed }) => keyed).map(({ word }) => word),
    version,
  };
}

function termText(word: string, minor: boolean, weight: number, share: number): string {
  return `${word} ${minor} ${Math.round(weight)} ${Math.round(share)}`;
}

function storedRows(query: Query, ids: readonly string[]): Promise<StoredRow[]> {
  return query<StoredRow>(sql`
    select t.id, t.version, to_jsonb(t) - '{tenant_id,doc,id,popularity}'::text[] as fields,
      (select to_jsonb(x) - '{tenant_id,doc,word_ids}'::text[] from search_texts x where x.doc = t.doc) as texts,
      coalesce((select jsonb_agg(to_jsonb(p)) from (
        select w.word, s.minor, s.weight, s.share, w.spoken, w.keyed
        from search_texts x cross join unnest(x.word_ids) as k (word_id)
        join search_terms s on s.word_id = k.word_id and s.minor = any('{false,true}') and s.doc = t.doc
        join search_words w on w.word_id = k.word_id
        where x.doc = t.doc) p), '[]') as terms,
      coalesce((select jsonb_agg(c.person_id) from search_credits c
        where c.doc = t.doc and c.person_id = any(t.person_ids)), '[]') as people
    from search_titles t where t.id = any(${ids}::text[])`);
}

/** Takes everything out that hangs on titles, wherever it says that it does, and what has no source altogether. */
async function clear(
  query: Query,
  stored: ReadonlyMap<string, IndexedTitle>,
  wanted: ReadonlySet<string>,
): Promise<void> {
  await query.allow(Infinity);
  await lockIndex(query);
  const titles = [...stored];
  // Only what was looked at: another version has come since, and nobody says that it is wrong.
  const rows = await query<{ doc: number; id: string }>(sql`
    update search_titles t set version = 0
    from unnest(${titles.map(([id]) => id)}::text[], ${titles.map(([, { version }]) => version)}::int[]) as v (id, version)
    where t.id = v.id and t.version = v.version
    returning t.doc, t.id`);
  const docs = rows.map(({ doc }) => doc);
  await query(sql`delete from search_terms where doc = any(${docs}::int[])`);
  await query(sql`delete from search_credits where doc = any(${docs}::int[])`);
  await query(sql`delete from search_texts where doc = any(${docs}::int[])`);
  const gone = rows.filter(({ id }) => !wanted.has(id)).map(({ doc }) => doc);
  await query(sql`delete from search_titles where doc = any(${gone}::int[])`);
}

async function* storedIds(postgres: PostgresStore, tenant: Tenant): AsyncGenerator<string[]> {
  let after = "";
  for (;;) {
    const rows = await postgres.transaction(tenant, (query) =>
      query<{ id: string }>(
        sql`select id from search_titles where id > ${after} order by id limit ${BATCH}::int`,
      ),
    );
    yield rows.map(({ id }) => id);
    if (rows.length < BATCH) return;
    after = rows.at(-1)!.id;
  }
}
