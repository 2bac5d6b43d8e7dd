import { iso31661 } from "iso-3166/1.js";
import { expect, it } from "vitest";

import { zoneOf } from "../../datasources/core/time-zones.js";
import { sql } from "../../datasources/engines/postgres/store.postgres.js";
import { startOfDay } from "../../datasources/top10/chart-days.postgres.js";
import { useSuperuser } from "../support/fixtures.js";

const database = useSuperuser();

/** Uninhabited: nobody's clocks. */
const NOBODYS = ["BV", "HM"];
const COUNTRIES = [...iso31661.map(({ alpha2 }) => alpha2), "XK"];

it("every country has a time zone of its own land, and no country has none", () => {
  expect(COUNTRIES.filter((country) => zoneOf(country) === "UTC").sort()).toEqual(NOBODYS);
  expect(["ZZ", "us", ""].map(zoneOf)).toEqual(["UTC", "UTC", "UTC"]);
  expect(["US", "DE", "RU", "AU", "BR", "CA"].map(zoneOf)).toEqual([
    "America/New_York",
    "Europe/Berlin",
    "Europe/Moscow",
    "Australia/Sydney",
    "America/Sao_Paulo",
    "America/Toronto",
  ]);
});

// Of a year that is long over: the two are not always of the same edition, and governments go on deciding.
it("PostgreSQL and the runtime tell the same time in all of them, all year round", async () => {
  const zones = [...new Set(COUNTRIES.map(zoneOf))];
  const { rows } = await database.query<{ zone: string; at: Date; local: string }>(
    `select z.zone, t.at, to_char(t.at at time zone z.zone, 'YYYY-MM-DD, HH24:MI') as local
     from unnest($1::text[]) as z (zone)
     cross join generate_series(timestamptz '2023-01-01', timestamptz '2023-12-31', interval '17 days 5 hours') as t (at)`,
    [zones],
  );
  expect(rows.length).toBe(zones.length * 22);
  const formats = new Map(
    zones.map((timeZone) => [
      timeZone,
      new Intl.DateTimeFormat("en-CA", {
        timeZone,
        hourCycle: "h23",
        year: "numeric",
        month: "2-digit",
        day: "2-digit",
        hour: "2-digit",
        minute: "2-digit",
      }),
    ]),
  );
  const differing = rows.filter(({ zone, at, local }) => formats.get(zone)!.format(at) !== local);
  expect(differing).toEqual([]);
});

it("a day begins with its first instant in all of them, also where midnight comes twice or not at all", async () => {
  const zones = [...new Set(COUNTRIES.map(zoneOf))];
  const days = sql`generate_series(date '2026-01-01', date '2026-12-31', interval '1 day')`;
  const { text, values } = sql`
    select zone, day::text from (
      select zone, t.day::date as day, ${startOfDay(sql`t.day::date`, sql`zone`)} as start
      from unnest(${zones}::text[]) as z (zone) cross join ${days} as t (day)
    ) d
    where (start at time zone zone)::date <> day or ((start - interval '1 second') at time zone zone)::date >= day`;
  expect((await database.query(text, values)).rows).toEqual([]);
});
