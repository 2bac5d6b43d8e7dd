import { type TitleLine } from "../../importer/lines.js";

/** What a version of a film says differently from the row of `films.ndjson`, and since when. */
export type CuratedVersion = Partial<Omit<TitleLine, "id" | "kind">> & { effectiveFrom: string };

const OPENED = "2019-03-01";

/** Films with several versions over time, by title id, oldest version first. The rest of a film is its row's. */
export const CURATED_VERSIONS: Readonly<Record<string, readonly CuratedVersion[]>> = {
  "film-the-godfather-1972": [
    { effectiveFrom: OPENED, name: "Mario Puzo's The Godfather", alternativeNames: ["The Godfather"] },
    {
      effectiveFrom: "2022-03-15",
      maturityRating: "R",
      genres: ["Crime", "Drama"],
      runtimeMinutes: 175,
      alternativeNames: ["Mario Puzo's The Godfather"],
    },
    {
      effectiveFrom: "2024-03-15",
      maturityRating: "R",
      genres: ["Crime", "Drama", "Historical"],
      tags: ["period piece", "1970s", "based on a book", "mafia"],
      runtimeMinutes: 175,
      alternativeNames: ["Mario Puzo's The Godfather"],
      synopsis:
        "A 1972 crime drama directed by Francis Ford Coppola, based on the novel by Mario Puzo. Released on 15 March 1972 by Paramount Pictures, it took $268.5 million worldwide.",
    },
    {
      effectiveFrom: "2032-03-15",
      name: "The Godfather (60th Anniversary)",
      maturityRating: "R",
      genres: ["Crime", "Drama", "Historical"],
      runtimeMinutes: 175,
      alternativeNames: ["The Godfather", "Mario Puzo's The Godfather"],
    },
  ],
  "film-the-godfather-part-ii-1974": [
    { effectiveFrom: OPENED, name: "The Godfather II" },
    {
      effectiveFrom: "2022-03-15",
      maturityRating: "R",
      genres: ["Crime", "Drama", "Historical"],
      alternativeNames: ["The Godfather II", "The Godfather 2"],
    },
    {
      effectiveFrom: "2034-12-11",
      name: "The Godfather: Part II (60th Anniversary)",
      maturityRating: "R",
      genres: ["Crime", "Drama", "Historical"],
    },
  ],
  "film-pulp-fiction-1994": [
    { effectiveFrom: OPENED, genres: ["Drama"], synopsis: null },
    { effectiveFrom: "2022-10-14", maturityRating: "R", genres: ["Crime", "Drama"] },
  ],
  "film-the-shawshank-redemption-1994": [
    { effectiveFrom: OPENED, maturityRating: "NR", genres: [] },
    { effectiveFrom: "2024-09-23", maturityRating: "R" },
  ],
  "film-se7en-1995": [
    { effectiveFrom: OPENED, name: "Seven", alternativeNames: ["Se7en"] },
    { effectiveFrom: "2022-09-22", genres: ["Crime", "Thriller"] },
  ],
  "film-star-wars-ep-iv-a-new-hope-1977": [
    { effectiveFrom: OPENED, name: "Star Wars", alternativeNames: [] },
    { effectiveFrom: "2022-05-04" },
    {
      effectiveFrom: "2032-05-25",
      name: "Star Wars: Episode IV - A New Hope",
      alternativeNames: ["Star Wars"],
    },
  ],
  "film-et-the-extra-terrestrial-1982": [
    { effectiveFrom: OPENED, name: "ET" },
    { effectiveFrom: "2022-06-11", maturityRating: "PG" },
    {
      effectiveFrom: "2032-06-11",
      name: "E.T. the Extra-Terrestrial",
      maturityRating: "PG",
      alternativeNames: ["E.T."],
    },
  ],
  "film-leon-1994": [
    { effectiveFrom: OPENED, name: "The Professional", alternativeNames: [] },
    { effectiveFrom: "2024-11-18" },
  ],
  "film-spider-man-2002": [
    { effectiveFrom: OPENED, genres: ["Adventure"], tags: [] },
    { effectiveFrom: "2022-05-03", genres: ["Action", "Adventure"] },
  ],
  "film-the-dark-knight-2008": [
    { effectiveFrom: OPENED, genres: ["Action"], synopsis: null },
    { effectiveFrom: "2022-07-18", genres: ["Action", "Crime"] },
    { effectiveFrom: "2024-07-18", genres: ["Action", "Crime", "Thriller"] },
  ],
  "film-casablanca-1942": [
    { effectiveFrom: OPENED, genres: ["Drama"] },
    { effectiveFrom: "2024-01-23", maturityRating: "PG", genres: ["Drama", "Romance"] },
    { effectiveFrom: "2032-11-26", name: "Casablanca (90th Anniversary)", maturityRating: "PG" },
  ],
};
