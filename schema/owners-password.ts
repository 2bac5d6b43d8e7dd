/** Describes what is said of an account that has no password, beside what takes one. */
export const NO_PASSWORD =
  "An account that an identity provider signs in has none: a token of the provider, of a sign-in within the last five minutes, takes its place, and what stands here is not looked at then.";

/** Describes the argument for what shows the owner of an account. */
export const OWNERS_PASSWORD = `The account's password. ${NO_PASSWORD}`;
