import { OperationTypeNode, parse, print, separateOperations } from "graphql";

/** A request to be written down as code. */
export interface Request {
  /** Address of the GraphQL endpoint. */
  endpoint: string;
  headers: Record<string, string>;
  /** Of one operation: see {@link documentOf}. */
  query: string;
  operationName: string | undefined;
  /** Null where there are none. */
  variables: Record<string, unknown> | null;
}

/** The document of one operation, laid out, with the fragments that it uses; null where the text cannot be parsed or has no such operation. */
export function documentOf(text: string, operationName: string | undefined): string | null {
  try {
    const byName = separateOperations(parse(text));
    const document = byName[operationName ?? ""] ?? Object.values(byName)[0];
    return document ? print(document) : null;
  } catch {
    return null;
  }
}

/** The ways to write a request down, by the name that they are offered under. */
export const SNIPPETS: Record<string, (request: Request) => string> = { curl, fetch, Apollo, urql };

/** For a shell: one `curl` command. */
function curl({ endpoint, headers, ...request }: Request): string {
  const lines = Object.entries({ "content-type": "application/json", ...headers }).map(
    ([name, value]) => `  -H ${quoted(`${name}: ${value}`)} \\\n`,
  );
  return `curl ${quoted(endpoint)} \\\n${lines.join("")}  --data-raw ${quoted(JSON.stringify(bodyOf(request), null, 2))}\n`;
}

/** For a browser or Node: one `fetch`. */
function fetch({ endpoint, headers, ...request }: Request): string {
  const { query, ...rest } = bodyOf(request);
  const more = Object.entries(rest).map(([name, value]) => `    ${name}: ${json(value, 4)},\n`);
  return `const query = ${template(query)};

const response = await fetch(${json(endpoint)}, {
  method: "POST",
  headers: ${json({ "content-type": "application/json", ...headers }, 2)},
  body: JSON.stringify({
    query,
${more.join("")}  }),
});
const { data, errors } = await response.json();
console.log(JSON.stringify({ data, errors }, null, 2));
`;
}

/** For Apollo Client 3 and 4. */
function Apollo({ endpoint, headers, ...request }: Request): string {
  const [call, key] = isMutation(request.query) ? ["mutate", "mutation"] : ["query", "query"];
  return `import { ApolloClient, gql, HttpLink, InMemoryCache } from "@apollo/client";

const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: new HttpLink({
    uri: ${json(endpoint)},
    headers: ${json(headers, 4)},
  }),
});

const ${key} = gql${template(request.query)};

const { data } = await client.${call}({ ${key}${variablesOf(request)} });
console.log(data);
`;
}

/** For urql's core. */
function urql({ endpoint, headers, ...request }: Request): string {
  const call = isMutation(request.query) ? "mutation" : "query";
  return `import { Client, cacheExchange, fetchExchange, gql } from "@urql/core";

const client = new Client({
  url: ${json(endpoint)},
  preferGetMethod: false,
  exchanges: [cacheExchange, fetchExchange],
  fetchOptions: { headers: ${json(headers, 2)} },
});

const document = gql${template(request.query)};

const { data, error } = await client.${call}(document, ${json(request.variables ?? {})}).toPromise();
console.log(error ?? data);
`;
}

/** This page with the document in a tab, for whoever may see it: without any header. */
export function linkTo(page: string, { query, operationName, variables }: Request): string {
  const address = new URL(page);
  address.hash = "";
  address.search = new URLSearchParams({
    query,
    ...(variables ? { variables: JSON.stringify(variables) } : {}),
    ...(operationName === undefined ? {} : { operationName }),
  }).toString();
  return address.href;
}

function bodyOf({ query, operationName, variables }: Omit<Request, "endpoint" | "headers">) {
  return {
    query,
    ...(operationName === undefined ? {} : { operationName }),
    ...(variables ? { variables } : {}),
  };
}

function isMutation(query: string): boolean {
  return parse(query).definitions.some(
    (each) => "operation" in each && each.operation === OperationTypeNode.MUTATION,
  );
}

function variablesOf({ variables }: { variables: Request["variables"] }): string {
  return variables ? `, variables: ${json(variables)}` : "";
}

/** A value as JavaScript, on lines that are indented by so many blanks. */
function json(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, 2).replaceAll("\n", `\n${" ".repeat(indent)}`);
}

/** Text as a template literal. */
function template(text: string): string {
  return `\`\n${text.replace(/[\\`]|\$\{/g, "\\$&").replace(/^(?=.)/gm, "  ")}\n\``;
}

/** Text as one word of a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
