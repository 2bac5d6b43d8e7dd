import { setTimeout as sleep } from "node:timers/promises";

import { type ApolloServerPlugin } from "@apollo/server";
import { type FastifyRequest } from "fastify";
import { type GraphQLSchema } from "graphql";

import { type Context } from "../../resolvers/request/context.js";
import { AnswerLife } from "../../resolvers/request/answer-life.js";
import { OperationLifetimes } from "./operation-lifetimes.js";

/**
 * How long the answer to a request may live at most; null where it is somebody's own, or only this once: of what a
 * visitor asks by GET, with no header that changes the answer, it is everybody's.
 *
 * @param own headers, by small letters, with which an answer is not everybody's.
 */
export function answerLifeOf(
  { method, headers }: Pick<FastifyRequest, "method" | "headers">,
  own: readonly string[],
): AnswerLife | null {
  return method === "GET" && own.every((name) => headers[name] === undefined) ? new AnswerLife() : null;
}

/** How long it is waited for until when an answer is good, that is ready; without, it is not kept. Milliseconds. */
const PATIENCE_MS = 200;

/**
 * Tells caches how long they may keep an answer: by what its fields declare, no longer than a licence of a title in it is
 * in force, and where it follows from other titles, as counts and names do, than no licence begins or ends. What has errors, or lacks what a store did not answer, is not kept.
 *
 * @param mostSeconds the longest; 0: nothing is kept.
 */
export function keptAnswers(schema: GraphQLSchema, mostSeconds: number): ApolloServerPlugin<Context> {
  const lifetimes = new OperationLifetimes(schema, mostSeconds);
  return {
    requestDidStart: async ({ contextValue: { work } }) => {
      const { life } = work;
      if (!life) return;
      return {
        willSendResponse: async ({ document, operation, errors, response, contextValue: { request } }) => {
          const { body, http } = response;
          if (!document || !operation || errors?.length || request.calls.missed.size > 0) return;
          if (body.kind !== "single" || body.singleResult.errors?.length) return;
          const declared = lifetimes.of(document, operation);
          if (declared <= 0) return;
          const left = await Promise.race([life.secondsLeft(), sleep(PATIENCE_MS, 0, { ref: false })]);
          const seconds = Math.min(declared, left);
          if (seconds > 0) http.headers.set("cache-control", `public, max-age=${seconds}`);
        },
      };
    },
  };
}
