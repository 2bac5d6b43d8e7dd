import { type TenantServers } from "../core/tenant.js";

/** What stands for a secret in a URL: its name. */
const SECRET = /\$\{?([A-Z][A-Z0-9_]*)\}?/g;
const FORMS: Record<keyof TenantServers, RegExp> = {
  postgres: /^postgres(ql)?:\/\/.+/,
  mongodb: /^mongodb(\+srv)?:\/\/.+/,
  opensearch: /^https?:\/\/.+/,
  neo4j: /^(bolt|neo4j)(\+s|\+ssc)?:\/\/.+/,
};

/** Names in the order of the stores. */
export const SERVER_NAMES = Object.keys(FORMS) as (keyof TenantServers)[];

/**
 * What is wrong with the servers of a tenant; null for nothing. A password must be a name, `$CORNER_POSTGRES`: where
 * tenants are placed is read by everybody who runs the deployment, and is in its backups.
 *
 * @param secrets the names that there are secrets for.
 */
export function serversProblem(servers: TenantServers, secrets: ReadonlySet<string>): string | null {
  for (const name of SERVER_NAMES) {
    const url = servers[name];
    const problem = url === null ? null : urlProblem(name, url, secrets);
    if (problem) return `${name}: ${problem}`;
  }
  return null;
}

function urlProblem(name: keyof TenantServers, url: string, secrets: ReadonlySet<string>): string | null {
  if (!FORMS[name].test(url)) return `is not a URL of that store (${FORMS[name].source})`;
  const passwords = [/^[^/]*\/\/[^/@]*?:([^/@]*)@/, /[?&](?:ssl)?password=([^&]*)/i].map(
    (place) => place.exec(url)?.[1],
  );
  if (passwords.some((password) => password !== undefined && password.replace(SECRET, "") !== ""))
    return "holds a password. Put $NAME in its place, and the password into MARQUEE_SECRET_NAME or the file of MARQUEE_SECRET_NAME_FILE";
  const unknown = [...url.matchAll(SECRET)]
    .map(([, secret]) => secret!)
    .find((secret) => !secrets.has(secret));
  return unknown === undefined
    ? null
    : `needs the secret ${unknown}: set MARQUEE_SECRET_${unknown} or MARQUEE_SECRET_${unknown}_FILE`;
}

/** A URL with its secrets, percent-encoded, in the place of their names; one that is not known stays a name. */
export function withSecrets(url: string, secrets: ReadonlyMap<string, string>): string {
  return url.replace(SECRET, (name, secret: string) => {
    const value = secrets.get(secret);
    return value === undefined ? name : encodeURIComponent(value);
  });
}
