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
  const begun = new WeakMap<FastifyRequest, Promise<Context>>();
  const context: ContextOf = (request, reply) => begun.get(request) ?? contextOf(request, reply);
  const byApollo = fastifyApolloHandler(apollo, { context }) as RouteHandlerMethod;
  const answerReady = async (request: FastifyRequest, reply: FastifyReply) => {
    const query = ready.read(request);
    if (!query) return null;
    const made = contextOf(request, reply);
    begun.set(request, made);
    const ctx = await made.catch(() => null);
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
