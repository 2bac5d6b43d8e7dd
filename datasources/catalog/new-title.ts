import { type Tenant } from "../core/tenant.js";
import { withDefaults, type StoredFacts, type TitleFacts } from "../core/title-fields.js";
import { type TitleLicence } from "../core/title.document.js";

const LONG_AGO = "1900-01-01T00:00:00.000Z";

/**
 * The first body of a title of which little was stated. What says nothing of licences is licensed in the tenant's own
 * country alone: a default is never the widest right.
 *
 * @param at when it joins the catalogue, unless it says so. ISO 8601.
 */
export function newTitle(
  stated: StoredFacts,
  { defaultCountry }: Pick<Tenant, "defaultCountry">,
  at: string,
): TitleFacts {
  return withDefaults({ addedAt: at, licences: atHome(defaultCountry), ...stated });
}

function atHome(country: string): TitleLicence[] {
  return [{ countries: [country], from: LONG_AGO, until: null }];
}
