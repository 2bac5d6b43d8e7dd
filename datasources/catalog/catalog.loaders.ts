import { byKey, manyByKey, oneByKey, type Loader } from "../core/loader.js";
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

const same = (id: string) => id;
const json = (key: unknown) => JSON.stringify(key);

/**
 * The catalog's batches for one request, each made when it is first asked for: most requests ask few of them. Titles come
 * out only where the audience may meet them.
 */
export class CatalogLoaders {
  #titleById: Loader<string, TitleDocument | null> | undefined;
  #titleAsOf: Loader<{ id: string; at: string }, VersionedTitle | null> | undefined;
  #popularityById: Loader<string, number | null> | undefined;
  #visibleById: Loader<string, TitleRef | null> | undefined;
  #titles: Loader<TitleQuery, PageOf<PlacedTitle> | null> | undefined;
  #titleRefs: Loader<TitleQuery, PageOf<PlacedTitleRef> | null> | undefined;
  #titleCount: Loader<TitleFilter, number | null> | undefined;
  #nameById: Loader<{ type: NamedType; id: string }, NamedRef | null> | undefined;
  #genres: Loader<"all", NamedRef[]> | undefined;
  #creditsByPerson: Loader<{ person: string; page: Page }, PageOf<PersonCredit> | null> | undefined;

  /**
   * @param audienceOf for whom the request is, on behalf of a field; asked once a batch, so it had better remember its answer.
   * @param onMet told of every title that comes out whole.
   * @param audienceOfAll the same as `audienceOf`, for what comes of titles that do not come out themselves.
   */
  constructor(
    private readonly catalog: Catalog,
    private readonly versions: TitleVersions,
    private readonly request: StoreRequest,
    private readonly audienceOf: (path?: FieldPath) => Promise<Audience>,
    private readonly onMet?: (title: TitleDocument, audience: Audience) => void,
    private readonly audienceOfAll = audienceOf,
  ) {}

  get titleById() {
    return (this.#titleById ??= oneByKey<string, TitleDocument>({
      request: this.request,
      keyOf: same,
      batch: async (batch, ids) => {
        const audience = await this.audienceOf(batch.path);
        const asks = { ...batch, apart: audienceKey(audience) };
        const titles = await followMerges(this.catalog, asks, await this.catalog.titlesByIds(asks, ids));
        const mayBeMet = whoseTitles(audience);
        for (const [id, title] of titles) if (!mayBeMet(title)) titles.delete(id);
        if (this.onMet) for (const title of titles.values()) this.onMet(title, audience);
        return titles;
      },
    }));
  }

  /** A version as it was; the caller judges whether the title may be met. */
  get titleAsOf() {
    return (this.#titleAsOf ??= oneByKey<{ id: string; at: string }, VersionedTitle>({
      request: this.request,
      keyOf: ({ id, at }) => `${id} ${at}`,
      batch: (batch, keys) => this.versions.titlesAsOf(batch, keys),
    }));
  }

  /** How much titles are watched, also those that the audience may not meet, for what was answered from facts. */
  get popularityById() {
    return (this.#popularityById ??= oneByKey<string, number>({
      request: this.request,
      keyOf: same,
      batch: async (batch, ids) => {
        const titles = await this.catalog.titlesByIds(batch, ids);
        return new Map([...titles].map(([id, { popularity }]) => [id, popularity]));
      },
    }));
  }

  get visibleById() {
    return (this.#visibleById ??= oneByKey<string, TitleRef>({
      request: this.request,
      keyOf: same,
      batch: async (batch, ids) => this.catalog.visibleTitles(batch, await this.audienceOf(batch.path), ids),
    }));
  }

  get titles() {
    return (this.#titles ??= oneByKey<TitleQuery, PageOf<PlacedTitle>>({
      request: this.request,
      keyOf: json,
      batch: async (batch, queries) => {
        const audience = await this.audienceOf(batch.path);
        const pages = await this.catalog.titles(batch, audience, queries);
        const met = pages.map((page) => metOf(page, audience));
        if (this.onMet)
          for (const page of met) for (const { title } of page.rows) this.onMet(title, audience);
        return byKey(queries, json, met);
      },
    }));
  }

  get titleRefs() {
    return (this.#titleRefs ??= oneByKey<TitleQuery, PageOf<PlacedTitleRef>>({
      request: this.request,
      keyOf: json,
      batch: async (batch, queries) =>
        byKey(queries, json, await this.catalog.titleRefs(batch, await this.audienceOf(batch.path), queries)),
    }));
  }

  get titleCount() {
    return (this.#titleCount ??= oneByKey<TitleFilter, number>({
      request: this.request,
      keyOf: json,
      batch: async (batch, filters) =>
        byKey(
          filters,
          json,
          await this.catalog.countTitles(batch, await this.audienceOfAll(batch.path), filters),
        ),
    }));
  }

  get nameById() {
    return (this.#nameById ??= oneByKey<{ type: NamedType; id: string }, NamedRef>({
      request: this.request,
      keyOf: ({ type, id }) => `${type} ${id}`,
      batch: async (batch, keys) =>
        this.catalog.namesByIds(batch, await this.audienceOfAll(batch.path), keys),
    }));
  }

  get genres() {
    return (this.#genres ??= manyByKey<"all", NamedRef>({
      request: this.request,
      keyOf: same,
      batch: async (batch) =>
        new Map([["all", await this.catalog.genres(batch, await this.audienceOfAll(batch.path))]]),
    }));
  }

  get creditsByPerson() {
    return (this.#creditsByPerson ??= oneByKey<{ person: string; page: Page }, PageOf<PersonCredit>>({
      request: this.request,
      keyOf: json,
      batch: async (batch, keys) =>
        byKey(keys, json, await this.catalog.creditsOfPeople(batch, await this.audienceOf(batch.path), keys)),
    }));
  }
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
