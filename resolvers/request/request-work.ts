import { type GraphQLError, type GraphQLResolveInfo } from "graphql";

import { type MailLanguage } from "../../datasources/core/vocabulary.js";
import { type AnswerLife } from "./answer-life.js";
import { LeftOutErrors } from "./left-out-errors.js";

/** What a request asks for, as it was judged before anything was done for it. */
export interface AskedWork {
  /** The document, wherever its text came from; null where none was sent that can be read. */
  text: string | null;
  /** What the operation is taken to cost. */
  cost: number;
}

/** What bounds the errors of an executor that collects all it meets. */
export interface ErrorBound {
  /** Takes what a field has failed with: answers null in its place, or throws what is to be collected. */
  take(error: unknown, info: GraphQLResolveInfo, work: RequestWork): null;
}

/**
 * What one request is taken to need and what its answer has come to so far. Counted while it is executed, so an object
 * that executor and resolvers share.
 */
export class RequestWork {
  /** On the clock of `performance.now()`. */
  readonly begun = performance.now();
  /** What has been done for it, round trips aside: the objects that it answers, what its fields did. */
  cost = 0;
  /** What the answer takes as JSON, as far as it is made. Bytes. */
  bytes = 0;
  /** Errors that were met, those included that are not answered. */
  errors = 0;
  /** Those that are not answered, as far as they were not collected. */
  readonly leftOut = new LeftOutErrors();
  /** Bounds them where the executor does not. */
  collected: ErrorBound | null = null;
  /** By whom it was paid for before it began, by the kind of budget; null: by nobody. */
  payers: Readonly<Record<string, string>> | null = null;
  /** Whether the gateway asks itself, to be warm: then nobody is counted and nothing is paid. */
  primes = false;
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
