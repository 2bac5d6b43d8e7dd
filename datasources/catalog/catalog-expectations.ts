import { type Entries } from "../projection/check/section.js";
import { type Tenant } from "../core/tenant.js";
import { type TitleFacts } from "../core/title-fields.js";
import { type NamedRef, type TitleDocument, type ProjectedTitle } from "../core/title.document.js";

/** The titles that projections of the catalogue are made from. */
export interface TitleSource {
  count(tenant: Tenant): Promise<number>;
  /** The titles in force in batches, all or those named. */
  inForce(tenant: Tenant, ids?: readonly string[]): AsyncIterable<readonly ProjectedTitle[]>;
  /** How much titles are watched, by id: what a title that is put for the first time is given. */
  popularity(tenant: Tenant): Promise<ReadonlyMap<string, number>>;
}

/** The titles in force as entries, by id. */
export async function* expectedTitles<T>(
  source: TitleSource,
  tenant: Tenant,
  toEntry: (title: ProjectedTitle) => T,
): Entries<T> {
  for await (const titles of source.inForce(tenant)) {
    yield new Map(titles.map((title) => [title.id, toEntry(title)]));
  }
}

/** The titles of these ids that are in force, by id. */
export async function titlesOf(
  source: TitleSource,
  tenant: Tenant,
  ids: readonly string[],
): Promise<Map<string, ProjectedTitle>> {
  const found = new Map<string, ProjectedTitle>();
  for await (const titles of source.inForce(tenant, ids))
    for (const title of titles) found.set(title.id, title);
  return found;
}

/** The titles of these ids as they are put where they are missing: with their popularity. */
export async function titlesToPut(
  source: TitleSource,
  tenant: Tenant,
  ids: readonly string[],
): Promise<TitleDocument[]> {
  const titles = await titlesOf(source, tenant, ids);
  if (titles.size === 0) return [];
  const popularity = await source.popularity(tenant);
  return [...titles.values()].map((title) => ({ ...title, popularity: popularity.get(title.id) ?? 0 }));
}

/** What a name belongs to. */
export type NameType = "Person" | "Genre" | "Studio";

/** A name in a title: of what, and how the title spells it. */
export interface NameUse extends NamedRef {
  type: NameType;
}

export function namesIn({
  credits,
  genres,
  studio,
}: Pick<TitleFacts, "credits" | "genres" | "studio">): NameUse[] {
  return [
    ...credits.map(({ person }) => ({ type: "Person" as const, ...person })),
    ...genres.map((genre) => ({ type: "Genre" as const, ...genre })),
    ...(studio ? [{ type: "Studio" as const, ...studio }] : []),
  ];
}

/** Spellings of one name: titles need not agree, and any of theirs will do. */
export type Spellings = ReadonlySet<string>;

/**
 * The names that titles in force use, with their spellings there.
 *
 * @param keysOf under which keys a name is kept.
 */
export async function* expectedNames(
  source: TitleSource,
  tenant: Tenant,
  keysOf: (name: NameUse) => readonly string[],
): Entries<Spellings> {
  for await (const titles of source.inForce(tenant)) yield spellingsIn(titles, keysOf);
}

/** The same for these keys alone, whichever titles use them: reads all titles. */
export async function spellingsOf(
  source: TitleSource,
  tenant: Tenant,
  keys: readonly string[],
  keysOf: (name: NameUse) => readonly string[],
): Promise<Map<string, Spellings>> {
  const wanted = new Set(keys);
  const found = new Map<string, Set<string>>();
  if (wanted.size === 0) return found;
  for await (const titles of source.inForce(tenant)) {
    for (const [key, spellings] of spellingsIn(titles, among(wanted, keysOf))) {
      found.set(key, new Set([...(found.get(key) ?? []), ...spellings]));
    }
  }
  return found;
}

/** Titles that between them use all of the names of these keys, as few as one a name: reads all titles. */
export async function titlesUsing(
  source: TitleSource,
  tenant: Tenant,
  keys: readonly string[],
  keysOf: (name: NameUse) => readonly string[],
): Promise<string[]> {
  const left = new Set(keys);
  const users: string[] = [];
  for await (const titles of source.inForce(tenant)) {
    for (const title of titles) {
      const used = namesIn(title).flatMap(among(left, keysOf));
      if (used.length > 0) users.push(title.id);
      for (const key of used) left.delete(key);
    }
    if (left.size === 0) break;
  }
  return users;
}

function among(wanted: ReadonlySet<string>, keysOf: (name: NameUse) => readonly string[]) {
  return (name: NameUse) => keysOf(name).filter((key) => wanted.has(key));
}

function spellingsIn(
  titles: readonly ProjectedTitle[],
  keysOf: (name: NameUse) => readonly string[],
): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>();
  for (const use of titles.flatMap(namesIn)) {
    for (const key of keysOf(use)) names.set(key, (names.get(key) ?? new Set()).add(use.name));
  }
  return names;
}

/** The keys of a name in catalogues: `Person:abc`. */
export const catalogNameKeys = ({ type, id }: { type: string; id: string }): string[] => [`${type}:${id}`];
