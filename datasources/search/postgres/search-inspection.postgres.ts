import { type TitleSource } from "../../catalog/catalog-expectations.js";
import { nameSection } from "../../catalog/name-section.js";
import { storedIn, type StoredRow } from "../../catalog/postgres/embedded-titles.postgres.js";
import { type TitleProjection } from "../../catalog/title-follower.js";
import { titleSection } from "../../catalog/title-section.js";
import { type ProjectedTitle } from "../../core/title.document.js";
import { sql, type PostgresStore, type Query, type Sql } from "../../engines/postgres/store.postgres.js";
import { canonical, instantText, omit } from "../../projection/check/canonical.js";
import { type AnySection } from "../../projection/check/section.js";
import { completedNamesOf, postingOf, titleRow } from "./search-index-rows.js";
import { completedNames } from "./search-names.postgres.js";
import { highlightTexts } from "../searched-texts.js";
import { termsOf } from "../search-terms.js";
import { postingSection, wordSection } from "./search-word-section.postgres.js";

/** A title by content, with the words that need to be findable by their misspellings. */
interface IndexedTitle {
  content: string;
  keyed: string[];
}

interface ComparedRow extends StoredRow {
  texts: Record<string, unknown> | null;
  terms: ({ word: string; findable: boolean } & Posting)[];
  uses: string[];
}

type Posting = ReturnType<typeof postingOf>;

const BATCH = 500;

/** Everything that the search tables hold, for comparing it with the titles in force. */
export function searchSections(
  postgres: PostgresStore,
  source: TitleSource,
  projection: TitleProjection,
): AnySection[] {
  const titles = titleSection(source, projection, {
    formOf: expectedForm,
    same: (expected, stored) =>
      expected.content === stored.content && expected.keyed.every((word) => stored.keyed.includes(word)),
    ...storedIn(postgres, BATCH, storedRows, storedForm),
  });
  return [
    titles,
    postingSection(postgres),
    wordSection(postgres),
    nameSection(source, projection, completedNames(postgres)),
  ];
}

function expectedForm(title: ProjectedTitle): IndexedTitle {
  const fields = omit(titleRow(title), "id");
  const terms = [...termsOf(title).values()];
  return {
    content: canonical({
      fields: withInstants(fields),
      texts: highlightTexts(title),
      terms: terms.map((term) => termText(term.word, postingOf(term))).sort(),
      uses: [...new Set(completedNamesOf(title).map(({ kind, id }) => `${kind} ${id}`))].sort(),
    }),
    keyed: terms.filter(({ keyed }) => keyed).map(({ word }) => word),
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

function storedForm({ fields, texts, terms, uses }: ComparedRow): IndexedTitle {
  return {
    content: canonical({
      fields: withInstants(fields),
      texts,
      terms: terms.map((term) => termText(term.word, term)).sort(),
      uses: [...uses].sort(),
    }),
    keyed: terms.filter(({ findable }) => findable).map(({ word }) => word),
  };
}

function termText(word: string, { minor, weight, share, spoken, keyed }: Posting): string {
  return [word, minor, weight, share, spoken, keyed].join(" ");
}

function storedRows(query: Query, which: Sql): Promise<ComparedRow[]> {
  return query<ComparedRow>(sql`
    select t.id, t.revision, t.popularity, to_jsonb(t) - '{tenant_id,doc,id,popularity,form}'::text[] as fields,
      (select x.texts from search_texts x where x.doc = t.doc) as texts,
      coalesce((select jsonb_agg(to_jsonb(p)) from (
        select w.word, w.keyed as findable, s.minor, s.weight, s.share, s.spoken, s.keyed
        from search_texts x cross join unnest(x.word_ids) as k (word_id)
        join search_terms s on s.word_id = k.word_id and s.minor = any('{false,true}') and s.doc = t.doc
        join search_words w on w.word_id = k.word_id
        where x.doc = t.doc) p), '[]') as terms,
      coalesce((select jsonb_agg(u.kind || ' ' || u.id) from (
        select u.kind, u.id from search_uses u where u.doc = t.doc and u.kind = 'PERSON' and u.id = any(t.person_ids)
        union all
        select u.kind, u.id from search_uses u where u.doc = t.doc and u.kind = 'GENRE' and u.id = any(t.genre_ids)
      ) u), '[]') as uses
    from search_titles t where ${which}`);
}
