import { type Catalogue, drawAddedAt, generatedCatalogue } from "../catalogue.js";
import { type Film, readFilms } from "../films.js";
import { drawState, type TitleRecipe } from "../generated-titles.js";
import { drawLicences, worldwide } from "../licences.js";
import { type TitleLine } from "../../importer/lines.js";
import { ENGLISH } from "../names.js";
import { noiseOf, Random } from "../random.js";
import { CURATED_VERSIONS } from "./meridian-versions.js";

const STUDIOS =
  "Amberlight,Blue Heron,Cobalt Gate,Driftwood,Eastgate Pictures,Foxglove,Harbour Row,Northern Lantern,Papermoon,Second Storey".split(
    ",",
  );

/** The real films, most voted for first, followed by invented ones when `size` is larger than that. */
export function meridianCatalogue(seed: number, size: number, until: number): Catalogue {
  const films = readFilms();
  const recipe = invented(seed, size - films.length);
  const rest = generatedCatalogue(recipe, Math.max(0, size - films.length), until);
  const film = (index: number): Film | undefined => films[index];
  return {
    size,
    idAt: (index) => film(index)?.line.id ?? rest.idAt(index - films.length),
    versionsAt(index) {
      const found = film(index);
      return found ? filmVersions(seed, found, until) : rest.versionsAt(index - films.length);
    },
    appealAt(index) {
      const found = film(index);
      // Invented titles are mostly met behind the films that everyone knows.
      return found ? filmAppeal(found, index, seed) : rest.appealAt(index - films.length) - 2.5;
    },
  };
}

function invented(seed: number, size: number): TitleRecipe {
  return {
    tenant: "meridian",
    seed,
    prefix: "film",
    names: ENGLISH,
    seriesShare: 0,
    genres: [
      "Drama",
      "Drama",
      "Comedy",
      "Comedy",
      "Action",
      "Adventure",
      "Thriller",
      "Horror",
      "Romance",
      "Family",
    ].concat(["Science Fiction", "Fantasy", "Historical", "Documentary", "Western", "Musical"]),
    years: [1960, 2011],
    studios: STUDIOS,
    people: Math.max(300, Math.floor(size * 0.8)),
    firstPerson: 0,
  };
}

function filmAppeal({ votes, rating }: Film, index: number, seed: number): number {
  const known = Math.log10((votes ?? 0) + 30) - 3.5;
  return known * 1.4 + ((rating ?? 5.5) - 6.3) * 0.35 + noiseOf(index, seed) * 0.35;
}

function filmVersions(seed: number, { line }: Film, until: number): TitleLine[] {
  const random = new Random("film", seed, line.id);
  const curated = CURATED_VERSIONS[line.id];
  if (!curated) {
    const addedAt = new Date(drawAddedAt(random, until)).toISOString();
    return [{ ...line, licences: drawLicences(random), state: drawState(random), addedAt }];
  }
  const [first] = curated;
  const addedAt = new Date(first?.effectiveFrom ?? 0).toISOString();
  const current: TitleLine = { ...line, licences: worldwide(), state: "PUBLISHED", addedAt };
  return curated.map(({ effectiveFrom, ...changes }) => ({
    ...current,
    ...changes,
    effectiveFrom: new Date(effectiveFrom).toISOString(),
  }));
}
