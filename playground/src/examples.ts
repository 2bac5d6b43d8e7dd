import { type GraphiQLProps } from "graphiql";

type TabDefinition = NonNullable<GraphiQLProps["defaultTabs"]>[number];

const queries = import.meta.glob<string>("./examples/*.graphql", {
  query: "?raw",
  import: "default",
  eager: true,
});
const extras = import.meta.glob<string>("./examples/*.json", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** The tabs of a first visit: one for each file in examples/, in the order of their names. */
export const exampleTabs: TabDefinition[] = Object.keys(queries)
  .sort()
  .map((path) => ({
    query: queries[path]?.trim() ?? "",
    variables: extras[path.replace(".graphql", ".variables.json")]?.trim() ?? null,
    headers: extras[path.replace(".graphql", ".headers.json")]?.trim() ?? null,
  }));
