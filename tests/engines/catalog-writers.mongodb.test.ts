import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { MongoCatalogEngine } from "../../datasources/catalog/mongodb/catalog-engine.mongodb.js";
import {
  NAMES,
  TITLES,
  type NameRecord,
  type TitleRecord,
} from "../../datasources/catalog/mongodb/catalog-record.mongodb.js";
import { namesUsed } from "../../datasources/catalog/mongodb/catalog-names.mongodb.js";
import { type TitleDocument } from "../../datasources/core/title.document.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { film, named } from "../support/titles.js";
import { MONGODB_URL, openMongo, type MongoUnderTest } from "./mongo-support.js";

const ROUNDS = 60;
const TITLES_OF_A_ROUND = 5;

/** A title of a round as it is in a revision: with a person of its own, in a spelling of that revision. */
function edition(round: number, n: number, revision: number): TitleDocument {
  const person = { id: `person-${round}-${n}-${revision % 2}`, name: `Person ${revision}` };
  return film(`t-${round}-${n}`, `Film ${n}`, {
    revision,
    genres: [named(`Genre ${round}`)],
    credits: [{ role: "ACTOR", character: null, person }],
  });
}

const editions = (round: number, revision: number) =>
  Array.from({ length: TITLES_OF_A_ROUND }, (_, n) => edition(round, n, revision));

describe.skipIf(!MONGODB_URL)("Writers of one generation in MongoDB", () => {
  let mongo: MongoUnderTest;
  let tenant: Tenant;
  /** Who fills, who follows, and who repairs, each over connections of its own. */
  let writers: MongoCatalogEngine[];

  beforeAll(async () => {
    mongo = openMongo();
    tenant = mongo.createTenant();
    writers = [mongo.store, mongo.another(), mongo.another()].map((store) => new MongoCatalogEngine(store));
    for (const writer of writers) await writer.prepare(tenant);
    await writers[0]?.open(tenant, 1);
  });
  afterAll(() => mongo.close());

  async function held() {
    const db = mongo.store.databaseOf(tenant);
    const titles = await db.collection<TitleRecord>(TITLES).find({ tenant: tenant.id }).toArray();
    const names = await db.collection<NameRecord>(NAMES).find({ tenant: tenant.id }).toArray();
    const textOf = ({ type, id }: { type: string; id: string }) => `${type}:${id}`;
    return {
      revisions: titles.map(({ id, revision }) => `${id} ${revision}`).sort(),
      used: [...new Set(titles.flatMap(namesUsed).map(textOf))].sort(),
      names: names.map(textOf).sort(),
      spellings: names.filter(({ type }) => type === "Person").map(({ name }) => name),
    };
  }

  it("leave the newest revision, and of names those that it uses", async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const [first, second, third] = writers;
      await Promise.all([
        first?.put(tenant, 1, editions(round, 1)),
        second?.put(tenant, 1, editions(round, 2)),
        third?.put(tenant, 1, editions(round, 3)),
      ]);
    }
    const { revisions, used, names, spellings } = await held();
    const last = Array.from({ length: ROUNDS }, (_, round) => editions(round, 3)).flat();
    expect(revisions).toEqual(last.map(({ id, revision }) => `${id} ${revision}`).sort());
    expect(names).toEqual(used);
    expect(new Set(spellings)).toEqual(new Set(["Person 3"]));
  });

  it("leave no name of a title that one of them removes", async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const [first, second, third] = writers;
      const gone = editions(round, 6).map(({ id, revision }) => ({ id, revision }));
      await Promise.all([
        first?.put(tenant, 1, editions(round, 4)),
        second?.put(tenant, 1, editions(round, 5)),
        third?.remove(tenant, 1, gone),
      ]);
      // What comes after a removal is there: whoever follows sees its removal later again.
      await third?.remove(tenant, 1, gone);
    }
    const { revisions, names } = await held();
    expect({ revisions, names }).toEqual({ revisions: [], names: [] });
  });
});
