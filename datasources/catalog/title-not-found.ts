import { Refusal } from "../core/refusal.js";

/** A title that is not there, or that the profile may not meet: nobody is told which. */
export function titleNotFound(): Refusal {
  return new Refusal(
    "title",
    "TITLE_NOT_FOUND",
    "There is no such title for this profile. Accepted: a title that it meets in lists and searches.",
  );
}
