import { ApolloServer, type ApolloServerPlugin } from "@apollo/server";
import { ApolloServerPluginCacheControlDisabled } from "@apollo/server/plugin/disabled";
import { ApolloServerPluginLandingPageDisabled } from "@apollo/server/plugin/disabled";
import { GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from "graphql";

import {
  ClientGoneError,
  DeadlinePassedError,
  StoreAbortedError,
  StoreUnavailableError,
} from "../datasources/core/store-error.js";
import { type Config } from "./config.js";
import { type Context } from "../resolvers/request/context.js";
import { ERROR_CODES } from "../resolvers/request/errors.js";
import { keptTexts } from "./caching/cache-variables.js";
import { keptAnswers } from "./caching/kept-answers.js";
import { ReadyQueries } from "./execution/ready-queries.js";
import { compiledExecution } from "./execution/compiled-execution.js";
import { consistency } from "./http/consistency-plugin.js";
import { type Documents } from "./documents/documents.js";
import { knownDocuments } from "./documents/known-documents.js";
import { type PersistedTexts } from "./documents/persisted-texts.js";
import { schemaSecrecy } from "./documents/schema-secrecy.js";
import { explain } from "./http/explain-plugin.js";
import { type GraphqlServer } from "./http/graphql-route.js";
import { faults } from "./http/faults-plugin.js";
import { freshness } from "./http/freshness-plugin.js";
import { KEY_HEADER } from "./http/who-asks.js";
import { inOurWords } from "./http/our-words.js";
import { status } from "./http/status-plugin.js";
import { explainEnumError } from "./input-errors.js";
import { registerTexts } from "./observability/cache-metrics.js";
import { logFailure } from "./observability/log-failure.js";
import { forLibraries, type Logger } from "./observability/logger.js";
import { type Metrics } from "./observability/metrics.js";
import { costs } from "./limits/actual-cost.js";
import { errorLimits } from "./limits/error-limits.js";
import { cutMessage } from "./limits/error-messages.js";
import { MAX_ERRORS } from "./limits/limits.js";
import { onePlugin } from "./one-plugin.js";
import { readableVariables } from "./unreadable-queries.js";
import { TENANT_HEADER } from "./tenancy/request-tenant.js";

/**
 * Headers that no page can send to another origin without asking first (they are not "CORS-safelisted"). As there are
 * no cookies, a request that has one was meant by whoever sends it; content types but those of forms count as well.
 */
const PROOFS = [
  "authorization",
  KEY_HEADER,
  TENANT_HEADER,
  "x-apollo-operation-name",
  "apollo-require-preflight",
];

/**
 * The GraphQL engine: Apollo Server over our schema, without what would wrap every field. Documents are read, validated
 * and kept by `documents`; who may be told of the schema is decided there as well.
 */
export function createApollo(
  config: Pick<
    Config,
    "introspection" | "explain" | "limits" | "documents" | "compiledQueries" | "cacheSeconds" | "cache"
  >,
  schema: GraphQLSchema,
  documents: Documents,
  persisted: PersistedTexts,
  more: readonly ApolloServerPlugin<Context>[],
  logger: Logger,
  metrics: Metrics,
): GraphqlServer {
  const texts = keptTexts(config.cache);
  if (texts) registerTexts(metrics.registry, texts);
  const execution = compiledExecution(schema, metrics, {
    which: config.compiledQueries,
    maxCoercionErrors: MAX_ERRORS,
    texts,
  });
  const [plugin, ...others] = onePlugin([
    knownDocuments(documents, config),
    faults((error, requestId) => masked(error, { requestId }, logger)),
    // Sees all errors; nobody behind the next has more to look at than are answered.
    observe(logger, metrics),
    errorLimits(),
    schemaSecrecy(config),
    explain(config.explain),
    costs(),
    keptAnswers(schema, config.cacheSeconds),
    ...more,
    freshness(),
    readableVariables(),
    consistency(),
    status(),
    execution.plugin,
  ]);
  const apollo = new ApolloServer<Context>({
    gateway: execution.gateway,
    stringifyResult: execution.stringifyResult,
    persistedQueries: { cache: persisted.forApollo() },
    documentStore: null,
    parseOptions: { maxTokens: config.limits.tokens },
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    csrfPrevention: { requestHeaders: PROOFS },
    logger: forLibraries(logger),
    formatError: (formatted, error) => explainEnumError(schema, formatError(formatted, error)),
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      plugin,
      ...others,
    ],
  });
  const { isCompiled, stringifyResult } = execution;
  const ready = new ReadyQueries({ schema, documents, isCompiled, plugin });
  return { apollo, ready, stringifyResult };
}

/**
 * What a client sees of an error: ours as they are, a store's failure as the code it stands for, and of anything
 * unexpected nothing but the request id, under which it is logged.
 */
function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const cause = meaningOf(causeOf(error));
  const { requestId } = formatted.extensions ?? {};
  if (cause instanceof StoreUnavailableError) {
    return {
      ...formatted,
      message: cause.message,
      extensions: { code: "STORE_UNAVAILABLE", store: cause.store, requestId },
    };
  }
  if (cause instanceof DeadlinePassedError)
    return { ...formatted, message: cause.message, extensions: { code: "DEADLINE_EXCEEDED" } };
  if (cause instanceof StoreAbortedError || cause instanceof ClientGoneError) {
    return { ...formatted, message: "The request was cancelled", extensions: { code: "REQUEST_CANCELLED" } };
  }
  if (isExpected(formatted))
    return {
      ...formatted,
      message: cutMessage(
        formatted.extensions?.code === "BAD_REQUEST" ? inOurWords(formatted.message) : formatted.message,
      ),
      extensions: { ...formatted.extensions, requestId: undefined },
    };
  return {
    ...formatted,
    message: "Something went wrong here, not in your query. The request id leads us to it.",
    extensions: { code: "INTERNAL_SERVER_ERROR", requestId },
  };
}

/** What was thrown: by a resolver, or before there was an operation. */
function causeOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? error.originalError : error;
}

/** Whether a field failed because its request was over: nothing of ours did. */
function isOver(cause: unknown): boolean {
  return [StoreAbortedError, ClientGoneError, DeadlinePassedError].some((kind) => cause instanceof kind);
}

/** What a request was over by, where a store call only says that it was. */
function meaningOf(cause: unknown): unknown {
  return cause instanceof StoreAbortedError && cause.cause instanceof DeadlinePassedError
    ? cause.cause
    : cause;
}

function isExpected({ extensions }: Pick<GraphQLFormattedError, "extensions">): boolean {
  const code = codeOf(extensions);
  return code in ERROR_CODES && code !== "INTERNAL_SERVER_ERROR";
}

function isUnexpected(error: GraphQLError): boolean {
  return !isExpected(error) && !isOver(causeOf(error));
}

function codeOf(extensions: GraphQLFormattedError["extensions"]): string {
  const code = extensions?.code;
  return typeof code === "string" ? code : "INTERNAL_SERVER_ERROR";
}

function observe(logger: Logger, metrics: Metrics): ApolloServerPlugin<Context> {
  return {
    contextCreationDidFail: async ({ error }) => {
      const down = causeOf(error) instanceof StoreUnavailableError;
      if (error instanceof GraphQLError)
        metrics.observeRefusal(down ? "STORE_UNAVAILABLE" : codeOf(error.extensions));
    },
    requestDidStart: async () => {
      return {
        didEncounterErrors: async ({ errors, contextValue }) => {
          const { work } = contextValue;
          work.errors = errors.length + work.leftOut.count;
          const unexpected = errors.filter(isUnexpected);
          const leftOut = work.leftOut.kinds.filter(({ first }) => isUnexpected(first));
          const count = leftOut.reduce((sum, kind) => sum + kind.count, unexpected.length);
          logUnexpected([...unexpected, ...leftOut.map(({ first }) => first)], count, contextValue, logger);
        },
        willSendResponse: async ({ contextValue, errors }) => {
          if (contextValue.work.primes) return;
          const codes = (errors ?? []).map(({ extensions }) => codeOf(extensions));
          const seconds = (performance.now() - contextValue.work.begun) / 1000;
          metrics.observeRequest(contextValue.tenant.slug, seconds, codes, contextValue.request.calls);
        },
      };
    },
  };
}

/**
 * Logs what the client will not be shown, under the request id that the client gets instead: a line a request, which
 * tells of the first error and how many there were.
 *
 * @param count how many there were, those included that were not collected.
 */
function logUnexpected(errors: readonly GraphQLError[], count: number, ctx: Context, logger: Logger): void {
  for (const { extensions } of errors) extensions.requestId = ctx.requestId;
  const [first] = errors;
  if (!first) return;
  const unexpected = errors.find((error) => !(causeOf(error) instanceof StoreUnavailableError));
  const told = unexpected ?? first;
  const { requestId, tenant } = ctx;
  logFailure(causeOf(told), { requestId, tenant: tenant.slug, path: told.path, errors: count }, logger);
}

/**
 * What ended a request before there was anything to execute, or while nothing was: an error that the client may see as it
 * is, else one that stands for it, logged under the id that it carries.
 */
export function masked(error: unknown, where: { requestId: string }, logger: Logger): unknown {
  const cause = causeOf(error);
  if (isOver(cause) || (error instanceof GraphQLError && isExpected(error))) return error;
  logFailure(cause, where, logger);
  const originalError = cause instanceof Error ? cause : new Error("Something that is no error was thrown");
  const http =
    cause instanceof StoreUnavailableError ? { http: { status: ERROR_CODES.STORE_UNAVAILABLE.status } } : {};
  return new GraphQLError("masked", { originalError, extensions: { requestId: where.requestId, ...http } });
}
