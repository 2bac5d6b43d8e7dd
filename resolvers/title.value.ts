import { type GraphQLResolveInfo } from "graphql";

import { type ShownPart } from "../datasources/core/title-field.js";
import { countryOf, EVERYWHERE } from "../datasources/core/countries.js";
import { TITLE_FIELDS, type FieldsWith } from "../datasources/core/title-fields.js";
import {
  type CreditRole,
  type EpisodeDocument,
  type NamedRef,
  type ProjectedTitle,
  type SeasonDocument,
  type TitleCredit,
  type TitleLicence,
  type VersionedTitle,
} from "../datasources/core/title.document.js";
import { type Context } from "./request/context.js";
import { toGlobalId, type NodeType } from "./request/global-id.js";

/**
 * A title as GraphQL reads it: what the facts or a projection hold, as it was read and not copied. Plain fields are its
 * properties, the others are made by `TITLE_RESOLVERS` when they are asked for.
 */
export type TitleValue = (VersionedTitle | ProjectedTitle) & {
  /** Absent where the title comes from facts, which do not know it. */
  popularity?: number;
};

/** A person, genre or studio as GraphQL reads it. */
export interface NamedValue {
  __typename: "Person" | "Genre" | "Studio";
  localId: string;
  name: string;
}

/** A season of a series as GraphQL reads it; its local id is `<title>/<season number>`. */
export interface SeasonValue extends Omit<SeasonDocument, "id"> {
  __typename: "Season";
  localId: string;
}

/** An episode as GraphQL reads it; its local id is `<title>/<season number>/<episode number>`. */
export interface EpisodeValue extends Omit<EpisodeDocument, "id"> {
  __typename: "Episode";
  localId: string;
}

/** The object type of a value that is answered as an interface. Everything but a title says it of itself. */
export function typeOf(value: { __typename: string } | TitleValue): string {
  if ("__typename" in value) return value.__typename;
  return value.kind === "MOVIE" ? "Movie" : "Series";
}

/** The latest, which edits are compared with; of a title as it was, the one shown. */
function versionOf(title: TitleValue): number {
  return "version" in title ? (title.latestVersion ?? title.version) : title.latestVersion;
}

export function toNamed(__typename: NamedValue["__typename"], { id, name }: NamedRef): NamedValue {
  return { __typename, localId: id, name };
}

/** The seasons of a series. */
export function seasonsOf({ id, seasons }: Pick<TitleValue, "id" | "seasons">): SeasonValue[] {
  return seasons.map((season) => ({
    ...season,
    __typename: "Season",
    localId: `${id}/${season.number}`,
  }));
}

/** The episodes of a season. */
export function episodesOf({ localId, episodes }: SeasonValue): EpisodeValue[] {
  return episodes.map((episode) => ({
    ...episode,
    __typename: "Episode",
    localId: `${localId}/${episode.number}`,
  }));
}

/** The credits of a title, or those with one part in it. */
export function creditsOf({ credits }: TitleValue, { role }: { role?: CreditRole | null }): TitleCredit[] {
  return role == null ? credits : credits.filter((credit) => credit.role === role);
}

/** Null means everywhere, so that of a country that does not exist nothing is said. */
function availabilityOf(licences: readonly TitleLicence[]) {
  return licences.flatMap(({ countries, from, until }) =>
    countries
      .map((country) => (country === EVERYWHERE ? null : (countryOf(country) ?? undefined)))
      .flatMap((country) => (country === undefined ? [] : [{ country, from, until }])),
  );
}

/** What a title's parts are answered as; a field of the table that is shown as one of them does not compile without. */
const PARTS: { [K in FieldsWith<{ shown: { type: ShownPart } }>]: (title: TitleValue) => unknown } = {
  genres: ({ genres }) => genres.map((genre) => toNamed("Genre", genre)),
  studio: ({ studio }) => studio && toNamed("Studio", studio),
  licences: ({ licences }) => availabilityOf(licences),
  seasons: seasonsOf,
};

/** A field that is made of a value when it is asked for: a plain function, which whoever runs a query can call as it is. */
export type PlainResolver = (value: never, args: never, ctx: Context, info: GraphQLResolveInfo) => unknown;

/** The popularity that projections hold; looked up, with those of all titles of the level, for a title from facts. */
function popularityOf(title: TitleValue, _: object, ctx: Context, info: GraphQLResolveInfo) {
  return title.popularity ?? projectedPopularity(ctx, title.id, info);
}

async function projectedPopularity(ctx: Context, id: string, { path }: GraphQLResolveInfo): Promise<number> {
  // Nobody has watched what no projection holds yet.
  return (await ctx.catalog.popularityById.load(id, path)) ?? 0;
}

const idAs = (type: NodeType) => (value: { localId: string }, _: object, ctx: Context) =>
  toGlobalId(ctx.tenant, type, value.localId);

function partsOn(type: "Movie" | "Series"): Record<string, PlainResolver> {
  const names = Object.keys(PARTS) as (keyof typeof PARTS)[];
  return Object.fromEntries(
    names.flatMap((name) => {
      const { shown } = TITLE_FIELDS[name];
      const { as = name, on = type }: { as?: string; on?: string } = shown;
      return on === type ? [[as, PARTS[name]]] : [];
    }),
  );
}

const SHARED = {
  id: ({ id }: TitleValue, _: object, ctx: Context) => toGlobalId(ctx.tenant, "Title", id),
  externalId: ({ id }: TitleValue) => id,
  version: versionOf,
  popularity: popularityOf,
  credits: creditsOf,
};

/**
 * The fields of titles and their parts that are no properties of their values, by type. What they answer follows from the
 * value, the arguments and the tenant alone, unless it is a promise: texts of titles are kept (`FIXED`).
 */
export const TITLE_RESOLVERS: Record<string, Record<string, PlainResolver>> = {
  Movie: { ...SHARED, ...partsOn("Movie") },
  Series: { ...SHARED, ...partsOn("Series") },
  Credit: { person: ({ person }: TitleCredit) => toNamed("Person", person) },
  Season: { id: idAs("Season"), episodes: episodesOf },
  Episode: { id: idAs("Episode") },
  Person: { id: idAs("Person") },
  Genre: { id: idAs("Genre") },
  Studio: { id: idAs("Studio") },
};
