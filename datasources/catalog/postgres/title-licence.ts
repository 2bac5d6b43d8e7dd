import { type TitleLicence } from "../../core/title.document.js";

/**
 * The licences of a title once one has been set: it stands in the place of all that its countries had, past and future
 * ones included; one for everywhere (`*`) in the place of all there are. A licence for everywhere stays beside those
 * of single countries.
 */
export function licensed(licences: readonly TitleLicence[], set: TitleLicence): TitleLicence[] {
  if (set.countries.includes("*")) return [{ ...set, countries: ["*"] }];
  const others = licences.flatMap((licence) => {
    const countries = licence.countries.filter((country) => !set.countries.includes(country));
    return countries.length > 0 ? [{ ...licence, countries }] : [];
  });
  return [...others, set];
}
