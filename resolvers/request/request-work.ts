import { type GraphQLError } from "graphql";

import { type MailLanguage } from "../../datasources/core/vocabulary.js";
import { type AnswerLife } from "./answer-life.js";

/** What a request asks for, as it was judged before anything was done for it. */
export interface AskedWork {
  /** The document, wherever its text came from; null where none was sent that can be read. */
  text: string | null;
  /** What the operation is taken to cost. */
  cost: number;
}

/**
 * What one request is taken to need and what its answer has come to so far. Counted while it is executed, so an object
 * that executor and resolvers share.
 */
export class RequestWork {
  /** What has been done for it, round trips aside: the objects that it answers, what its fields did. */
  cost = 0;
  /** What the answer takes as JSON, as far as it is made. Bytes. */
  bytes = 0;
  /** Errors that were met, those included that are not answered. */
  errors = 0;
  /** By whom it was paid for before it began, by the kind of budget; null: by nobody. */
  payers: Readonly<Record<string, string>> | null = null;
  /** Set when the answer has grown beyond what one may take: nothing more is answered. */
  tooLarge: GraphQLError | null = null;

  /**
   * @param mostBytes what the answer may take.
   * @param address where it comes from.
   * @param language what its client likes to read best, of what mails are written in; null: none of these.
   * @param userAgent what it was sent by, as that calls itself.
   * @param life of its answer; null: it is nobody else's.
   */
  constructor(
    readonly asked: AskedWork,
    readonly mostBytes: number,
    readonly address: string,
    readonly language: MailLanguage | null = null,
    readonly userAgent?: string,
    readonly life: AnswerLife | null = null,
  ) {}
}
