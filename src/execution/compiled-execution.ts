import {
  HeaderMap,
  type ApolloServerOptions,
  type ApolloServerPlugin,
  type GraphQLRequestContext,
} from "@apollo/server";
import {
  execute,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";

import { bytesWithText, type KeptTexts, type WrittenResult } from "../../packages/json-executor/index.js";
import { type Context } from "../../resolvers/request/context.js";
import { type RequestWork } from "../../resolvers/request/request-work.js";
import { type Config } from "../config.js";
import { boundOf, plainField } from "../limits/answer-size.js";
import { bounded, CollectedErrors } from "../limits/bounded-errors.js";
import { MAX_ERRORS } from "../limits/limits.js";
import { type Metrics } from "../observability/metrics.js";
import { CompiledDocuments } from "./compiled-documents.js";

type Gateway = NonNullable<ApolloServerOptions<Context>["gateway"]>;
type Executor = NonNullable<Awaited<ReturnType<Gateway["load"]>>["executor"]>;

/** How Apollo Server executes operations: what its constructor takes for it. */
export interface Execution {
  gateway: Gateway;
  plugin: ApolloServerPlugin<Context>;
  /** Whether an operation is answered by a plan that there is. */
  isCompiled: (operation: OperationDefinitionNode) => boolean;
  stringifyResult: (result: object) => string;
}

export interface ExecutionOptions {
  /** Which queries are compiled. */
  which: Config["compiledQueries"];
  /** Errors that are told of variables. */
  maxCoercionErrors: number;
  /** Where texts of what never changes are kept; null: nowhere. */
  texts: KeptTexts | null;
}

/**
 * Executes queries that are asked for again and again by plans that write their answers as JSON, and everything else
 * with graphql-js.
 *
 * Apollo Server's hook for answers made elsewhere leaves out its handling of errors. An answer with errors is therefore
 * handed over where its own executor would be called, whose interface is that of gateways.
 */
export function compiledExecution(
  schema: GraphQLSchema,
  metrics: Pick<Metrics, "observeExecution">,
  options: ExecutionOptions,
): Execution {
  const { maxCoercionErrors } = options;
  const documents = new CompiledDocuments(schema, options.which);
  // What was tried for a request: an answer with errors, or null where graphql-js has to answer.
  const tried = new WeakMap<RequestWork, WrittenResult | null>();
  return {
    isCompiled: (operation) => documents.has(operation),
    // Handed on to Fastify as it is, which takes bytes as well.
    stringifyResult: (result) => bytesWithText(result, "\n") as unknown as string,
    plugin: {
      requestDidStart: async () => ({
        responseForOperation: async (asked) => {
          const { work } = asked.contextValue;
          if (tried.has(work)) return null;
          const result = await run(documents, asked, options);
          if (!work.primes) metrics.observeExecution(result ? "compiled" : "interpreted");
          if (!result || result.errors) {
            tried.set(work, result);
            return null;
          }
          return {
            http: { status: undefined, headers: new HeaderMap() },
            // Read by nobody but stringifyResult: what plugins ask is whether there is data.
            body: {
              kind: "single",
              singleResult: { data: result.data as object as Record<string, unknown> },
            },
          };
        },
      }),
    },
    gateway: gatewayOf(schema, async ({ context, document, request, operationName }) => {
      const contextValue = context as Context;
      const result = tried.get(contextValue.work);
      if (result) return result as object;
      contextValue.work.collected = new CollectedErrors();
      return execute({
        schema,
        document,
        contextValue,
        variableValues: request.variables,
        operationName: request.operationName ?? operationName,
        fieldResolver: bounded(plainField) as GraphQLFieldResolver<unknown, unknown>,
        options: { maxCoercionErrors },
      });
    }),
  };
}

async function run(
  documents: CompiledDocuments,
  { document, operation, request, contextValue }: GraphQLRequestContext<Context>,
  { maxCoercionErrors, texts }: ExecutionOptions,
): Promise<WrittenResult | null> {
  if (!document || !operation) return null;
  const compiled = documents.of(document, operation);
  if (!compiled) return null;
  const { fields } = compiled;
  const { variables } = request;
  const { work, tenant } = contextValue;
  const { cost, bytes } = work;
  const result = await compiled.execute({
    context: contextValue,
    variables,
    maxCoercionErrors,
    bound: boundOf(work),
    errorLimit: {
      most: MAX_ERRORS,
      leaveOut: (error, locate) => work.leftOut.add(error, locate),
    },
    // Ids name the tenant.
    keeping: texts ? { texts, scope: tenant.slug } : undefined,
  });
  // What was made of it is made once more.
  if (!result) {
    Object.assign(work, { cost, bytes });
    work.leftOut.clear();
  }
  if (compiled.fields > fields) documents.grown(operation, compiled);
  return result;
}

/** The gateway that Apollo Server asks for its schema, once, and for the answer to every operation. */
function gatewayOf(schema: GraphQLSchema, executor: Executor): Gateway {
  return {
    onSchemaLoadOrUpdate(tell) {
      tell({ apiSchema: schema, coreSupergraphSdl: "" });
      return () => undefined;
    },
    load: () => Promise.resolve({ executor }),
    stop: () => Promise.resolve(),
  };
}
