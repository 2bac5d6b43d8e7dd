import { type MongoStore } from "../../engines/mongodb/store.mongodb.js";
import { type AnySection } from "../../projection/check/section.js";
import { type TitleSource } from "../catalog-expectations.js";
import { type CatalogInspection } from "./catalog-inspected.mongodb.js";
import { type LiveGeneration } from "../title-generations.js";
import { indexSection } from "./catalog-indexes.mongodb.js";
import { nameSection } from "../name-section.js";
import { type TitleProjection } from "../title-follower.js";
import { titleSection } from "../title-section.js";
import { namesOfMongo } from "./catalog-name-section.mongodb.js";
import { NAMES, TITLES, type NameRecord, type TitleRecord } from "./catalog-record.mongodb.js";
import { titlesOfMongo } from "./catalog-title-section.mongodb.js";

/** Everything that MongoDB holds of a catalogue, for comparing it with the titles in force. */
export function catalogSections(
  mongo: MongoStore,
  source: TitleSource,
  projection: TitleProjection & LiveGeneration,
): AnySection[] {
  const inspection: CatalogInspection = {
    async live(tenant) {
      const generation = await projection.live(tenant);
      if (generation === null) return null;
      const db = mongo.databaseOf(tenant);
      return {
        db,
        scope: { tenant: tenant.id, generation },
        titles: db.collection<TitleRecord>(TITLES),
        names: db.collection<NameRecord>(NAMES),
      };
    },
  };
  return [
    indexSection(inspection),
    titleSection(source, projection, titlesOfMongo(inspection)),
    nameSection(source, projection, namesOfMongo(inspection)),
  ];
}
