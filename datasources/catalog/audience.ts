import { MATURITY_AGES, type TitleDocument } from "../core/title.document.js";

/** For whom titles are answered: what the rules of viewing ask of a title. */
export interface Audience {
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** Age in years; a title is met when the age of its maturity rating is at or under it. */
  maturityLimit: number;
  /** Editors meet titles in every state, licensed or not. */
  editor: boolean;
  /** The instant at which licences are judged. */
  now: Date;
}

/**
 * The rules of viewing, in one place: a title is met when it is published, its maturity rating is within the limit and
 * a licence is in force for the country, now. One that was merged into another is met by nobody. The filters of the stores follow the same rules so that pages are full;
 * this check has the last word on every title that leaves a datasource.
 */
export function mayMeet(title: TitleDocument, audience: Audience): boolean {
  if (title.mergedInto) return false;
  if (MATURITY_AGES[title.maturityRating] > audience.maturityLimit) return false;
  return (
    audience.editor || (title.state === "PUBLISHED" && isLicensed(title, audience.country, audience.now))
  );
}

/** Whether a licence of the title is in force for a country at an instant. */
export function isLicensed(title: Pick<TitleDocument, "licences">, country: string, at: Date): boolean {
  return title.licences.some(
    (licence) =>
      (licence.countries.includes("*") || licence.countries.includes(country)) &&
      Date.parse(licence.from) <= at.getTime() &&
      (licence.until === null || Date.parse(licence.until) > at.getTime()),
  );
}
