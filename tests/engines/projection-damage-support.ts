import { type TitleSource } from "../../datasources/catalog/catalog-expectations.js";
import { type TitleDocument } from "../../datasources/core/title.document.js";
import { checkAndRepair, type Comparable } from "../../datasources/projection/check/check-projection.js";
import {
  checkSections,
  type CheckReport,
  type Difference,
} from "../../datasources/projection/check/check-sections.js";
import { type AnySection } from "../../datasources/projection/check/section.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { film } from "../support/titles.js";

/** A thing to break, and what a check then says: `fault kind key`. */
export interface Damage {
  what: string;
  harm: () => Promise<unknown>;
  found: string[];
}

const ada = { id: "ada", name: "Ada Lund" };
const bo = { id: "bo", name: "Bo Berg" };
const drama = { id: "drama", name: "Drama" };
const noir = { id: "noir", name: "Noir" };
const studio = { id: "svea", name: "Svea" };

/** A small catalogue in which everything hangs on something. */
export function catalogue(): TitleDocument[] {
  return [
    film("t1", "Harbour of Glass", {
      revision: 3,
      genres: [drama],
      studio,
      synopsis: "A pilot comes home.",
      credits: [
        { role: "DIRECTOR", character: null, person: ada },
        { role: "ACTOR", character: "Ivy", person: bo },
      ],
      popularity: 0.25,
    }),
    film("t2", "The Long Meridian", { revision: 1, genres: [drama, noir], tags: ["sea"], popularity: 0.75 }),
    film("t3", "Casino of Winds", {
      revision: 2,
      licences: [
        { countries: ["SE", "NO"], from: "2020-01-01T00:00:00Z", until: "2099-01-01T00:00:00Z" },
        { countries: ["*"], from: "2021-01-01T00:00:00Z", until: null },
      ],
      credits: [{ role: "ACTOR", character: null, person: ada }],
      popularity: 0.5,
    }),
  ];
}

/** A source of truth kept in memory. */
export function sourceOf(titles: readonly TitleDocument[]): TitleSource {
  return {
    count: () => Promise.resolve(titles.length),

    inForce: async function* (_, ids) {
      const wanted = ids && new Set(ids);
      const found = titles.filter(({ id }) => wanted?.has(id) ?? true);
      if (found.length > 0) yield found.map((title) => ({ ...title, popularity: 0 }));
    },
    popularity: () => Promise.resolve(new Map(titles.map(({ id, popularity }) => [id, popularity]))),
  };
}

export interface Checked {
  report: CheckReport;
  differences: string[];
}

/** Longer than a comparison needs: nothing is under way. Milliseconds. */
const SETTLE_MS = 20;

/** Compares with little patience: nothing is under way. */
export async function check(sections: readonly AnySection[], tenant: Tenant): Promise<Checked> {
  const differences: string[] = [];
  const report = await checkSections(sections, tenant, {
    settleMs: SETTLE_MS,
    onDifference: ({ fault, kind, key }: Difference) => differences.push(`${fault} ${kind} ${key}`),
  });
  return { report, differences: differences.sort() };
}

/** Repairs until nothing is left to mend, as `marquee projections check --repair` does. Answers a comparison afterwards. */
export async function repaired(target: Comparable, tenant: Tenant): Promise<Checked> {
  await checkAndRepair(target, tenant, { repair: true, settleMs: SETTLE_MS });
  return check(target.sections, tenant);
}

/** All of some things in one batch. */
export async function* oneBatch<T>(items: readonly T[]): AsyncGenerator<readonly T[]> {
  yield await Promise.resolve(items);
}
