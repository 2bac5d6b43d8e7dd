import { byKey, manyByKey, oneByKey } from "../core/loader.js";
import { type Page, type PageOf } from "../core/page.js";
import { type FieldPath, type StoreRequest } from "../core/store-request.js";
import { audienceKey, whoseTitles, type Audience } from "./audience.js";
import {
  type Catalog,
  type NamedType,
  type PersonCredit,
  type PlacedTitle,
  type PlacedTitleRef,
  type TitleQuery,
  type TitleRef,
} from "./catalog.js";
import { metOf } from "./judged-pages.js";
import { type NamedRef, type TitleDocument, type VersionedTitle } from "../core/title.document.js";
import { type TitleFilter } from "./title-filter.js";
import { type TitleVersions } from "./title-versions.js";

export type CatalogLoaders = ReturnType<typeof catalogLoaders>;

/**
 * The catalog's batches for one request. Titles come out only where the audience may meet them.
 *
 * @param audienceOf for whom the request is, on behalf of a field; asked once a batch, so it had better remember its answer.
 * @param onMet told of every title that comes out whole.
 */
export function catalogLoaders(
  catalog: Catalog,
  versions: TitleVersions,
  request: StoreRequest,
  audienceOf: (path?: FieldPath) => Promise<Audience>,
  onMet?: (title: TitleDocument, audience: Audience) => void,
) {
  const same = (id: string) => id;
  const json = (key: unknown) => JSON.stringify(key);
  return {
    titleById: oneByKey<string, TitleDocument>({
      request,
      keyOf: same,
      batch: async (batch, ids) => {
        const audience = await audienceOf(batch.path);
        const asks = { ...batch, apart: audienceKey(audience) };
        const titles = await followMerges(catalog, asks, await catalog.titlesByIds(asks, ids));
        const mayBeMet = whoseTitles(audience);
        for (const [id, title] of titles) if (!mayBeMet(title)) titles.delete(id);
        if (onMet) for (const title of titles.values()) onMet(title, audience);
        return titles;
      },
    }),
    /** A version as it was; the caller judges whether the title may be met. */
    titleAsOf: oneByKey<{ id: string; at: string }, VersionedTitle>({
      request,
      keyOf: ({ id, at }) => `${id} ${at}`,
      batch: (batch, keys) => versions.titlesAsOf(batch, keys),
    }),
    /** How much titles are watched, also those that the audience may not meet, for what was answered from facts. */
    popularityById: oneByKey<string, number>({
      request,
      keyOf: same,
      batch: async (batch, ids) => {
        const titles = await catalog.titlesByIds(batch, ids);
        return new Map([...titles].map(([id, { popularity }]) => [id, popularity]));
      },
    }),
    visibleById: oneByKey<string, TitleRef>({
      request,
      keyOf: same,
      batch: async (batch, ids) => catalog.visibleTitles(batch, await audienceOf(batch.path), ids),
    }),
    titles: oneByKey<TitleQuery, PageOf<PlacedTitle>>({
      request,
      keyOf: json,
      batch: async (batch, queries) => {
        const audience = await audienceOf(batch.path);
        const pages = await catalog.titles(batch, audience, queries);
        const met = pages.map((page) => metOf(page, audience));
        if (onMet) for (const page of met) for (const { title } of page.rows) onMet(title, audience);
        return byKey(queries, json, met);
      },
    }),
    titleRefs: oneByKey<TitleQuery, PageOf<PlacedTitleRef>>({
      request,
      keyOf: json,
      batch: async (batch, queries) =>
        byKey(queries, json, await catalog.titleRefs(batch, await audienceOf(batch.path), queries)),
    }),
    titleCount: oneByKey<TitleFilter, number>({
      request,
      keyOf: json,
      batch: async (batch, filters) =>
        byKey(filters, json, await catalog.countTitles(batch, await audienceOf(batch.path), filters)),
    }),
    nameById: oneByKey<{ type: NamedType; id: string }, NamedRef>({
      request,
      keyOf: ({ type, id }) => `${type} ${id}`,
      batch: async (batch, keys) => catalog.namesByIds(batch, await audienceOf(batch.path), keys),
    }),
    genres: manyByKey<"all", NamedRef>({
      request,
      keyOf: same,
      batch: async (batch) => new Map([["all", await catalog.genres(batch, await audienceOf(batch.path))]]),
    }),
    creditsByPerson: oneByKey<{ person: string; page: Page }, PageOf<PersonCredit>>({
      request,
      keyOf: json,
      batch: async (batch, keys) =>
        byKey(keys, json, await catalog.creditsOfPeople(batch, await audienceOf(batch.path), keys)),
    }),
  };
}

/** Puts in the place of each merged title the one that it was merged into: one more store call where there is any. */
async function followMerges(
  catalog: Catalog,
  request: StoreRequest,
  titles: Map<string, TitleDocument>,
): Promise<Map<string, TitleDocument>> {
  const merged = [...titles.values()].flatMap(({ id, mergedInto }) =>
    mergedInto ? [{ id, mergedInto }] : [],
  );
  const missing = [...new Set(merged.map(({ mergedInto }) => mergedInto))].filter((id) => !titles.has(id));
  if (merged.length === 0) return titles;
  const others =
    missing.length > 0 ? await catalog.titlesByIds({ ...request, requested: undefined }, missing) : titles;
  for (const { id, mergedInto } of merged) {
    const kept = titles.get(mergedInto) ?? others.get(mergedInto);
    if (kept) titles.set(id, kept);
  }
  return titles;
}
