import { type TitleLine } from "../importer/lines.js";
import { hash32, noiseOf } from "./random.js";

const GENRE_AXES = [
  "Action",
  "Adventure",
  "Comedy",
  "Crime",
  "Documentary",
  "Drama",
  "Family",
  "Fantasy",
  "Historical",
  "Horror",
  "Musical",
  "Mystery",
  "Romance",
  "Science Fiction",
  "Thriller",
  "Western",
];
/** First year of each era; a title is weighed between the eras that its year lies in. */
const ERAS = [1900, 1965, 1980, 1990, 1998, 2004, 2010, 2018];
/** What no field of a title says: tone, circle, fashion. Films of one director share most of it. */
const HIDDEN_AXES = 8;

const ERA_AT = GENRE_AXES.length;
const HIDDEN_AT = ERA_AT + ERAS.length;

/** Length of a trait vector. */
export const TRAITS = HIDDEN_AT + HIDDEN_AXES;

/** Writes the traits of a title, a vector of length 1, at `offset`: genres, era and hidden traits. */
export function writeTraits(target: Float32Array, offset: number, title: TitleLine, index: number): void {
  const genres = title.genres ?? [];
  for (const genre of genres) {
    const axis = GENRE_AXES.indexOf(genre);
    if (axis >= 0) target[offset + axis] = 1 / Math.sqrt(genres.length);
  }
  const era = ERAS.findLastIndex((first) => (title.releaseYear ?? 1995) >= first);
  target[offset + ERA_AT + Math.max(0, era)] = 0.6;
  const maker = title.credits?.find(({ role }) => role === "DIRECTOR" || role === "CREATOR")?.person;
  const circle = maker ? hash32(5, [maker]) : index;
  for (let axis = 0; axis < HIDDEN_AXES; axis += 1) {
    target[offset + HIDDEN_AT + axis] = 0.36 * noiseOf(circle, axis) + 0.14 * noiseOf(index + 77, axis + 50);
  }
  normalise(target, offset);
}

/** Cosine of a unit taste vector and the unit traits at `offset`. */
export function affinity(taste: Float32Array, traits: Float32Array, offset: number): number {
  let dot = 0;
  for (let axis = 0; axis < TRAITS; axis += 1)
    dot += (taste[axis] as number) * (traits[offset + axis] as number);
  return dot;
}

/** Scales the vector at `offset` to length 1. */
export function normalise(target: Float32Array, offset = 0): void {
  let square = 0;
  for (let axis = 0; axis < TRAITS; axis += 1) square += (target[offset + axis] as number) ** 2;
  const length = Math.sqrt(square) || 1;
  for (let axis = 0; axis < TRAITS; axis += 1)
    target[offset + axis] = (target[offset + axis] as number) / length;
}

/** Unit vector in the direction of this weighted sum of the traits of titles. */
export function blend(
  traits: Float32Array,
  parts: readonly { index: number; weight: number }[],
): Float32Array {
  const taste = new Float32Array(TRAITS);
  for (const { index, weight } of parts) {
    for (let axis = 0; axis < TRAITS; axis += 1) {
      taste[axis] = (taste[axis] as number) + weight * (traits[index * TRAITS + axis] as number);
    }
  }
  normalise(taste);
  return taste;
}
