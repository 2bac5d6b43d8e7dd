import { type IncomingHttpHeaders } from "node:http";

import Negotiator from "negotiator";

import { MAIL_LANGUAGES, type MailLanguage } from "../../datasources/core/vocabulary.js";

/** What a client likes to read best, of what mails are written in; null where it says none of these. */
export function languageOf(headers: IncomingHttpHeaders): MailLanguage | null {
  if (headers["accept-language"] === undefined) return null;
  const liked = new Negotiator({ headers }).language([...MAIL_LANGUAGES]);
  return MAIL_LANGUAGES.find((language) => language === liked) ?? null;
}
