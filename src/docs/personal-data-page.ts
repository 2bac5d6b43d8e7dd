import { HELD_BY_DEPLOYMENT } from "../../datasources/privacy/held-by-deployment.postgres.js";
import { HELD_BY_TENANTS } from "../../datasources/privacy/held-by-tenants.postgres.js";
import {
  HELD_BY_LOGS,
  HELD_BY_METRICS,
  HELD_BY_MONGODB,
  HELD_BY_NEO4J,
  HELD_BY_OPENSEARCH,
  HELD_IN_FILES,
  HELD_IN_MEMORY,
} from "../../datasources/privacy/held-elsewhere.js";
import { type Holdings } from "../../datasources/privacy/held.js";
import { markdownTable } from "./markdown-table.js";

/** What is printed of each store, under which heading. */
const SECTIONS: readonly [heading: string, held: Holdings][] = [
  ["PostgreSQL: the tables of a tenant", HELD_BY_TENANTS],
  ["PostgreSQL: what is the whole deployment's", HELD_BY_DEPLOYMENT],
  ["MongoDB", HELD_BY_MONGODB],
  ["OpenSearch", HELD_BY_OPENSEARCH],
  ["Neo4j", HELD_BY_NEO4J],
  ["Logs", HELD_BY_LOGS],
  ["Metrics", HELD_BY_METRICS],
  ["Memory of a gateway", HELD_IN_MEMORY],
  ["Files", HELD_IN_FILES],
];

/** What docs/personal-data.md holds. */
export function personalDataPage(): string {
  return `# What is held about people

Printed from \`datasources/privacy/held-*.ts\` by \`npm run schema\`. Do not edit. A test compares it with the tables, the
indexes, the graph, the lines of the log and the metrics that there are: what is not listed fails it.

"Until" is the account's or the profile's end unless something else is said; names in \`code\` are kinds of
[retention](privacy.md#how-long-data-is-kept). People whom titles name, who made them and who plays in them, are what a
catalogue is about and not meant here.

${SECTIONS.map(([heading, held]) => section(heading, held)).join("\n\n")}
`;
}

function section(heading: string, held: Holdings): string {
  const personal = Object.entries(held).filter(([, { person }]) => person !== null);
  const others = Object.keys(held).filter((name) => held[name]?.person === null);
  const rows = personal.map(([name, { person, fields = "", until = "" }]) => [
    `\`${name}\``,
    person ?? "",
    fields === ""
      ? ""
      : fields
          .split(" ")
          .map((field) => `\`${field}\``)
          .join(" "),
    until,
  ]);
  return [
    `## ${heading}`,
    ...(rows.length > 0 ? [markdownTable(["where", "what about a person", "in", "until"], rows)] : []),
    ...(others.length > 0
      ? [`Nothing about anybody: ${others.map((name) => `\`${name}\``).join(", ")}.`]
      : []),
  ].join("\n\n");
}
