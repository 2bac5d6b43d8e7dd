import { type Audience } from "../../../../datasources/catalog/audience.js";
import { type TitleSource } from "../../../../datasources/catalog/catalog-expectations.js";
import { TitleGenerations, type TitleEngine } from "../../../../datasources/catalog/title-generations.js";
import { type StoreName } from "../../../../datasources/core/store-request.js";
import { type Tenant } from "../../../../datasources/core/tenant.js";
import { type TitleDocument } from "../../../../datasources/core/title.document.js";
import { type GenerationBuild } from "../../../../datasources/projection/generations/generation-build.js";
import { projectionTarget } from "../../../../datasources/projection/targets/projection-target.js";
import { openLedger } from "../../../engines/ledger-support.js";
import { madeUpTenant } from "../../tenants.js";
import { film } from "../../titles.js";
import { gather, markOf, othersOf, TENANTS, type Held, type Notes } from "./ground.js";

export const everyone: Audience = {
  country: "US",
  maturityLimit: 18,
  editor: false,
  now: new Date("2026-06-01T12:00:00.000Z"),
};
export const tenants = TENANTS.map(([id, slug, tier]) => madeUpTenant({ id, slug, name: slug, tier }));

/** Titles that every tenant has, under other names. */
export const IDS = ["a", "b", "c"];
/** One that this tenant alone has. */
export const ownId = ({ slug }: Tenant) => `own-${slug}`;

/**
 * The tenant's titles: equal ids of everything, names of its own. One is licensed for a country alone; the last of those
 * that all have is in a genre of its own, and some have not published it.
 */
export function titlesOf(tenant: Tenant, revision = 1): TitleDocument[] {
  const mark = markOf(tenant);
  const place = tenants.indexOf(tenant) + 1;
  return [...IDS, ownId(tenant)].map((id, at) =>
    film(id, `Lantern ${id} ${mark}`, {
      revision,
      popularity: 0.1 * place,
      releaseYear: 1990 + 10 * place + at,
      genres: [
        { id: "drama", name: `Drama ${mark}` },
        ...(id === "c" ? [{ id: "noir", name: `Noir ${mark}` }] : []),
      ],
      state: id === "c" && place % 2 === 1 ? "DRAFT" : "PUBLISHED",
      licences: [{ countries: [id === "b" ? "US" : "*"], from: "2020-01-01T00:00:00Z", until: null }],
      studio: { id: "studio", name: `Studio ${mark}` },
      credits: [
        { person: { id: `p${at}`, name: `Person ${at} ${mark}` }, role: "ACTOR", character: null },
      ] as TitleDocument["credits"],
    }),
  );
}

const source: TitleSource = {
  count: (tenant) => Promise.resolve(titlesOf(tenant).length),
  inForce: async function* (tenant, ids) {
    yield titlesOf(tenant).filter(({ id }) => ids?.includes(id) ?? true);
  },
  popularity: () => Promise.resolve(new Map()),
};

/** A projection of titles with what reads it, and ways around it. */
export interface TitlesUnderTest {
  store: StoreName;
  engine: TitleEngine;
  /** What a tenant may ask, by name. */
  asks(generations: TitleGenerations): Record<string, (tenant: Tenant) => Promise<unknown>>;
  /** Everything that is stored. */
  held(): Promise<Held[]>;
  /** Databases, indexes. */
  places(): Promise<unknown>;
  /** Puts a title `z` and a genre `zz` among the tenant's that say they are the other's. */
  damage(tenant: Tenant, generation: number, other: Tenant): Promise<unknown>;
}

/** Has every tenant do everything, and notes what it is answered and what the others hold. */
export async function lookAtTitles(subject: TitlesUnderTest, notes: Notes): Promise<void> {
  const ledger = openLedger();
  const generations = new TitleGenerations(subject.engine, ledger);
  try {
    await lookAt(subject, generations, notes);
  } finally {
    await ledger.close();
  }
}

async function lookAt(subject: TitlesUnderTest, generations: TitleGenerations, notes: Notes): Promise<void> {
  const { engine } = subject;
  const target = targetOf(subject, generations);
  const asks = Object.entries(subject.asks(generations));
  const figures = async (tenant: Tenant) => {
    const held = await engine.held(tenant);
    const counted: (number | null)[] = [];
    for (const number of [1, 2])
      counted.push((await engine.has(tenant, number)) ? await engine.count(tenant, number) : null);
    return [held, ...counted];
  };
  const act = async (what: string, by: readonly Tenant[], work: (tenant: Tenant) => Promise<unknown>) => {
    for (const tenant of by) {
      await notes.note(`${what} ${tenant.slug}`, () => work(tenant));
      await notes.note(`${what} ${tenant.slug}, others'`, async () =>
        othersOf(tenant, await subject.held(), tenants),
      );
      await notes.note(`${what} ${tenant.slug}, figures`, () => figures(tenant));
    }
  };
  const answers = async (when: string, of = tenants) => {
    for (const tenant of of)
      for (const [name, ask] of asks)
        await notes.note(`${name} of ${tenant.slug} ${when}`, () => ask(tenant));
  };
  /** All at once: whoever asks first is not answered for by another. */
  const live = () => Promise.all(tenants.map((each) => generations.live(each)));
  const known = () =>
    Promise.resolve(tenants.map((each) => [target.isFilled(each), target.needsRebuild(each)]));

  await act("fill", tenants, async (tenant) => [await target.rebuild(tenant), await known()]);
  await act("popularity", tenants, (tenant) =>
    generations.setPopularity(tenant, new Map(IDS.map((id) => [id, 0.9 - 0.1 * tenants.indexOf(tenant)]))),
  );
  const builds = new Map<Tenant, GenerationBuild<TitleDocument>>();
  await act("fill again", tenants, async (tenant) => {
    builds.set(tenant, await fillAgain(generations, tenant));
    return live();
  });
  await act("sweep", tenants, async (tenant) => {
    await builds.get(tenant)?.sweep();
    await builds.get(tenant)?.end();
  });
  await answers("filled");
  await act("edit", tenants, (tenant) => generations.put(tenant, titlesOf(tenant, 3).slice(0, 1)));
  await act("remove", tenants, (tenant) => generations.removeTitles(tenant, [{ id: "c", revision: 9 }]));
  await answers("edited");
  /** What each is found to lack when the ledger is asked, and what is known of it then. */
  const looked = async () => {
    for (const each of tenants) await target.status(each);
    return known();
  };
  await act("miss", tenants.slice(0, 1), async (tenant) => {
    target.missed(tenant);
    const before = await known();
    const owed = await target.owe(tenant);
    await owed.missed();
    return [before, await looked()];
  });
  await act("take", tenants.slice(1, 2), async (tenant) => {
    const owed = await target.owe(tenant);
    await owed.settled();
    return looked();
  });
  await act("damage", tenants, (tenant) => subject.damage(tenant, 2, neighbourOf(tenant)));
  for (const section of engine.sections(source, generations))
    for (const tenant of tenants) {
      const what = `${section.kind} of ${tenant.slug}`;
      if (section.stored) await notes.note(`${what}, stored`, () => gather(section.stored!(tenant)));
      if (section.keys) await notes.note(`${what}, keys`, () => gather(section.keys!(tenant)));
      const keys = [...IDS, ownId(tenant), "z", "Genre:drama", "Genre:zz", "Person:p0"];
      await notes.note(`${what}, by key`, () => section.storedOf(tenant, keys));
    }
  const [first, second, third] = tenants as [Tenant, Tenant, Tenant];
  await act("fill once more", [second], async (tenant) => {
    const build = await fillAgain(generations, tenant);
    await build.end();
    for (const each of tenants) generations.lookAgain(each);
    return [await live(), await looked()];
  });
  await act("leave", [first, third], (tenant) => target.remove(tenant));
  await notes.note("places of who is left", () => subject.places());
  await answers("alone", [second]);
}

/** The other tenant of the same tier. */
function neighbourOf(tenant: Tenant): Tenant {
  return tenants.find(({ tier, id }) => tier === tenant.tier && id !== tenant.id)!;
}

function targetOf({ store }: TitlesUnderTest, projection: TitleGenerations) {
  return projectionTarget<TitleDocument>({
    name: "mutants",
    topics: ["TITLE"],
    store,
    domain: "mutants",
    projection,
    source: {
      count: (tenant) => source.count(tenant),
      batches: async function* (tenant) {
        yield titlesOf(tenant);
      },
    },
    sections: [],
    follower: { apply: () => Promise.resolve(), current: (_, events) => Promise.resolve([...events]) },
    holds: { during: (work) => work() },
    ping: () => Promise.resolve(),
    onMissed: () => undefined,
  });
}

/** What `Generations.rebuild` does until it waits for those who may still read what was there before. */
async function fillAgain(
  generations: TitleGenerations,
  tenant: Tenant,
): Promise<GenerationBuild<TitleDocument>> {
  const build = await generations.begin(tenant);
  try {
    await build.put(titlesOf(tenant, 2));
    await build.complete();
    await build.publish({ ofFacts: true });
  } catch (error) {
    await build.end();
    throw error;
  }
  generations.lookAgain(tenant);
  return build;
}
