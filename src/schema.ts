import "reflect-metadata";

import {
  isAbstractType,
  isObjectType,
  lexicographicSortSchema,
  printSchema,
  specifiedDirectives,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type GraphQLTypeResolver,
} from "graphql";
import { buildSchemaSync } from "type-graphql";

import { FIXED } from "../packages/json-executor/index.js";
import { AccountResolver } from "../resolvers/account.resolver.js";
import { ApiKeyResolver } from "../resolvers/api-key.resolver.js";
import { AuditResolver } from "../resolvers/audit.resolver.js";
import { CampaignResolver, EditorialCampaignsResolver } from "../resolvers/campaign.resolver.js";
import { CollectionResolver, EditorialCollectionsResolver } from "../resolvers/collection.resolver.js";
import { CheckoutResolver } from "../resolvers/checkout.resolver.js";
import { ConsentsResolver } from "../resolvers/consents.resolver.js";
import { CredentialsResolver } from "../resolvers/credentials.resolver.js";
import { DeviceResolver } from "../resolvers/device.resolver.js";
import { RolesResolver } from "../resolvers/roles.resolver.js";
import { ExperimentArmResolver, ExperimentResolver } from "../resolvers/experiment.resolver.js";
import { EditorialResolver } from "../resolvers/editorial.resolver.js";
import { HomeResolver } from "../resolvers/home.resolver.js";
import { InsightsResolver } from "../resolvers/insights.resolver.js";
import { NodeResolver } from "../resolvers/node.resolver.js";
import { OperationsResolver } from "../resolvers/operations.resolver.js";
import { PlatformResolver } from "../resolvers/platform.resolver.js";
import { GenreResolver, PersonResolver } from "../resolvers/person.resolver.js";
import { stopWhenOver } from "../resolvers/lifetime-gate.js";
import { guardInputs } from "../resolvers/input-gate.js";
import { permissionOf } from "../resolvers/permissions.js";
import { enforcePermissions } from "../resolvers/permissions-gate.js";
import { PlaybackResolver } from "../resolvers/playback.resolver.js";
import { PrivacyResolver } from "../resolvers/privacy.resolver.js";
import { ProfileResolver } from "../resolvers/profile.resolver.js";
import { SearchResolver } from "../resolvers/search.resolver.js";
import { SearchLearningResolver } from "../resolvers/search-learning.resolver.js";
import { SearchLogResolver } from "../resolvers/search-log.resolver.js";
import { SearchRuleResolver, SearchSteeringResolver } from "../resolvers/search-steering.resolver.js";
import { SessionResolver } from "../resolvers/session.resolver.js";
import { TitleEditingResolver } from "../resolvers/title-editing.resolver.js";
import { type Context } from "../resolvers/request/context.js";
import { TitleConnectionResolver, TitleResolver } from "../resolvers/title.resolver.js";
import { LIST_RESOLVERS } from "../resolvers/title-list.js";
import { TITLE_RESOLVERS, typeOf } from "../resolvers/title.value.js";
import { Top10Resolver } from "../resolvers/top10.resolver.js";
import {
  EditorialWeeksResolver,
  WeeklyChangesResolver,
  WeeklyMoveResolver,
} from "../resolvers/weekly-changes.resolver.js";
import { ViewingResolver } from "../resolvers/viewing.resolver.js";
import { cacheSecondsOf } from "./caching/operation-lifetimes.js";
import { withCosts } from "./limits/print-costs.js";
import { ACCESS_DIRECTIVE } from "../schema/access-directive.js";
import { CACHE_DIRECTIVE } from "../schema/cache-directive.js";
import { COST_DIRECTIVE, LIST_SIZE_DIRECTIVE } from "../schema/cost-directives.js";
import { Episode, Movie, Season, Series } from "../schema/title.type.js";
import { addQueryToPayloads, fromTheRoot } from "./payload-query.js";

/**
 * The executable schema, from the classes in `schema/` and `resolvers/`. No global middleware and no validation
 * wrapper: a field that is a plain property is read as one.
 */
export function createSchema(): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: [
      NodeResolver,
      TitleResolver,
      TitleConnectionResolver,
      PersonResolver,
      GenreResolver,
      SearchResolver,
      HomeResolver,
      Top10Resolver,
      ProfileResolver,
      SessionResolver,
      AccountResolver,
      CredentialsResolver,
      DeviceResolver,
      ConsentsResolver,
      AuditResolver,
      PrivacyResolver,
      CheckoutResolver,
      ViewingResolver,
      PlaybackResolver,
      TitleEditingResolver,
      EditorialCollectionsResolver,
      CollectionResolver,
      EditorialCampaignsResolver,
      CampaignResolver,
      SearchSteeringResolver,
      SearchRuleResolver,
      SearchLogResolver,
      SearchLearningResolver,
      EditorialWeeksResolver,
      WeeklyChangesResolver,
      WeeklyMoveResolver,
      EditorialResolver,
      InsightsResolver,
      OperationsResolver,
      ExperimentArmResolver,
      ExperimentResolver,
      PlatformResolver,
      ApiKeyResolver,
      RolesResolver,
    ],
    directives: [
      ...specifiedDirectives,
      ACCESS_DIRECTIVE,
      COST_DIRECTIVE,
      LIST_SIZE_DIRECTIVE,
      CACHE_DIRECTIVE,
    ],
    orphanedTypes: [Movie, Series, Season, Episode],
    validate: false,
    // graphql-js validates it when it is first executed; this would introspect it as well, for a tenth of a second.
    skipCheck: true,
  });
  for (const type of Object.values(schema.getTypeMap())) unwrap(type);
  addQueryToPayloads(schema);
  guardInputs(schema);
  enforcePermissions(schema);
  stopWhenOver(
    schema,
    (type, { name, resolve }) => resolve === fromTheRoot || TITLE_RESOLVERS[type]?.[name] !== undefined,
  );
  for (const [root, description] of Object.entries(ROOTS)) {
    const type = schema.getType(root);
    if (type) type.description = description;
  }
  // A schema with a description is printed with its `schema {}` block, so that no reader guesses the roots from names.
  schema.description = "A streaming platform: catalogue, search, recommendations and accounts of one tenant.";
  return schema;
}

/** What the root types say of themselves; TypeGraphQL makes them without a class. */
const ROOTS = {
  Query: "What can be asked for.",
  Mutation:
    "What can be written, one field after the other. A field that fails takes none of its neighbours with it.",
};

/**
 * Takes off what TypeGraphQL wraps in promises without need: type resolvers (of which ours is one), resolvers of fields
 * that a plain function makes, and of lists, whose arguments need be no instances of classes. Measured: a fifth of a list
 * query's CPU time.
 */
function unwrap(type: GraphQLNamedType): void {
  if (isAbstractType(type)) type.resolveType = typeOf as GraphQLTypeResolver<unknown, Context>;
  if (!isObjectType(type)) return;
  for (const [name, resolve] of Object.entries(TITLE_RESOLVERS[type.name] ?? {})) {
    const field = resolvedBy(type, name, resolve as GraphQLFieldResolver<unknown, Context>);
    field.extensions = { ...field.extensions, [FIXED]: true };
  }
  const lists: Readonly<Partial<Record<string, object>>> = LIST_RESOLVERS;
  for (const [name, resolve] of Object.entries(lists[type.name] ?? {}))
    resolvedBy(type, name, resolve as GraphQLFieldResolver<unknown, Context>);
}

function resolvedBy(
  type: GraphQLObjectType,
  name: string,
  resolve: GraphQLFieldResolver<unknown, Context>,
): GraphQLField<unknown, Context> {
  const field = type.getFields()[name] as GraphQLField<unknown, Context> | undefined;
  if (!field) throw new Error(`${type.name} has no field ${name} to be resolved`);
  field.resolve = resolve;
  return field;
}

/** The schema in SDL, sorted: what `schema/schema.graphql` holds. */
export function printedSchema(): string {
  const schema = createSchema();
  const printed = withCosts(
    schema,
    printSchema(lexicographicSortSchema(schema)),
    (type, field) => accessOf(type, field) + keepingOf(schema, type, field),
  );
  return `# Printed from the classes in schema/ and resolvers/ by "npm run schema". Do not edit.\n\n${printed}\n`;
}

function keepingOf(schema: GraphQLSchema, typeName: string, name: string): string {
  const type = schema.getType(typeName);
  const seconds = isObjectType(type) ? cacheSecondsOf(type.getFields()[name]) : undefined;
  return seconds === undefined ? "" : ` @cacheControl(maxAge: ${seconds})`;
}

function accessOf(type: string, field: string): string {
  const permission = permissionOf(type, field);
  return permission === null ? "" : ` @access(to: "${permission}")`;
}
