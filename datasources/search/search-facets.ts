import { spellingKey, spellingsOf } from "../../packages/names/index.js";
import { type TitleFilter } from "../catalog/title-filter.js";
import { FACETS, type FacetField } from "../core/title-attributes.js";
import { MATURITY_AGES, ratingOfAge, type MaturityRating } from "../core/title-vocabulary.js";
import { type Facet } from "./search.js";

/** A value that a store counted: a genre's name, a field's value, the first year of a decade, a rating. */
export interface CountedValue {
  value: string;
  count: number;
  /** Whether the filter asks for it; a store says it of genres and fields. */
  selected: boolean;
}

type Bucket = Facet["buckets"][number];

/** What buckets are made of counts, where these do not stand for themselves. */
const MADE: Partial<Record<FacetField, (counts: readonly CountedValue[], filter: TitleFilter) => Bucket[]>> =
  {
    genre: genres,
    decade: decades,
    maturity: ages,
  };

/**
 * The facets of an answer: what a bucket counts is what the filter finds with the bucket's value in it. Most frequent
 * first, equal ones by value.
 */
export function toFacets(
  countedOf: (field: FacetField) => readonly CountedValue[],
  filter: TitleFilter,
): Facet[] {
  return FACETS.map((field) => {
    const counted = countedOf(field);
    const buckets = MADE[field]?.(counted, filter) ?? counted.map((each) => ({ ...each, years: null }));
    return { field, buckets: buckets.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1)) };
  });
}

/**
 * Spellings of one genre are one value: by the one that has most others of the name beneath it, which a filter by it finds
 * too; of equals the first.
 */
function genres(counts: readonly CountedValue[]): Bucket[] {
  const byKey = new Map<string, CountedValue[]>();
  for (const each of counts) {
    const key = spellingKey(each.value);
    byKey.set(key, [...(byKey.get(key) ?? []), each]);
  }
  return [...byKey.values()].map((spellings) => ({
    value: spellings.map(({ value }) => value).sort(byReach)[0]!,
    count: spellings.reduce((sum, { count }) => sum + count, 0),
    selected: spellings.some(({ selected }) => selected),
    years: null,
  }));
}

function byReach(a: string, b: string): number {
  return spellingsOf(b).length - spellingsOf(a).length || (a < b ? -1 : 1);
}

function decades(counts: readonly CountedValue[], { releaseYear }: TitleFilter): Bucket[] {
  return counts.map(({ value, count }) => {
    const years = { from: Number(value), to: Number(value) + 9 };
    const selected = releaseYear?.from === years.from && releaseYear.to === years.to;
    return { value: `${value}s`, count, selected, years };
  });
}

/** The filter takes a highest age: a bucket for each age that there is, counting it and those below. */
function ages(counts: readonly CountedValue[], { maturityAtMost }: TitleFilter): Bucket[] {
  const aged = counts.map(({ value, count }) => ({ age: MATURITY_AGES[value as MaturityRating], count }));
  return [...new Set(aged.map(({ age }) => age))].map((age) => ({
    value: ratingOfAge(age),
    count: aged.filter((each) => each.age <= age).reduce((sum, each) => sum + each.count, 0),
    selected: maturityAtMost === age,
    years: null,
  }));
}
