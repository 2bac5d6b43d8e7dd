import {
  all,
  licensed,
  oneOf,
  toTest,
  within,
  type LicensedSpan,
  type Predicate,
} from "../core/predicate.js";
import { type JudgedTitle } from "../core/title-attributes.js";
import { TITLE_STATES } from "../core/title.document.js";

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

/** Everything of an audience but the instant, which is judged by itself: equal for those who may meet the same. */
export function audienceKey({ country, maturityLimit, editor }: Audience): string {
  return `${country} ${maturityLimit} ${editor}`;
}

/**
 * The rules of viewing, in one place: a title is met when its maturity rating is within the limit and it is on offer in
 * the country, now. Editors meet what is not, but nobody meets a title that was merged into another. The stores answer
 * by the same predicate, so that pages are full; `mayMeet` has the last word on every title that leaves a datasource.
 */
export function visibleTo({ country, maturityLimit, editor, now }: Audience): Predicate {
  const offered = editor ? oneOf("state", TITLE_STATES) : onOffer({ country, at: now });
  return all([within("maturityAge", { to: maturityLimit }), offered]);
}

/** Published titles of which a licence is in force: see `LicensedSpan`. */
export function onOffer<C, T>(span: LicensedSpan<C, T>): Predicate<C, T> {
  return all<C, T>([oneOf("state", ["PUBLISHED"]), licensed(span)]);
}

/** The rules of viewing for many titles. */
export function whoseTitles(audience: Audience): (title: JudgedTitle) => boolean {
  return toTest(visibleTo(audience));
}

/** The rules of viewing for one title. */
export function mayMeet(title: JudgedTitle, audience: Audience): boolean {
  return toTest(visibleTo(audience))(title);
}
