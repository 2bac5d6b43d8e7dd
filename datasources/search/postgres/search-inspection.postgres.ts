import { type TitleSource } from "../../catalog/catalog-expectations.js";
import { nameSection } from "../../catalog/name-section.js";
import { storedIn, type StoredRow } from "../../catalog/postgres/embedded-titles.postgres.js";
import { type TitleProjection } from "../../catalog/title-follower.js";
import { titleSection } from "../../catalog/title-section.js";
import { type ProjectedTitle } from "../../core/title.document.js";
import { sql, type PostgresStore, type Query, type Sql } from "../../engines/postgres/store.postgres.js";
import { canonical, instantText, omit } from "../../projection/check/canonical.js";
import { type AnySection } from "../../projection/check/section.js";
import { titleRow } from "./search-index-rows.js";
import { completedNames } from "./search-names.postgres.js";
import { highlightTexts } from "../searched-texts.js";
import { MINOR, termsOf } from "../search-terms.js";
import { postingSection, wordSection } from "./search-word-section.postgres.js";

/** A title by content, with the words that need to be findable by themselves and by their misspellings. */
interface IndexedTitle {
  content: string;
  spoken: string[];
  keyed: string[];
}

interface ComparedRow extends StoredRow {
  texts: Record<string, unknown> | null;
  terms: { word: string; minor: boolean; weight: number; share: number; spoken: boolean; keyed: boolean }[];
  people: string[];
}

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
      expected.content === stored.content &&
      expected.spoken.every((word) => stored.spoken.includes(word)) &&
      expected.keyed.every((word) => stored.keyed.includes(word)),
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
      terms: terms
        .map(({ word, weight, share }) => termText(word, weight < MINOR, weight * 10_000, share * 10_000))
        .sort(),
      people: [...new Set(title.credits.map(({ person }) => person.id))].sort(),
    }),
    spoken: terms.filter(({ spoken }) => spoken).map(({ word }) => word),
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

function storedForm({ fields, texts, terms, people }: ComparedRow): IndexedTitle {
  return {
    content: canonical({
      fields: withInstants(fields),
      texts,
      terms: terms.map(({ word, minor, weight, share }) => termText(word, minor, weight, share)).sort(),
      people: [...people].sort(),
    }),
    spoken: terms.filter(({ spoken }) => spoken).map(({ word }) => word),
    keyed: terms.filter(({ keyed }) => keyed).map(({ word }) => word),
  };
}

function termText(word: string, minor: boolean, weight: number, share: number): string {
  return `${word} ${minor} ${Math.round(weight)} ${Math.round(share)}`;
}

function storedRows(query: Query, which: Sql): Promise<ComparedRow[]> {
  return query<ComparedRow>(sql`
    select t.id, t.revision, t.popularity, to_jsonb(t) - '{tenant_id,doc,id,popularity,form}'::text[] as fields,
      (select x.texts from search_texts x where x.doc = t.doc) as texts,
      coalesce((select jsonb_agg(to_jsonb(p)) from (
        select w.word, s.minor, s.weight, s.share, w.spoken, w.keyed
        from search_texts x cross join unnest(x.word_ids) as k (word_id)
        join search_terms s on s.word_id = k.word_id and s.minor = any('{false,true}') and s.doc = t.doc
        join search_words w on w.word_id = k.word_id
        where x.doc = t.doc) p), '[]') as terms,
      coalesce((select jsonb_agg(c.person_id) from search_credits c
        where c.doc = t.doc and c.person_id = any(t.person_ids)), '[]') as people
    from search_titles t where ${which}`);
}
