import { type CreditRole, type MaturityRating, type TitleKind } from "../datasources/core/title.document.js";
import { drawLicences } from "./licences.js";
import { type TitleLine } from "../importer/lines.js";
import { nameAt, type NamePattern } from "./names.js";
import { PEOPLE, personName } from "./people.js";
import { Random } from "./random.js";
import { seasonsOf } from "./seasons.js";
import { slugOf } from "./slug.js";
import { writeSynopsis } from "./synopsis.js";

/** How the invented titles of a tenant are made. */
export interface TitleRecipe {
  tenant: string;
  seed: number;
  /** Starts every id: `series` gives `series-ash-and-iron-7c`. */
  prefix: string;
  names: readonly NamePattern[];
  /** Share of titles that are series, from 0 to 1. */
  seriesShare: number;
  /** Main genres, the more often named the more frequent. */
  genres: readonly string[];
  years: readonly [first: number, last: number];
  studios: readonly string[];
  /** People who share the credits of the catalogue. */
  people: number;
  /** Number of the first of them, so that tenants have people of their own. */
  firstPerson: number;
}

const COMPANIONS = ["Drama", "Comedy", "Thriller", "Romance", "Mystery", "Historical", "Fantasy", "Family"];
const MOODS =
  "slow burn,feel-good,based on a novel,ensemble,small town,courtroom,road trip,coming of age,time travel,heist,based on true events,award winner,black and white,cult,seaside,wartime,music,food,friendship,family secrets".split(
    ",",
  );

type AgeBand = "child" | "all" | "teen" | "adult" | "unrated";
const FILM_RATINGS: Record<AgeBand, readonly MaturityRating[]> = {
  child: ["G", "G", "PG"],
  all: ["PG", "PG-13", "PG-13"],
  teen: ["PG-13", "R"],
  adult: ["R", "R", "R", "NC-17"],
  unrated: ["NR"],
};
const SERIES_RATINGS: Record<AgeBand, readonly MaturityRating[]> = {
  child: ["TV-Y", "TV-G", "TV-PG"],
  all: ["TV-PG", "TV-14", "TV-14"],
  teen: ["TV-14", "TV-MA"],
  adult: ["TV-MA"],
  unrated: ["NR"],
};

/** Id of invented title number `index`; it never changes with the catalogue's size. */
export function generatedId(recipe: TitleRecipe, index: number): string {
  return idOf(recipe, index, nameOf(recipe, index).name);
}

/** Invented title number `index`, without dates: the same for the same recipe. */
export function generatedTitle(recipe: TitleRecipe, index: number): TitleLine {
  const random = new Random("title", recipe.seed, recipe.tenant, index);
  const kind: TitleKind = random.chance(recipe.seriesShare) ? "SERIES" : "MOVIE";
  const genres = drawGenres(random, recipe);
  const credits = drawCredits(random, recipe, kind);
  const characters = credits.flatMap(({ character }) => (character ? [character] : []));
  const runtimeMinutes = kind === "SERIES" ? random.pick([22, 28, 42, 48, 55]) : random.between(72, 168);
  const names = nameOf(recipe, index);
  return {
    id: idOf(recipe, index, names.name),
    kind,
    ...names,
    synopsis: writeSynopsis(random, genres, characters),
    releaseYear: drawYear(random, recipe),
    runtimeMinutes,
    maturityRating: drawRating(random, kind, genres),
    genres,
    tags: random.sample(MOODS, random.between(1, 3)),
    ...madeBy(random.pick(recipe.studios)),
    credits,
    licences: drawLicences(random),
    state: drawState(random),
    ...(kind === "SERIES" ? { seasons: seasonsOf(random, runtimeMinutes) } : {}),
  };
}

/** What a house has made for itself comes from a studio that says so. */
function madeBy(studio: string): Pick<TitleLine, "studio" | "original"> {
  return studio.endsWith(" Originals") ? { studio, original: true } : { studio };
}

/** Nearly every title is published; one in 150 is still a draft and as many have been put away. */
export function drawState(random: Random): "PUBLISHED" | "DRAFT" | "ARCHIVED" {
  const draw = random.next();
  return draw < 1 / 150 ? "DRAFT" : draw < 2 / 150 ? "ARCHIVED" : "PUBLISHED";
}

function idOf(recipe: TitleRecipe, index: number, name: string): string {
  return `${recipe.prefix}-${slugOf(name)}-${index.toString(36)}`;
}

function nameOf(recipe: TitleRecipe, index: number) {
  return nameAt(recipe.names, index, recipe.seed + recipe.tenant.length);
}

function drawGenres(random: Random, recipe: TitleRecipe): string[] {
  const main = random.pick(recipe.genres);
  const companion = random.pick(COMPANIONS);
  const alone = companion === main || main === "Documentary" || random.chance(0.35);
  const second = companion === "Family" && (main === "Horror" || main === "Crime") ? "Drama" : companion;
  return alone ? [main] : [main, second];
}

/** Later years are more frequent, as catalogues are. */
function drawYear(random: Random, { years: [first, last] }: TitleRecipe): number {
  return last - Math.floor((last - first + 1) * random.next() ** 2.2);
}

function drawRating(random: Random, kind: TitleKind, genres: readonly string[]): MaturityRating {
  const ratings = kind === "SERIES" ? SERIES_RATINGS : FILM_RATINGS;
  return random.pick(ratings[ageBand(random, genres)]);
}

function ageBand(random: Random, genres: readonly string[]): AgeBand {
  if (random.chance(0.03)) return "unrated";
  if (genres.includes("Family")) return "child";
  if (genres[0] === "Horror" || genres[0] === "Crime") return "adult";
  if (genres[0] === "Documentary" || genres[0] === "Comedy") return random.chance(0.5) ? "all" : "teen";
  return random.pick(["all", "teen", "teen", "adult"] as const);
}

function drawCredits(
  random: Random,
  recipe: TitleRecipe,
  kind: TitleKind,
): NonNullable<TitleLine["credits"]> {
  const taken = new Set<number>();
  const person = (): string => {
    // Some people work far more than others.
    let number = Math.floor(recipe.people * random.next() ** 1.6);
    while (taken.has(number)) number = (number + 1) % recipe.people;
    taken.add(number);
    return personName(recipe.firstPerson + number);
  };
  const lead: CreditRole = kind === "SERIES" ? "CREATOR" : "DIRECTOR";
  const makers = [lead, "WRITER" as const, ...(random.chance(0.4) ? (["COMPOSER"] as const) : [])];
  const actors = Array.from({ length: random.between(2, 6) }, () => ({
    person: person(),
    role: "ACTOR" as const,
    character: personName(random.below(PEOPLE)),
  }));
  return [...makers.map((role) => ({ person: person(), role })), ...actors];
}
