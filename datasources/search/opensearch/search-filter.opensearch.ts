import { type Audience } from "../../catalog/audience.js";
import { type TitleFilter } from "../../catalog/catalog.js";
import { type Clause } from "./search-query.opensearch.js";
import { cleanText } from "../search-text.js";
import { type Facet } from "../search.js";

/** Conditions on a title, apart where a facet is counted without its own. */
export interface FilterParts {
  facets: Partial<Record<Facet["field"], Clause>>;
  /** What is no facet, and the rules of viewing. */
  always: Clause[];
}

/** The filter and the rules of viewing as clauses. */
export function filterParts(audience: Audience, filter: TitleFilter): FilterParts {
  const { kinds, genres, releaseYear, maturityAtMost } = filter;
  return {
    facets: {
      ...(kinds && { kind: { terms: { kind: kinds } } }),
      ...(genres && { genre: { terms: { genreIds: genres.map(cleanText) } } }),
      ...(releaseYear && { decade: yearCondition(releaseYear) }),
      ...(maturityAtMost !== undefined && { maturity: atMost(maturityAtMost) }),
    },
    always: [...visible(audience), ...otherConditions(audience, filter)],
  };
}

/** The rules of viewing: maturity, and unless for editors, state and a licence that is in force now. */
export function visible(audience: Audience): Clause[] {
  const mature = atMost(audience.maturityLimit);
  if (audience.editor) return [mature, { bool: { must_not: [{ term: { state: "MERGED" } }] } }];
  return [mature, { term: { state: "PUBLISHED" } }, licensed(audience.country, audience.now)];
}

function atMost(age: number): Clause {
  return { range: { maturityAge: { lte: age } } };
}

function licensed(country: string, now: Date): Clause {
  const countries = ["*", cleanText(country)];
  return {
    bool: {
      should: [
        inForce("worldFrom", "worldUntil", now),
        {
          nested: {
            path: "licences",
            score_mode: "none",
            query: inForce("licences.from", "licences.until", now, {
              terms: { "licences.countries": countries },
            }),
          },
        },
      ],
    },
  };
}

function inForce(from: string, until: string, now: Date, ...more: Clause[]): Clause {
  const at = now.getTime();
  return {
    bool: {
      filter: [...more, { range: { [from]: { lte: at } } }],
      must_not: [{ range: { [until]: { lte: at } } }],
    },
  };
}

function yearCondition({ from, to }: NonNullable<TitleFilter["releaseYear"]>): Clause {
  if (from === undefined && to === undefined) return { exists: { field: "releaseYear" } };
  return {
    range: {
      releaseYear: { ...(from !== undefined && { gte: from }), ...(to !== undefined && { lte: to }) },
    },
  };
}

function otherConditions(audience: Audience, filter: TitleFilter): Clause[] {
  const conditions: Clause[] = [];
  if (filter.studio !== undefined) conditions.push({ term: { studioId: cleanText(filter.studio) } });
  if (filter.person !== undefined) conditions.push({ term: { personIds: cleanText(filter.person) } });
  for (const tag of filter.tags ?? []) conditions.push({ term: { tags: cleanText(tag) } });
  if (filter.availableIn !== undefined) conditions.push(licensed(filter.availableIn, audience.now));
  return conditions;
}
