import { type Catalogue, generatedCatalogue } from "../catalogue.js";
import { ART_HOUSE } from "../french-names.js";

const STUDIOS =
  "Atelier Diffusion,Cinéma du Canal,Les Films de l’Aube,Maison Vasseur,Nuit Blanche,Películas del Sur,Studio Hikari".split(
    ",",
  );
const GENRES =
  "Drama,Drama,Drama,Romance,Romance,Comedy,Documentary,Documentary,Historical,Mystery,Crime,Fantasy,Family,Musical".split(
    ",",
  );

/** A catalogue of invented art-house films, and some series, under titles in their own language. */
export function atelierCatalogue(seed: number, size: number, until: number): Catalogue {
  const people = Math.max(250, Math.floor(size * 1.2));
  const recipe = {
    tenant: "atelier",
    seed,
    prefix: "oeuvre",
    names: ART_HOUSE,
    seriesShare: 0.12,
    genres: GENRES,
    years: [1946, 2026] as const,
    studios: STUDIOS,
    people,
    firstPerson: 500,
  };
  return generatedCatalogue(recipe, size, until);
}
