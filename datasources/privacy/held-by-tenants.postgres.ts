import { nobody, type Holdings } from "./held.js";

/**
 * What the tables of a tenant hold about people. Each that has columns `account_id` or `profile_id`, and those that
 * `personalTables` names, are exported, erased and looked through; a test holds the two lists, and the database, to each
 * other.
 */
export const HELD_BY_TENANTS: Holdings = {
  accounts: {
    person:
      "Who signs in: address (sealed, and as a keyed hash), hash of the password, roles, country, language; the random name of the log of acts.",
    fields:
      "id email_sealed email_hash password_hash roles country created_at language email_verified_at audit_name erasing",
    other: "tenant_id",
  },
  person_keys: {
    person:
      "The keys that addresses and names are sealed with, by whose they are; each wrapped by another that is kept elsewhere.",
    fields: "owner wrapped",
    other: "tenant_id key_id",
  },
  profiles: {
    person:
      "Who watches: what they are called (sealed), for whom it is, its limit, country, the genres that they said they like, and the hash of its PIN.",
    fields:
      "id account_id name name_sealed kind maturity_limit country favourite_genres position created_at pin_hash",
    other: "tenant_id",
  },
  outside_accounts: {
    person: "By which name an identity provider knows an account, as a keyed hash.",
    fields: "issuer subject account_id told_at",
    other: "tenant_id",
  },
  consents: {
    person: "What somebody agrees to, and to which text.",
    fields: "account_id personalisation measurement marketing updated_at text_version",
    other: "tenant_id",
  },
  consent_changes: {
    person: "What they agreed to before.",
    fields: "account_id at personalisation measurement marketing text_version",
    other: "tenant_id",
  },
  sessions: {
    person: "Where somebody is signed in: device, country, when last; hash of the refresh token.",
    fields:
      "token_hash account_id profile_id created_at expires_at id device_id device country last_seen_at prolongable",
    other: "tenant_id",
    until: "`sessions` after its end",
  },
  used_refresh_tokens: {
    person: "Hashes of refresh tokens that were used, by session.",
    fields: "token_hash session_id used_at salt",
    other: "tenant_id",
    until: "its session",
    beyond: "goes with its session, and is nothing but hashes",
  },
  account_mails: {
    person:
      "Mails that wait or were sent: to which address (sealed, and as a keyed hash), of which kind; hash of what they bring.",
    fields: "id account_id kind email_sealed email_hash language token_hash expires_at attempts sent_at",
    other: "tenant_id",
    until: "`mails` after what they bring is over",
  },
  viewing_events: {
    person: "What was watched, when, for how long, where and on which kind of device.",
    fields:
      "id profile_id title_id at seconds completed country device recorded_at position_seconds played_seconds allowed_seconds told_at",
    other: "tenant_id",
    until: "`viewing`; then they are nobody's",
  },
  viewing_receipts: {
    person: "Answers to reports that came with an id.",
    fields: "profile_id event_id request answer xid recorded_at",
    other: "tenant_id",
    until: "`receipts`",
  },
  title_progress: {
    person: "Where a profile stands in a title, and how much of it was watched.",
    fields:
      "profile_id title_id position_seconds duration_seconds completed watched_seconds first_watched_at last_watched_at counted_seconds unmeasured unmeasured_until unmeasured_seconds dismissed_at",
    other: "tenant_id revision",
  },
  not_for_me: {
    person: "What a profile does not want to be shown.",
    fields: "profile_id title_id since",
    other: "tenant_id revision",
  },
  search_log: {
    person:
      "What a profile has searched for on a day, how much was found, which titles it was shown first, and which it opened.",
    fields: "profile_id day query language hits opened_title_id at shown teams",
    other: "tenant_id",
    until: "`searches`, or the end of the consent to measurement",
  },
  served_lists: {
    person: "Which titles a profile was recommended, when, and where.",
    fields: "profile_id at context row_id row_place place title_ids",
    other: "tenant_id id model model_number latency_ms kept arms teams",
    until: "`served`, or the end of the consent to personalisation",
  },
  served_sums: {
    person:
      "How many lists of an experiment a profile was served on a day, and which of the titles that it began then count for them.",
    fields: "arm profile_id day lists watched completed titles finished",
    other: "tenant_id",
    until: "`served`, or the end of the consent to personalisation or measurement",
  },
  ratings: {
    person: "How a profile rated a title.",
    fields: "profile_id title_id rating rated_at",
    other: "tenant_id",
  },
  watchlist: {
    person: "What a profile wants to watch.",
    fields: "profile_id title_id added_at",
    other: "tenant_id",
  },
  playback_sessions: {
    person: "Streams: what was played, when, on what.",
    fields:
      "id account_id profile_id title_id device started_at heartbeat_at expires_at stopped_at capabilities max_height",
    other: "tenant_id",
    until: "`playback` after its end",
  },
  subscriptions: {
    person: "Which plan an account has, and since when.",
    fields: "id account_id plan_id state started_at current_period_end period_start cancelled_at",
    other: "tenant_id",
  },
  checkouts: {
    person: "How a plan was paid: the provider's token of a card, its reference, the amount.",
    fields:
      "id kind account_id subscription_id plan_id amount_cents currency payment_method state failure provider_reference credit_payment credit_cents credited_at created_at finished_at",
    other: "tenant_id attempts deadline_at lease leased_until",
    until: "stays in the books, as nobody's once the account is erased",
  },
  checkout_steps: {
    person: "How far that came.",
    fields: "checkout_id step outcome at",
    other: "tenant_id position",
    until: "its checkout",
  },
  payments: {
    person: "What was paid.",
    fields: "id subscription_id amount_cents currency state provider_reference created_at refunded_cents",
    other: "tenant_id",
  },
  receipts: {
    person: "What was bought, for which time.",
    fields:
      "checkout_id account_id plan_name amount_cents credit_cents currency period_start period_end issued_at",
    other: "tenant_id",
    until: "stays in the books, as nobody's once the account is erased",
  },
  idempotency_keys: {
    person: "Answers kept for a client's keys.",
    fields: "account_id operation key input_hash answer created_at",
    other: "tenant_id",
    until: "`keys`",
  },
  account_exports: {
    person: "That a copy of everything was asked for.",
    fields: "id account_id state bytes asked_at expires_at",
    other: "tenant_id",
    until: "`exports` after it expires",
  },
  account_export_parts: {
    person: "The copy, sealed.",
    fields: "export_id part",
    other: "tenant_id position",
    until: "its export",
  },
  outbox: {
    person:
      "What projections are still to be told: a profile's latest watch of a title, with its rating, or that it is not for it.",
    fields: "entity related state recorded_at",
    other: "tenant_id partition xid id topic revision",
    until: "every projection has passed it",
  },
  audit_log: {
    person: "Who did what, by a random name that only the account's row knows.",
    fields: "at act outcome actor subject details",
    other: "tenant_id position hash",
    until: "`audit`; names nobody once the account is gone",
  },
  erasures: {
    person: "Whom to forget, sealed until that is done. Then figures alone.",
    fields: "id asked_at finished_at subject_sealed subject_hash audit_name receipt",
    other: "tenant_id state",
    until: "the end of the erasure",
    beyond: "is what an erasure works by",
  },
  erased_ids: {
    person: "Hashes of ids of accounts and profiles that were erased.",
    fields: "hash erased_at",
    other: "tenant_id",
    until: "stays, so that nothing brings them back",
    beyond: "names nobody to whoever has not the id already",
  },
  api_keys: nobody("tenant_id id name hash scope created_at expires_at last_used_at revoked_at"),
  plans: nobody("tenant_id id name max_streams max_height price_cents currency"),
  title_versions: nobody("tenant_id title_id version effective_from recorded_at body"),
  title_heads: nobody("tenant_id title_id version revision merged_into locked_fields"),
  title_merges: nobody("tenant_id title_id into_id merged_at"),
  title_names: nobody("tenant_id type id name by_hand varied"),
  domain_stamps: nobody("tenant_id domain stamp"),
  catalog_titles: nobody(
    "tenant_id id revision kind state sort_name release_year maturity_age studio_id genre_ids tags added_at popularity document attributes form",
  ),
  catalog_names: nobody("tenant_id type id name"),
  catalog_credits: nobody("tenant_id person_id title_id role release_year"),
  catalog_genres: nobody("tenant_id genre_id title_id"),
  catalog_licences: nobody("tenant_id title_id country from_at until_at"),
  search_titles: nobody(
    "tenant_id doc id revision kind state release_year maturity_age maturity_rating genre_ids genres tags studio_id person_ids popularity world_from world_until licence_countries licence_from licence_until attributes form",
  ),
  search_texts: nobody("tenant_id doc word_ids texts"),
  search_words: nobody("tenant_id word_id word frequency keyed"),
  search_keys: nobody("tenant_id key word_id"),
  search_terms: nobody("tenant_id word_id minor doc weight share spoken keyed"),
  search_names: nobody("tenant_id start kind id name"),
  search_uses: nobody("tenant_id kind id doc"),
  search_synonyms: nobody("tenant_id id language words genre keys added_at"),
  search_rules: nobody("tenant_id id query query_key title_id place factor set_at"),
  search_lifts: nobody("tenant_id query title_id factor"),
  search_learning: nobody("tenant_id mode learned_at"),
  similar_titles: nobody("tenant_id from_id to_id weight next"),
  taste_models: nobody("tenant_id model learned_at titles edges number"),
  kept_models: nobody(
    "tenant_id number model learned_at learned_until edges titles verdict figures live_since",
  ),
  kept_edges: nobody("tenant_id number from_place to_place weight next"),
  top10_entries: nobody("tenant_id country day rank title_id viewers watched_seconds"),
  top10_weeks: nobody("tenant_id country day rank title_id viewers watched_seconds"),
  top10_changes: nobody("tenant_id country day changed_at earlier later"),
  top10_checks: nobody("tenant_id country day check_name passed measured limit_value checked_at"),
  trending_titles: nobody("tenant_id country rank title_id score"),
  insight_releases: nobody(
    "tenant_id until days country epsilon viewers_noise seconds_noise least_viewers titles released_at",
  ),
  served_closings: nobody("tenant_id until summed"),
  experiments: nobody(
    "tenant_id id name kind exclusion_group metric least_lists first_place started_at ended_at",
  ),
  experiment_arms: nobody("tenant_id experiment_id position arm percent model_number diversity ended_at"),
  campaigns: nobody("tenant_id id title_id from_at until_at countries strength updated_at"),
  home_collections: nobody(
    "tenant_id id name title_ids from_at until_at audience countries position version updated_at",
  ),
  schema_migrations: nobody("version name checksum applied_at"),
};
