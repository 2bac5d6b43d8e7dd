import path from "node:path";

import { z } from "zod";

import { CONSENT_TEXT, CONSENT_TEXT_ACCEPTED } from "../../datasources/accounts/profiles.js";
import { type InsightBudget } from "../../datasources/insights/insights.js";
import { type RetentionDays } from "../../datasources/retention/retention.js";
import { wholeNumber } from "../config-values.js";
import { INSIGHT_VARIABLES, insightBudget } from "./insight-variables.js";
import { RETENTION_VARIABLES, retentionDays } from "./retention-variables.js";

/** Variables about what people may ask for about themselves. */
export const PRIVACY_VARIABLES = {
  MARQUEE_CONSENT_TEXT: z.string().regex(CONSENT_TEXT, `is not ${CONSENT_TEXT_ACCEPTED}`).default("1"),
  MARQUEE_EXPORT_HOURS: wholeNumber(1, 720).default(24),
  MARQUEE_ERASURES_FILE: z.string().min(1).optional(),
  ...RETENTION_VARIABLES,
  ...INSIGHT_VARIABLES,
};

export interface PrivacySettings {
  /** Version of the text about consents that clients show. */
  consentText: string;
  /** For how long what is held about an account can be fetched. Hours. */
  exportHours: number;
  /** Where it is noted who was erased, outside of what a backup of the database takes back. */
  erasuresFile: string;
  /** For how long data is kept, and when that is enforced: in the form of cron, in UTC. */
  retention: { days: RetentionDays; at: string };
  insights: InsightBudget;
}

type Variables = z.infer<z.ZodObject<typeof PRIVACY_VARIABLES>> & { MARQUEE_DATA: string };

export function privacyOf(value: Variables): PrivacySettings {
  const { MARQUEE_DATA: folder, MARQUEE_ERASURES_FILE: file = path.join(folder, "erasures.ndjson") } = value;
  return {
    consentText: value.MARQUEE_CONSENT_TEXT,
    exportHours: value.MARQUEE_EXPORT_HOURS,
    erasuresFile: path.resolve(file),
    retention: { days: retentionDays(value.MARQUEE_RETENTION_DAYS), at: value.MARQUEE_RETENTION_AT },
    insights: insightBudget(value),
  };
}
