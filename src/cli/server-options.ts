import { type Command } from "commander";

import { type TenantServers } from "../../datasources/core/tenant.js";
import { StartupError } from "../../packages/process/startup-error.js";

const SERVERS = ["postgres", "mongodb", "opensearch", "neo4j"] as const satisfies (keyof TenantServers)[];

/** Adds an option for each server that a tenant may have to itself. */
export function addServerOptions(command: Command): Command {
  for (const server of SERVERS)
    command.option(`--${server} <url>`, `of DEDICATED: its own server, $NAME in the place of the password`);
  return command;
}

/** The servers that options name; null for none. @throws StartupError for engines without a PostgreSQL. */
export function serversOf(flags: Partial<TenantServers>): TenantServers | null {
  const { postgres, mongodb = null, opensearch = null, neo4j = null } = flags;
  if (postgres !== undefined) return { postgres, mongodb, opensearch, neo4j };
  if (mongodb ?? opensearch ?? neo4j)
    throw new StartupError("A tenant's own engines follow its own PostgreSQL. Name that with --postgres.");
  return null;
}
