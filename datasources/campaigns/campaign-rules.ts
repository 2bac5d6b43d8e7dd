import { z } from "zod";

import { accepted, check, invalid } from "../core/checking.js";
import { country, instant, list, prose, whole } from "../core/field-rules.js";
import { Refusals } from "../core/refusal.js";
import { type CampaignFacts } from "./campaigns.js";

const MAX_COUNTRIES = 250;

const RULES = z.object({
  // What may have been asked for as an id: whether there is such a title is looked up.
  title: prose(512),
  from: instant.nullable(),
  until: instant.nullable(),
  countries: list(country, MAX_COUNTRIES, "countries"),
  strength: whole(1, 100),
});

/** What a campaign is that says nothing else: at once and without end, everywhere. */
const USUAL = { from: null, until: null, countries: [], strength: 50 } as const;

/**
 * What a campaign says after an edit; countries come out once each.
 *
 * @param before what it said; null where it is made.
 * @throws Refusals INVALID, naming every field at fault.
 */
export function editedCampaign(before: CampaignFacts | null, fields: Partial<CampaignFacts>): CampaignFacts {
  const facts = accepted(check(RULES, { ...(before ?? USUAL), ...fields }), (name) => name);
  if (facts.from !== null && facts.until !== null && facts.from >= facts.until) {
    throw new Refusals([invalid({ field: "until", accepted: `an instant after from, ${facts.from}` })]);
  }
  return { ...facts, countries: [...new Set(facts.countries)].sort() };
}
