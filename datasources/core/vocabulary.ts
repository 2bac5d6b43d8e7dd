/*
 * Words that clients, rules and stores have in common: closed sets, each the values of an enum of the schema.
 */

export {
  HDR_FORMATS,
  type HdrFormat,
  OMISSION_REASONS,
  type OmissionReason,
  VIDEO_CODECS,
  type VideoCodec,
} from "../../packages/rendition-ladder/index.js";

/** What an account may do beside watching. */
export const ROLES = ["VIEWER", "EDITOR", "OPERATOR", "PLATFORM"] as const;
export type Role = (typeof ROLES)[number];

/** Languages that mails are written in, by their BCP 47 tags; the first where nobody has said. */
export const MAIL_LANGUAGES = ["en", "de", "fr", "es", "ja"] as const;
export type MailLanguage = (typeof MAIL_LANGUAGES)[number];

/** Why an account is written to. */
export type MailKind = "RESET" | "VERIFY" | "PASSWORD_CHANGED" | "EMAIL_CHANGING";

/** For whom a profile is. */
export type ProfileKind = "ADULT" | "KIDS";

/** What something is watched on. Events of which that is not known say `UNKNOWN`. */
export const DEVICE_KINDS = ["TV", "MOBILE", "TABLET", "WEB", "CONSOLE"] as const;
export type DeviceKind = (typeof DEVICE_KINDS)[number];

/** What an event that projections follow is about: a title's content, what a profile did with a title or says of it, or a profile itself. */
export type OutboxTopic = "TITLE" | "WATCH" | "NOT_FOR_ME" | "PROFILE";

/** Work that an operator starts, or a gateway at set times, and how far it is. */
export type JobKind = "REBUILD" | "CHECK" | "REPAIR" | "MOVE" | ScheduledKind;
export type ScheduledKind = "LEARN" | "CHARTS";
/** How long the lists of a country are of: one of its days, or Monday to Sunday. */
export type ChartPeriod = "DAY" | "WEEK";

/** What has become of a title from one weekly list to the next. */
export type WeeklyMoveKind = "ENTERED" | "STAYED" | "LEFT";

/** What the lists of a country's day are looked at for. */
export type ChartCheckName =
  "COMPLETENESS" | "FRESHNESS" | "UNIQUENESS" | "RANGES" | "INTEGRITY" | "RECONCILIATION";

export type JobState = "RUNNING" | "DONE" | "FAILED";

/** Why a checkout failed. */
export const CHECKOUT_FAILURES = ["PAYMENT_DECLINED", "PAYMENT_TIMED_OUT", "SUBSCRIPTION_GONE"] as const;
export type CheckoutFailure = (typeof CHECKOUT_FAILURES)[number];

/** What suggests a title to a profile. */
export type RecommendationModel = "SIMILAR" | "POPULAR";

/** Where suggestions are shown, which says what they are to be. */
export type RecommendationContext = "HOME" | "BECAUSE" | "AFTER_WATCHING" | "SEARCH_EMPTY";

/** How an experiment serves: each profile what one of the arms makes, or all that take part what both make. */
export const EXPERIMENT_KINDS = ["ARMS", "INTERLEAVING"] as const;
export type ExperimentKind = (typeof EXPERIMENT_KINDS)[number];

/** What the arms of an experiment are judged by. */
export const EXPERIMENT_METRICS = ["WATCHED", "COMPLETED"] as const;
export type ExperimentMetric = (typeof EXPERIMENT_METRICS)[number];

/** Where a membership to a plan is in its life. */
export type MembershipState = "PENDING" | "ACTIVE" | "PAST_DUE" | "CANCELLED";

/** What a row of the home page is made of. */
export type HomeRowKind =
  | "CONTINUE_WATCHING"
  | "RECOMMENDED"
  | "TOP_10"
  | "BECAUSE_YOU_WATCHED"
  | "TRENDING"
  | "WATCHLIST"
  | "NEW"
  | "POPULAR"
  | "GENRE"
  | "COLLECTION";

/** What searches came to that editors are told of. */
export type SearchReportKind = "ZERO_RESULT" | "ABANDONED";

/** Whether what searches learn from what was opened counts: not at all, beside the plain order to compare both, or always. */
export const SEARCH_LEARNING_MODES = ["OFF", "TRIAL", "ON"] as const;
export type SearchLearningMode = (typeof SEARCH_LEARNING_MODES)[number];

/** Who is shown a collection of editors. */
export const COLLECTION_AUDIENCES = ["EVERYBODY", "KIDS", "GROWN_UPS"] as const;
export type CollectionAudience = (typeof COLLECTION_AUDIENCES)[number];
