import { cleanText, READING, type Term } from "../../../packages/search-text/index.js";
import { type ProjectedTitle, type TitleLicence } from "../../core/title.document.js";
import { commonRow, TitleTable, type OwnColumns } from "../../catalog/postgres/embedded-titles.postgres.js";
import { EXAMPLE_TITLE } from "../../catalog/title-example.js";
import { formHash } from "../../projection/check/form.js";
import { highlightTexts } from "../searched-texts.js";
import { MINOR, termsOf } from "../search-terms.js";

/** What is asked of a title: its row, but for the number that it gets. */
export function titleRow(title: ProjectedTitle) {
  return {
    ...commonRow(title),
    release_year: title.releaseYear,
    maturity_rating: title.maturityRating,
    genres: title.genres.map((genre) => cleanText(genre.name)),
    tags: title.tags.map(cleanText),
    person_ids: distinct(title.credits.map((credit) => credit.person.id)),
    ...licenceColumns(title.licences),
  };
}

/** A word of a title as its posting holds it; weight and share in ten thousandths. */
export function postingOf({ weight, share, spoken, keyed }: Term) {
  const tenThousandths = (part: number) => Math.round(part * 10_000);
  return {
    minor: weight < MINOR,
    weight: tenThousandths(weight),
    share: tenThousandths(share),
    spoken,
    keyed,
  };
}

/** The people and genres of a title, by which names are completed to whoever may meet it; some more than once. */
export function completedNamesOf({ credits, genres }: ProjectedTitle) {
  return [
    ...credits.map(({ person }) => ({ kind: "PERSON" as const, ...person })),
    ...genres.map((genre) => ({ kind: "GENRE" as const, ...genre })),
  ];
}

/** The rows of titles; one of another form, or whose texts and words are, is put again. */
export const SEARCH_TITLES = new TitleTable(
  "search_titles",
  {
    release_year: "smallint",
    maturity_rating: "text",
    genres: "text[]",
    tags: "text[]",
    person_ids: "text[]",
    world_from: "timestamptz",
    world_until: "timestamptz",
    licence_countries: "text[]",
    licence_from: "timestamptz[]",
    licence_until: "timestamptz[]",
  } satisfies OwnColumns<typeof titleRow>,
  formHash(
    titleRow(EXAMPLE_TITLE),
    highlightTexts(EXAMPLE_TITLE),
    [...termsOf(EXAMPLE_TITLE).values()].map((term) => ({ word: term.word, ...postingOf(term) })),
    READING,
  ),
);

function licenceColumns(licences: readonly TitleLicence[]) {
  const world = licences.find((licence) => licence.countries.includes("*"));
  const others = licences
    .filter((licence) => licence !== world)
    .flatMap(({ countries, from, until }) => countries.map((country) => ({ country, from, until })));
  return {
    world_from: world?.from ?? null,
    world_until: world?.until ?? null,
    licence_countries: others.map((licence) => licence.country),
    licence_from: others.map((licence) => licence.from),
    licence_until: others.map((licence) => licence.until),
  };
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
