import { type GraphiQLProps } from "graphiql";

type TabDefinition = NonNullable<GraphiQLProps["defaultTabs"]>[number];

/** A document to try, as a tab, with what its list says about it. */
export interface Example extends TabDefinition {
  query: string;
  /** The name of its first operation. */
  name: string;
  /** The first sentence of its comment. */
  about: string;
}

const queries = import.meta.glob<string>("../examples/*.graphql", {
  query: "?raw",
  import: "default",
  eager: true,
});
const extras = import.meta.glob<string>("../examples/*.json", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** One for each file in examples/, in the order of their names: the tabs of a first visit. */
export const examples: Example[] = Object.keys(queries)
  .sort()
  .map((path) => {
    const query = queries[path]?.trim() ?? "";
    const variables = extras[path.replace(".graphql", ".variables.json")]?.trim() ?? null;
    return { query, variables, headers: null, name: nameOf(query), about: aboutOf(query) };
  });

function nameOf(query: string): string {
  return /^(?:query|mutation) (\w+)/m.exec(query)?.[1] ?? "";
}

function aboutOf(query: string): string {
  const [paragraph = ""] = query.split(/^#\s*$/m);
  const text = paragraph.replace(/^# ?/gm, "").replace(/\s+/g, " ").trim();
  return /^.*?[.](?= |$)/.exec(text)?.[0] ?? text;
}
