import graphql from "@graphql-eslint/eslint-plugin";

/** Values that are read with what they stand in, and are nothing by themselves: a client keeps them there. */
const EMBEDDED = [
  "AuditDetail",
  "AuditEntry",
  "ChartCheck",
  "ConsentChange",
  "Platform",
  "PlatformTenant",
  "PlatformTitle",
  "PlatformTitles",
  "PlatformViewing",
  "TenantViewing",
  "Availability",
  "Consents",
  "Credit",
  "DeadLetter",
  "Estimate",
  "ExperimentArm",
  "Facet",
  "FacetBucket",
  "Highlight",
  "InsightBudget",
  "InsightRelease",
  "OmittedRendition",
  "OperatedProjection",
  "OperatedStore",
  "OperatedTenant",
  "PageInfo",
  "Progress",
  "ProjectionCheck",
  "Reason",
  "Recommendation",
  "Rendition",
  "Suggestion",
  "TenantInfo",
  "ReportedSearch",
  "SearchLearning",
  "SearchTrial",
  "TitleInsight",
  "TitleVersion",
  "Top10Entry",
  "UserError",
  "WeeklyChanges",
  "WeeklyCountry",
  "WeeklyMove",
  "YearSpan",
];

/** The printed schema under the recommended and the Relay rules of @graphql-eslint; each exception has its reason. */
export default [
  {
    files: ["schema/schema.graphql"],
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: "schema/schema.graphql" } },
    },
    plugins: { "@graphql-eslint": graphql },
    rules: {
      ...graphql.configs["flat/schema-recommended"].rules,
      ...graphql.configs["flat/schema-relay"].rules,
      "@graphql-eslint/require-description": [
        "error",
        {
          types: true,
          rootField: true,
          FieldDefinition: true,
          InputValueDefinition: true,
          EnumValueDefinition: true,
          DirectiveDefinition: true,
        },
      ],
      "@graphql-eslint/strict-id-in-types": [
        "error",
        {
          acceptedIdNames: ["id"],
          acceptedIdTypes: ["ID"],
          // What a mutation answers, a page of a list and an entry of one have no identity beside that of their nodes.
          exceptions: { suffixes: ["Payload", "Connection", "Edge"], types: EMBEDDED },
        },
      ],
      "@graphql-eslint/relay-edge-types": [
        "error",
        {
          withEdgeSuffix: true,
          // Dead letters, versions and operated tenants are listed and are no nodes.
          shouldImplementNode: false,
          // Short lists that are read whole (a title's genres) are lists; what is read in pages is a connection.
          listTypeCanWrapOnlyEdgeType: false,
        },
      ],
      // Lists ranked anew for every request, and those of operators and editors, are read forward only.
      "@graphql-eslint/relay-arguments": ["error", { includeBoth: false }],
    },
  },
];
