/** Places of a list that count: what is opened further down says little, since hardly anybody gets there. */
export const LOOKED_AT = 10;

/**
 * What an opening counts at each place, from the first on: the inverse of the chance that somebody looks there, which is
 * taken to be one in so many as the place (Joachims, Swaminathan and Schnabel, "Unbiased Learning-to-Rank with Biased
 * Feedback", WSDM 2017, with η = 1). So a title that stands low is not thought the less of for that.
 */
export const WEIGHTS: readonly number[] = Array.from({ length: LOOKED_AT }, (_, place) => place + 1);

/** What people made of something in lists. */
export interface Openings {
  /** Who had it in a list. */
  shown: number;
  /** Of those who opened it, what that counts in all, by {@link WEIGHTS}. */
  weight: number;
}

/** Showings without an opening that everything is taken to have had beside its own: few openings say little. */
const DOUBT = 10;

/** How likely somebody who looks at it opens it, from 0 to 1: by the inverse propensities, and doubtful of small numbers. */
export function attractionOf({ shown, weight }: Openings): number {
  return shown <= 0 ? 0 : Math.min(1, weight / (shown + DOUBT));
}
