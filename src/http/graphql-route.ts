import { type ApolloServer } from "@apollo/server";
import { fastifyApolloHandler } from "@as-integrations/fastify";
import {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RouteHandlerMethod,
} from "fastify";

import { type Context } from "../../resolvers/request/context.js";
import { type ReadyQueries } from "../execution/ready-queries.js";
import { answerType, JSON_TYPE } from "./media-types.js";

declare module "fastify" {
  interface FastifyRequest {
    /** What it is executed with, once that has been begun; kept on it, since what a WeakMap holds outlives minor collections. */
    executedWith: Promise<Context> | null;
  }
}

type ContextOf = (request: FastifyRequest, reply: FastifyReply) => Promise<Context>;

/** What answers GraphQL: Apollo Server, and before it what knows a query already. */
export interface GraphqlServer {
  apollo: ApolloServer<Context>;
  ready: ReadyQueries;
  stringifyResult: (result: object) => string;
}

/** Adds the route of GraphQL. @param contextOf what a request is executed with, made once. */
export function routeGraphql(
  scope: FastifyInstance,
  { apollo, ready, stringifyResult }: GraphqlServer,
  contextOf: ContextOf,
): void {
  scope.decorateRequest("executedWith", null);
  const context: ContextOf = (request, reply) => request.executedWith ?? contextOf(request, reply);
  const byApollo = fastifyApolloHandler(apollo, { context }) as RouteHandlerMethod;
  const answerReady = async (request: FastifyRequest, reply: FastifyReply) => {
    const query = ready.read(request);
    if (!query) return null;
    request.executedWith = contextOf(request, reply);
    const ctx = await request.executedWith.catch(() => null);
    const answer = ctx && (await ready.answer(query, ctx, request));
    if (!answer) return null;
    for (const [name, value] of answer.headers) void reply.header(name, value);
    void reply.header("content-type", answerType(request.headers.accept) ?? JSON_TYPE);
    return stringifyResult(answer.body);
  };
  scope.route({
    method: ["GET", "POST"],
    url: "/graphql",
    async handler(request, reply) {
      return (await answerReady(request, reply)) ?? byApollo.call(this, request, reply);
    },
  });
}
