import { type Catalogue, generatedCatalogue } from "../catalogue.js";
import { ENGLISH } from "../names.js";

const STUDIOS =
  "Lumen Originals,Causeway Television,Ellipsis,Greyfriars,Kestrel & Sons,Longacre,Northlight,Tidewater Drama,Wren Street".split(
    ",",
  );
const GENRES =
  "Crime,Crime,Drama,Drama,Drama,Comedy,Comedy,Mystery,Thriller,Science Fiction,Fantasy,Historical,Family,Family,Documentary,Romance,Horror".split(
    ",",
  );

/** A catalogue of invented series with seasons, episodes, creators and actors. */
export function lumenCatalogue(seed: number, size: number, until: number): Catalogue {
  const people = Math.max(400, Math.floor(size * 1.5));
  const recipe = {
    tenant: "lumen",
    seed,
    prefix: "series",
    names: ENGLISH,
    seriesShare: 1,
    genres: GENRES,
    years: [1988, 2026] as const,
    studios: STUDIOS,
    people,
    firstPerson: 0,
  };
  return generatedCatalogue(recipe, size, until);
}
