import { existsSync, readFileSync } from "node:fs";
import { type TitleLine } from "../importer/lines.js";

/** A real film: the title, and how the public of a film site voted (base of its popularity in generated viewing). */
export interface Film {
  line: TitleLine;
  /** Mean vote from 0 to 10. Null when nobody voted. */
  rating: number | null;
  votes: number | null;
}

/** Beside this module in the sources, two levels above it in the build. */
const PLACES = ["./films.ndjson", "../../seeds/films.ndjson"];

/**
 * The real films, most voted for first. Licences and dates are not in the file: tenants add them.
 *
 * @throws Error when `films.ndjson` is missing
 */
export function readFilms(): Film[] {
  const file = PLACES.map((place) => new URL(place, import.meta.url)).find((place) => existsSync(place));
  if (!file)
    throw new Error(
      "seeds/films.ndjson is missing: run `npm run build && node dist/scripts/extract-films.js` to write it.",
    );
  const [, ...lines] = readFileSync(file, "utf8").trimEnd().split("\n");
  const films = lines.map(toFilm);
  return films.sort((a, b) => (b.votes ?? 0) - (a.votes ?? 0) || (a.line.id < b.line.id ? -1 : 1));
}

function toFilm(text: string): Film {
  const { vote, ...line } = JSON.parse(text) as TitleLine & {
    vote: { rating: number | null; count: number | null };
  };
  return { line, rating: vote.rating, votes: vote.count };
}
