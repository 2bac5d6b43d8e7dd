/**
 * Every code that a client can meet in the `errors` of a payload, and what it means. The schema's description of
 * `UserError.code` and docs/errors.md are printed from it.
 */
export const REFUSAL_CODES = {
  // Who asks.
  BAD_CREDENTIALS: "E-mail and password do not belong together.",
  TOO_MANY_GUESSES:
    "Too many wrong passwords were tried, or too many accounts asked for; a minute later it can be tried again.",
  SIGN_IN_BUSY: "Too many sign in at this moment.",
  PASSWORD_REQUIRED:
    "It takes the account's password; to leave a kids profile, or change what one is limited to, the PIN of a grown-up who may meet that will do.",
  PIN_REQUIRED: "Going on as this profile takes its PIN, or the account's password.",
  BAD_PIN: "This is not the PIN.",
  INVALID_PIN: "A PIN has 4 to 8 digits.",
  SESSION_ENDED: "The refresh token was used before, has expired, or its session was ended.",
  ACCOUNT_REQUIRED: "Only an account may do this, and the profile belongs to none.",
  ACCOUNT_NOT_FOUND: "No account of the tenant has this address.",
  ACCOUNT_GONE: "The account of this session is not there any more.",
  KIDS_PROFILE: "A kids profile may not change its account.",

  // Accounts and their profiles.
  INVALID_EMAIL: "The address is no e-mail address.",
  INVALID_PASSWORD: "The password is too short or too long.",
  COMMON_PASSWORD: "The password is one that many have, or the address itself: it would be tried first.",
  TOKEN_INVALID: "The token is none that was mailed, or it is used or over.",
  MAIL_UNAVAILABLE: "This deployment sends no mails.",
  TOO_MANY_MAILS: "Too many mails were asked for; an hour later one can be asked for again.",
  TOO_MANY_CHANGES: "The account's country was changed twice within thirty days already.",
  INVALID_NAME: "The profile's name is empty, too long, or cannot be shown.",
  EMAIL_TAKEN: "Another account of the tenant has this address.",
  NAME_TAKEN: "Another profile of the account has this name.",
  MATURITY_LIMIT_TOO_HIGH: "A kids profile is to meet more than kids may.",
  TOO_MANY_PROFILES: "The account has as many profiles as it may have.",
  PROFILE_NOT_FOUND: "The account has no such profile, or the session's own is gone.",
  PROFILE_IN_USE: "The profile is the one that the token is for.",
  LAST_PROFILE: "It is the only profile of the account.",
  LAST_ADULT_PROFILE: "It is the only profile of the account that is no child's.",

  // What viewers do with titles.
  TITLE_NOT_FOUND: "There is no such title, or the profile may not meet it.",
  POSITION_OUT_OF_RANGE: "The position lies outside of every title.",
  AT_OUT_OF_RANGE: "The instant of the event is too early, or in the future.",
  EVENT_ID_INVALID: "The event's id is not one that can be kept.",
  EVENT_ID_REUSED: "The event's id was sent before with another content.",
  RATING_OUT_OF_RANGE: "The rating is none from 1 to 5.",
  NOT_FOR_ME_FULL: "As many titles are not for the profile as can be.",

  // Streams.
  NO_SUBSCRIPTION: "The account has no membership that is paid for.",
  TOO_MANY_STREAMS: "As many streams as the plan allows are playing; the message names them.",
  DEVICE_OUT_OF_RANGE: "The screen has no size that can be.",
  NO_RENDITION: "Nothing can be played under this plan on this device.",
  NO_LONGER_PLAYABLE: "The profile may not play the title any more, and the stream was ended.",
  SESSION_NOT_FOUND: "The account has no such session, of a device or of playback.",
  SESSION_EXPIRED: "The playback session has ended: stopped, or without a heartbeat in time.",

  // Memberships and payments.
  PLAN_NOT_FOUND: "There is no such plan.",
  SAME_PLAN: "The account has this plan already.",
  ALREADY_SUBSCRIBED: "The account has a membership already.",
  NOT_SUBSCRIBED: "The account has no membership that could be changed or cancelled.",
  CHECKOUT_IN_PROGRESS: "Another checkout of the account is not at its end yet.",
  PAYMENTS_UNAVAILABLE: "This deployment has no payment provider.",
  PAYMENT_METHOD_REQUIRED: "No payment method was sent, and the account has not paid before.",
  PAYMENT_METHOD_INVALID: "The payment method is no token of a provider.",
  PAYMENT_DECLINED: "The payment was declined; nothing was taken.",
  PAYMENT_TIMED_OUT: "The payment provider did not answer in time; nothing was kept.",
  SUBSCRIPTION_GONE: "The membership ended while it was paid for; what was taken was given back.",
  IDEMPOTENCY_KEY_INVALID: "The key is empty, too long, or cannot be kept.",
  IDEMPOTENCY_KEY_REUSED: "The key was used with another input.",

  // Titles in the hands of editors.
  INVALID: "The field at fault cannot be accepted; the message says what would be.",
  STALE_VERSION: "The title or collection is in another version than was expected; `version` says which.",
  TITLE_MERGED: "The title was merged into another, which the message names.",
  WRONG_STATE: "The title's state does not allow the change.",
  SAME_TITLE: "A title is to be merged into itself.",
  NOT_IN_FORCE: "No version of the title is in force yet.",
  EXPERIMENT_NOT_FOUND: "The tenant has no such experiment.",
  EXPERIMENT_EXISTS: "An experiment of this name goes on, or is kept since it ended.",
  EXCLUSION_GROUP_FULL: "The other experiments of the group leave too few of the profiles.",
  MODEL_NOT_FOUND: "No such model is kept.",
  TOO_MANY_EXPERIMENTS: "As many experiments of the tenant go on as may.",
  COLLECTION_NOT_FOUND: "The tenant has no such collection.",
  TOO_MANY_COLLECTIONS: "The tenant has as many collections as it may have.",
  CAMPAIGN_NOT_FOUND: "The tenant has no such campaign.",
  TOO_MANY_CAMPAIGNS: "The tenant has as many campaigns as it may have.",
  SYNONYM_NOT_FOUND: "The tenant has no such words of its own.",
  TOO_MANY_SYNONYMS: "The tenant has as many words of its own as it may have.",
  SEARCH_RULE_NOT_FOUND: "The tenant has no such rule of search.",
  TOO_MANY_SEARCH_RULES: "The tenant, or the text, has as many rules of search as it may have.",

  // Operators' work.
  KEY_NOT_FOUND: "The tenant has no such API key.",
  INVALID_SCOPE:
    "The scope names no field, one that keys may not have, or one that whoever makes the key may not.",
  TARGET_NOT_FOUND: "There is no such projection.",
  TENANT_EXISTS: "There is a tenant of this name already.",
  TENANT_NOT_FOUND: "There is no such tenant.",
  TENANT_MOVING: "The tenant is being moved, or its last move waits to be confirmed or undone.",
  TENANT_BUSY: "The tenant is written to by transactions that take too long to move it between them.",
  NOT_MOVED: "The tenant is there already, or has no move that could be confirmed or undone.",
  DOMAIN_TAKEN: "The host belongs to another tenant.",
  SERVERS_INVALID: "A tenant cannot be placed on these servers; the message says why.",
  JOB_RUNNING: "A job is working on this projection already.",
} as const satisfies Record<string, string>;

export type RefusalCode = keyof typeof REFUSAL_CODES;
