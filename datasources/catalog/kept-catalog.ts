import { keptById, pick } from "../core/kept-by-id.js";
import { type KeptReads } from "../core/kept-reads.js";
import { type PageOf } from "../core/page.js";
import { type StoreRequest } from "../core/store-request.js";
import { type NamedRef, type TitleDocument } from "../core/title.document.js";
import { audienceKey, type Audience } from "./audience.js";
import { type Catalog, type PlacedTitle } from "./catalog.js";
import { WholeLists, type PlacedId } from "./whole-lists.js";

/**
 * A catalog that is asked for what is not known already. Everything is kept for an audience, titles too, though the rules
 * of viewing are judged whenever one is answered: else who asks for one that they may not meet could tell by the time that it
 * takes whether somebody who may has asked for it.
 */
export function keptCatalog(catalog: Catalog, reads: KeptReads): Catalog {
  const whole = new WholeLists();
  return {
    titlesByIds: (request, ids) =>
      keptById(reads, request, {
        operation: "catalog.titlesByIds",
        ids,
        keyOf: (id) => titleKey(request.apart, id),
        at: null,
        ask: (wanted) => catalog.titlesByIds(request, wanted),
      }),
    visibleTitles: (request, audience, ids) =>
      keptById(reads, request, {
        operation: "catalog.visibleTitles",
        ids,
        keyOf: (id) => `visible ${audienceKey(audience)} ${id}`,
        at: audience.now,
        ask: (wanted) => catalog.visibleTitles(request, audience, wanted),
      }),
    titles: (request, audience, queries) => keptLists({ catalog, reads, whole }, request, audience, queries),
    titleRefs: (request, audience, queries) =>
      reads.read(request, {
        operation: "catalog.titleRefs",
        keys: queries.map((query) => `refs ${audienceKey(audience)} ${JSON.stringify(query)}`),
        at: audience.now,
        ask: (places) => catalog.titleRefs(request, audience, pick(queries, places)),
      }),
    countTitles: (request, audience, filters) =>
      reads.read(request, {
        operation: "catalog.countTitles",
        keys: filters.map((filter) => `count ${audienceKey(audience)} ${JSON.stringify(filter)}`),
        at: audience.now,
        ask: (places) => catalog.countTitles(request, audience, pick(filters, places)),
      }),
    genres: async (request, audience) => {
      const [genres = []] = await reads.read<NamedRef[]>(request, {
        operation: "catalog.genres",
        keys: [`genres ${audienceKey(audience)}`],
        at: audience.now,
        ask: async () => [await catalog.genres(request, audience)],
      });
      return [...genres];
    },
    namesByIds: (request, audience, keys) => {
      const named = new Map(keys.map((key) => [`${key.type} ${key.id}`, key]));
      return keptById(reads, request, {
        operation: "catalog.namesByIds",
        ids: [...named.keys()],
        keyOf: (name) => `name ${audienceKey(audience)} ${name}`,
        at: audience.now,
        ask: (names) =>
          catalog.namesByIds(
            request,
            audience,
            names.flatMap((name) => named.get(name) ?? []),
          ),
      });
    },
    creditsOfPeople: (request, audience, keys) =>
      reads.read(request, {
        operation: "catalog.creditsOfPeople",
        keys: keys.map((key) => `credits ${audienceKey(audience)} ${JSON.stringify(key)}`),
        at: audience.now,
        ask: (places) => catalog.creditsOfPeople(request, audience, pick(keys, places)),
      }),
  };
}

/** Lists are kept as ids in their order; one is answered where each of its titles is at hand in the same state. */
async function keptLists(
  { catalog, reads, whole }: { catalog: Catalog; reads: KeptReads; whole: WholeLists },
  request: StoreRequest,
  audience: Audience,
  queries: Parameters<Catalog["titles"]>[2],
): Promise<PageOf<PlacedTitle>[]> {
  const titles = new Map<string, TitleDocument>();
  const apart = audienceKey(audience);
  const keyOf = (id: string) => titleKey(apart, id);
  const keys = queries.map((query) => `titles ${apart} ${JSON.stringify(query)}`);
  const pages = await reads.read<PageOf<PlacedId>>(request, {
    operation: "catalog.titles",
    keys,
    at: audience.now,
    ask: async (places, beside) => {
      const found = await catalog.titles(request, audience, pick(queries, places));
      for (const { title } of found.flatMap(({ rows }) => rows)) {
        titles.set(title.id, title);
        beside.set(keyOf(title.id), title);
      }
      return found.map(withoutTitles);
    },
    isWhole: ({ rows }, stamp) =>
      rows.every(({ position: { id } }) => {
        const title = reads.kept(request, keyOf(id), stamp) as TitleDocument | null | undefined;
        if (title) titles.set(id, title);
        return title;
      }),
    needs: ({ rows }) => rows.map(({ position: { id } }) => keyOf(id)),
  });
  return pages.map((list, place) => {
    const page = whole.of(list, titles);
    if (Object.isFrozen(page)) reads.hold(request, keys[place] as string, page);
    return page;
  });
}

function withoutTitles({ rows, hasMore }: PageOf<PlacedTitle>): PageOf<PlacedId> {
  return { rows: rows.map(({ position }) => ({ position })), hasMore };
}

function titleKey(apart: string | undefined, id: string): string {
  return `title ${apart ?? ""} ${id}`;
}
