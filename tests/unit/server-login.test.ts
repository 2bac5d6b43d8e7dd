import pg from "pg";
import { expect, it } from "vitest";

import { withLogin } from "../../datasources/engines/postgres/server-login.js";

const LOGIN = { role: "marquee_app_1", password: "p@ss/w%rd", database: "kept" };

/** What the driver makes of a URL. */
function connected(connectionString: string) {
  const { user, password, host, port, database } = new pg.Client({ connectionString });
  return { user, password, host, port, database };
}

it.each([
  ["postgres://admin:secret@db:6432/marquee", "db", 6432, "marquee"],
  ["postgresql://admin@db/marquee", "db", 5432, "marquee"],
  ["postgres://db/marquee?user=admin&password=secret", "db", 5432, "marquee"],
  ["postgres://other:word@db/marquee?user=admin&user=root&p%61ssword=secret", "db", 5432, "marquee"],
  ["postgres:///marquee?host=/var/run/postgresql", "/var/run/postgresql", 5432, "marquee"],
  ["postgres:///marquee?host=/run/pg&user=admin&password=secret&port=6432", "/run/pg", 6432, "marquee"],
  ["postgres://admin:secret@/marquee?host=/run/pg", "/run/pg", 5432, "marquee"],
  ["postgres://admin:secret@%2Frun%2Fpg/marquee", "/run/pg", 5432, "marquee"],
  ["postgres://admin:secret@[::1]:6432/marquee", "::1", 6432, "marquee"],
  ["postgres://admin:secret@db", "db", 5432, "kept"],
  ["postgres://admin@db/?application_name=x", "db", 5432, "kept"],
])("connects as whom it is told to: %s", (url, host, port, database) => {
  expect(connected(withLogin(url, LOGIN))).toEqual({
    user: LOGIN.role,
    password: LOGIN.password,
    host,
    port,
    database,
  });
});

it("leaves the other parameters as they are", () => {
  const url = withLogin("postgres://db/x?sslpassword=$KEY&options=-c%20a%3Db", LOGIN);
  expect([...new URL(url).searchParams]).toEqual([
    ["sslpassword", "$KEY"],
    ["options", "-c a=b"],
  ]);
});
