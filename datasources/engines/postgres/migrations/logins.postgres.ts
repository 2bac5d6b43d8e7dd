import { randomBytes } from "node:crypto";

import type pg from "pg";

import { type ServerLogin } from "../server-login.js";

/** The role that the gateway's connections have the rights of: no superuser, owns nothing, sees one tenant at a time. */
export const APP_ROLE = "marquee_app";
/** The role that jobs are fetched with the rights of: it sees the queue of jobs and no tenant's rows. */
export const WORKER_ROLE = "marquee_worker";

const PASSWORD_BYTES = 32;

/** What a gateway connects to a database by. */
export interface Logins {
  app: ServerLogin;
  worker: ServerLogin;
}

interface FoundLogin {
  /** The role whose rights it has. */
  rights: string;
  role: string;
  database: string;
  password: string | null;
  made: boolean;
}

const LOGINS = `
  select g.name as rights, g.name || '_' || d.oid as role, d.datname as database, l.password, r.oid is not null as made
  from unnest($1::text[]) with ordinality g (name, at)
  cross join pg_database d
  left join marquee.logins l on l.role = g.name || '_' || d.oid
  left join pg_roles r on r.rolname = g.name || '_' || d.oid
  where d.datname = current_database() order by g.at`;

/**
 * The logins of a database; what is not there is made. Roles are the whole server's, so each database has its own, by its
 * number, whose password it keeps: everybody who opens it finds the same, whoever is the admin there and whatever the
 * admin's password has become. A copy of a database has another number, and takes no password along.
 *
 * @param client the admin's, while nobody else migrates; the control schema is as it has to be.
 * @param anew whether the server is given the passwords that are kept, which it seems to have lost.
 */
export async function putLogins(client: pg.Client, anew = false): Promise<Logins> {
  const { rows } = await client.query<FoundLogin>(LOGINS, [[APP_ROLE, WORKER_ROLE]]);
  const missing = rows.filter(({ made, password }) => anew || !made || password === null);
  for (const found of missing) await putLogin(client, found);
  if (missing.length > 0)
    await client.query("delete from marquee.logins where role <> all ($1)", [rows.map(({ role }) => role)]);
  const [app, worker] = rows.map(({ role, database, password }) => ({
    role,
    database,
    password: password!,
  }));
  return { app: app!, worker: worker! };
}

/** Makes a login, or has it take the password that is kept of it; a new one where none is. */
async function putLogin(client: pg.Client, found: FoundLogin): Promise<void> {
  found.password ??= randomBytes(PASSWORD_BYTES).toString("base64url");
  const { rights, role, password, made } = found;
  await client.query("begin");
  try {
    if (!made) await client.query(`create role ${role} in role ${rights}`);
    await client.query(`alter role ${role} login inherit password ${client.escapeLiteral(password)}`);
    await client.query(
      "insert into marquee.logins (role, password) values ($1, $2) on conflict (role) do update set password = excluded.password",
      [role, password],
    );
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}
