import pg from "pg";

import { type Logins } from "../engines/postgres/migrations/logins.postgres.js";
import { loginsOf } from "../engines/postgres/migrations/migrate.postgres.js";
import { checkLogin, withLogin } from "../engines/postgres/server-login.js";

/** The URLs of a database for those who work on it. */
export interface LoginUrls {
  /** For everything that is asked about tenants. */
  app: string;
  /** For fetching jobs. */
  worker: string;
}

/** The URL of a database, which is migrated, for the gateway's own login. */
export async function applicationUrl(adminUrl: string): Promise<string> {
  return withLogin(adminUrl, (await loginsOf(adminUrl)).app);
}

/**
 * The URLs of a database for its logins, each of which was let in. Passwords that the server does not take are set there
 * as they are kept: whoever has connected by them, can again.
 *
 * @throws StartupError where tenants would not be kept apart.
 */
export async function admittedUrls(adminUrl: string, logins: Logins): Promise<LoginUrls> {
  try {
    return await checkedUrls(adminUrl, logins);
  } catch (error) {
    if (!isWrongPassword(error)) throw error;
    return checkedUrls(adminUrl, await loginsOf(adminUrl, true));
  }
}

async function checkedUrls(adminUrl: string, { app, worker }: Logins): Promise<LoginUrls> {
  const urls = { app: withLogin(adminUrl, app), worker: withLogin(adminUrl, worker) };
  await Promise.all([checkLogin(urls.app, app.role), checkLogin(urls.worker, worker.role)]);
  return urls;
}

function isWrongPassword(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === "28P01";
}
