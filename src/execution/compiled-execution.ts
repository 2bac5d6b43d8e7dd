import {
  HeaderMap,
  type ApolloServerOptions,
  type ApolloServerPlugin,
  type GraphQLRequestContext,
} from "@apollo/server";
import { execute, type GraphQLFieldResolver, type GraphQLSchema } from "graphql";

import { stringifyWithText, type WrittenResult } from "../../packages/json-executor/index.js";
import { type Context } from "../../resolvers/request/context.js";
import { type Config } from "../config.js";
import { boundOf, plainField } from "../limits/answer-size.js";
import { type Metrics } from "../observability/metrics.js";
import { CompiledDocuments } from "./compiled-documents.js";

type Gateway = NonNullable<ApolloServerOptions<Context>["gateway"]>;
type Executor = NonNullable<Awaited<ReturnType<Gateway["load"]>>["executor"]>;

/** How Apollo Server executes operations: what its constructor takes for it. */
export interface Execution {
  gateway: Gateway;
  plugin: ApolloServerPlugin<Context>;
  stringifyResult: (result: object) => string;
}

export interface ExecutionOptions {
  /** Which queries are compiled. */
  which: Config["compiledQueries"];
  /** Errors that are told of variables. */
  maxCoercionErrors: number;
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
  const failed = new WeakMap<Context, WrittenResult>();
  return {
    stringifyResult: (result) => `${stringifyWithText(result)}\n`,
    plugin: {
      requestDidStart: async () => ({
        responseForOperation: async (asked) => {
          const result = await run(documents, asked, maxCoercionErrors);
          metrics.observeExecution(result ? "compiled" : "interpreted");
          if (!result) return null;
          if (result.errors) {
            failed.set(asked.contextValue, result);
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
      const result = failed.get(contextValue);
      if (result) return result as object;
      return execute({
        schema,
        document,
        contextValue,
        variableValues: request.variables,
        operationName: request.operationName ?? operationName,
        fieldResolver: plainField as GraphQLFieldResolver<unknown, unknown>,
        options: { maxCoercionErrors },
      });
    }),
  };
}

async function run(
  documents: CompiledDocuments,
  { document, operation, request, contextValue }: GraphQLRequestContext<Context>,
  maxCoercionErrors: number,
): Promise<WrittenResult | null> {
  if (!document || !operation) return null;
  const compiled = documents.of(document, operation);
  if (!compiled) return null;
  const { fields } = compiled;
  const { variables } = request;
  const { work } = contextValue;
  const { cost, bytes } = work;
  const bound = boundOf(work);
  const result = await compiled.execute({ context: contextValue, variables, maxCoercionErrors, bound });
  // What was made of it is made once more.
  if (!result) Object.assign(work, { cost, bytes });
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
