import { type GraphQLResolveInfo } from "graphql";

import { type Counted } from "./kept-texts.js";

/** What an answer may be as a whole. Resolvers count what they answer themselves. */
export interface AnswerBound {
  /** Adds what is written of a property in bytes; false where that is too much. */
  add(bytes: number): boolean;
  /** The error of the field with which it has become too much. */
  exceeded(info: GraphQLResolveInfo): Error;
  /** What has been counted so far, by resolvers too. */
  counted(): Counted;
  /** Counts once more what was counted for a text; false where that is too much, and nothing is counted then. */
  recount(counted: Counted): boolean;
}
