import pg from "pg";

import { StartupError } from "../../../packages/process/startup-error.js";

const CONNECT_TIMEOUT_MS = 10_000;

/** Who a connection is, and of which database. */
export interface ServerLogin {
  role: string;
  password: string;
  database: string;
}

/** A login before no host, which the driver takes and a URL does not. */
const BEFORE_NO_HOST = /^(\w+:\/\/)[^/?#]*@(?=\/)/;

/**
 * The URL of a server for another login than its own. To the driver a parameter of a URL counts more than what stands
 * before its host, so none is left that says who connects; before no host (`postgres:///marquee?host=/run/postgresql`)
 * nothing can stand, and there parameters say it. The database is said where the URL leaves it to follow from the user.
 */
export function withLogin(serverUrl: string, { role, password, database }: ServerLogin): string {
  const url = new URL(serverUrl.replace(BEFORE_NO_HOST, "$1"));
  for (const name of ["user", "password"]) url.searchParams.delete(name);
  if (url.host) Object.assign(url, { username: role, password: encodeURIComponent(password) });
  else
    for (const [name, value] of Object.entries({ user: role, password })) url.searchParams.set(name, value);
  if (url.pathname.length < 2) url.pathname = `/${encodeURI(database)}`;
  return url.href;
}

const STANDING = `
  select session_user::text as session, current_user::text as current, (
    select quote_ident(r.rolname) from pg_roles r
    where (r.rolsuper or r.rolbypassrls) and pg_has_role(session_user, r.oid, 'member')
    order by r.rolname = session_user desc limit 1
  ) as unbound`;

interface Standing {
  session: string;
  current: string;
  /** The role that goes round policies, where the session may be one that does. */
  unbound: string | null;
}

/**
 * Connects once, and looks whether row-level security holds for whoever connects so: most statements name no tenant.
 *
 * @param role who is to be connected.
 * @throws StartupError where it is another one, or may go round policies.
 */
export async function checkLogin(url: string, role: string): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    application_name: "marquee-login",
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<Standing>(STANDING);
    const { session, current, unbound } = rows[0]!;
    const other = [session, current].find((name) => name !== role);
    if (other !== undefined)
      throw new StartupError(
        `PostgreSQL takes the gateway for "${other}" and not for "${role}", so that it would not keep tenants apart. Take what names a role out of the URL ("options") and out of the server's settings.`,
      );
    if (unbound !== null) throw new StartupError(unboundMessage(role, unbound));
  } finally {
    await client.end();
  }
}

function unboundMessage(role: string, unbound: string): string {
  const otherwise = unbound === role ? "" : `, or "revoke ${unbound} from" whatever role has brought it`;
  return `The PostgreSQL role "${role}" can go round row-level security, so that tenants would not be kept apart. Run "alter role ${unbound} nosuperuser nobypassrls" as superuser${otherwise}.`;
}
