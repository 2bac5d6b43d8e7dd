import { BSON, type Document } from "mongodb";

import { type Tenant } from "../core/tenant.js";
import { type MongoStore } from "../engines/mongodb/store.mongodb.js";
import { mentionOf } from "./mentions.js";
import { type Trace, type TraceSearch } from "./traces.js";

/** Documents of one read. */
const BATCH = 1_000;

/** Looks through MongoDB, document by document, whichever generation they are of. */
export class MongoTraces implements TraceSearch {
  readonly store = "MONGODB";

  constructor(private readonly mongo: MongoStore) {}

  async search(tenant: Tenant, wanted: readonly string[]): Promise<Trace[]> {
    await this.mongo.connected();
    const db = this.mongo.databaseOf(tenant);
    const mentions = mentionOf(wanted);
    const traces: Trace[] = [];
    for (const { name } of await db.listCollections({}, { nameOnly: true }).toArray()) {
      let entries = 0;
      for await (const document of db
        .collection<Document>(name)
        .find({ tenant: tenant.id }, { batchSize: BATCH })) {
        if (mentions(BSON.EJSON.stringify(document))) entries += 1;
      }
      if (entries > 0) traces.push({ place: name, entries });
    }
    return traces;
  }

  heldOf(): Promise<object[]> {
    return Promise.resolve([]);
  }
}
