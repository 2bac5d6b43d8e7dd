import { generatedId, generatedTitle, type TitleRecipe } from "./generated-titles.js";
import { type TitleLine } from "../importer/lines.js";
import { noiseOf, Random } from "./random.js";

/** A tenant's titles by number, each made when it is asked for: nothing but numbers is kept. */
export interface Catalogue {
  readonly size: number;
  idAt(index: number): string;
  /** All versions of a title, oldest first. */
  versionsAt(index: number): TitleLine[];
  /** How much the public likes to watch it, on an open scale around 0; only the order counts. */
  appealAt(index: number): number;
}

const DAY = 86_400_000;
const NEW_SHARE = 0.02;

/**
 * When a title joined the catalogue: one in fifty within the sixty days before `until`, the others between 2015 and
 * then. Milliseconds since 1970.
 */
export function drawAddedAt(random: Random, until: number): number {
  const newest = until - 2 * DAY;
  if (random.chance(NEW_SHARE)) return newest - Math.floor(random.next() * 58 * DAY);
  const opening = Math.min(Date.UTC(2015, 0, 1), until - 3650 * DAY);
  return opening + Math.floor(random.next() * (until - 90 * DAY - opening));
}

/** The version in force at this instant, or the first one when none is yet. */
export function versionInForce(versions: readonly TitleLine[], at: number): TitleLine {
  const begun = versions.filter(
    (version) => !version.effectiveFrom || Date.parse(version.effectiveFrom) <= at,
  );
  return (begun.at(-1) ?? versions[0]) as TitleLine;
}

/** A catalogue of invented titles only. One in forty has an earlier version under a working title. */
export function generatedCatalogue(recipe: TitleRecipe, size: number, until: number): Catalogue {
  return {
    size,
    idAt: (index) => generatedId(recipe, index),
    versionsAt: (index) => generatedVersions(recipe, index, until),
    appealAt: (index) => noiseOf(index, recipe.seed + 101),
  };
}

function generatedVersions(recipe: TitleRecipe, index: number, until: number): TitleLine[] {
  const title = generatedTitle(recipe, index);
  const random = new Random("added", recipe.seed, recipe.tenant, index);
  const addedAt = drawAddedAt(random, until);
  const added = new Date(addedAt).toISOString();
  const current = { ...title, addedAt: added };
  if (!random.chance(1 / 40)) return [current];
  const before = { ...current, name: `${title.name} (working title)`, tags: [], effectiveFrom: added };
  const changed = addedAt + Math.floor((until - addedAt) * (0.2 + 0.6 * random.next()));
  return [before, { ...current, effectiveFrom: new Date(changed).toISOString() }];
}
