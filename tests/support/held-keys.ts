import { ATTRIBUTES } from "../../datasources/core/title-fields.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { dumpMongo, dumpNeo4j, dumpOpenSearch } from "./dumps.js";

interface Urls {
  MONGODB_URL: string;
  OPENSEARCH_URL: string;
  NEO4J_URL: string;
}

/**
 * Names of the fields and properties that engines hold of a tenant, read past the product: by collection, `index titles`,
 * `:Label` and `[:TYPE]`. Attributes of titles are left out.
 */
export async function keysInEngines(urls: Urls, tenant: Tenant): Promise<Record<string, string[]>> {
  const found = new Map<string, Set<string>>();
  const note = (place: string, entry: object) => {
    const names = found.get(place) ?? new Set();
    for (const name of Object.keys(entry)) names.add(name);
    found.set(place, names);
  };
  for (const [place, text] of await dumpMongo(urls.MONGODB_URL))
    for (const line of text.split("\n").filter((each) => each !== ""))
      note(place.split(".").at(-1)!, JSON.parse(line) as object);
  const [[, answer] = ["", "{}"]] = await dumpOpenSearch(urls.OPENSEARCH_URL, tenant);
  const { hits } = JSON.parse(answer) as { hits: { hits: { _source: object }[] } };
  for (const { _source: source } of hits.hits) note("index titles", source);
  for (const [, text] of await dumpNeo4j(urls.NEO4J_URL, tenant))
    for (const line of text.split("\n").filter((each) => each !== ""))
      noteNode(JSON.parse(line) as Node, note);
  const attributes = ATTRIBUTES.map(({ name }) => name as string);
  const isListed = (name: string) => !attributes.includes(name);
  return Object.fromEntries([...found].map(([place, names]) => [place, [...names].filter(isListed)]));
}

interface Node {
  labels: string[];
  properties: object;
  relationships: { type: string }[];
}

function noteNode(
  { labels, properties, relationships }: Node,
  note: (place: string, entry: object) => void,
): void {
  note(`:${labels.join(":")}`, properties);
  for (const { type, ...own } of relationships) note(`[:${type}]`, own);
}
