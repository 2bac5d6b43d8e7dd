import { StartupError } from "../../../packages/process/startup-error.js";

/** What a gateway connects by, once it has migrated. */
const OWN_LOGIN = /"marquee_(app|worker)_\d+"/;
const FORM = "postgres://user:password@host:5432/database";

/**
 * Says in one line why the PostgreSQL server that POSTGRES_URL names cannot be used. Its password is never part of it.
 *
 * @param error what connecting or migrating failed with.
 * @returns a StartupError; the error itself where it has nothing to do with the server's address or rights.
 */
export function explainServerError(postgresUrl: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StartupError) return error;
  const { code = "" } = error as { code?: string };
  if (code === "ERR_INVALID_URL" || error instanceof URIError)
    return new StartupError(
      `POSTGRES_URL is not a URL that can be read. It has the form ${FORM}; write special characters of the password percent-encoded.`,
      { cause: error },
    );
  const reason = reasonOf(code, error.message);
  return reason === undefined
    ? error
    : new StartupError(`The PostgreSQL server of POSTGRES_URL (${placeOf(postgresUrl)}) ${reason}`, {
        cause: error,
      });
}

/** SQLSTATE: https://www.postgresql.org/docs/18/errcodes-appendix.html; the rest are the system's codes and the driver's words. */
function reasonOf(code: string, message: string): string | undefined {
  if (code === "ECONNREFUSED")
    return `does not run: nothing listens there. Start it, or correct POSTGRES_URL.`;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return `was not found: no address is known for that host. Correct POSTGRES_URL.`;
  if (/^E(TIMEDOUT|HOSTUNREACH|NETUNREACH)$/.test(code) || /timeout/i.test(message))
    return `does not answer. Check the host and port in POSTGRES_URL, and that no firewall is between.`;
  if (code === "ECONNRESET" || /Connection terminated/.test(message))
    return `ended the connection. Check that PostgreSQL, and nothing else, listens on that port.`;
  if (/SSL|certificate/i.test(message) && !/^\d/.test(code))
    return `cannot be reached with TLS (${message}). Check "sslmode" in POSTGRES_URL.`;
  if (code.startsWith("28") && OWN_LOGIN.test(message))
    return `does not let the gateway's own role in (${message}). Have its pg_hba.conf let "+marquee_app" and "+marquee_worker", the members of these roles, into this database by a password (scram-sha-256).`;
  if (code.startsWith("28"))
    return `does not let this user in (${message}). Correct the user or password in POSTGRES_URL.`;
  if (code === "3D000") return `has no such database. Make it with "createdb", or correct POSTGRES_URL.`;
  if (code === "42501")
    return `does not give this user enough rights (${message}). It must be able to create schemas, extensions and roles, and to give out the roles "marquee_app" and "marquee_worker".`;
  if (/^extension ".*" is not available/.test(message))
    return `lacks an extension (${message}). Install PostgreSQL's "contrib" package there.`;
  if (code === "57P03" || code === "53300") return `takes no connections now (${message}). Try again later.`;
  return undefined;
}

function placeOf(postgresUrl: string): string {
  const { username, host, pathname } = new URL(postgresUrl.replace("@/", "@localhost/"));
  return `${username ? `${decodeURIComponent(username)}@` : ""}${host || "localhost"}${pathname}`;
}
