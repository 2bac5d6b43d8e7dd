import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { MongoStore } from "../../datasources/engines/mongodb/store.mongodb.js";
import { Neo4jStore } from "../../datasources/engines/neo4j/store.neo4j.js";
import { OpenSearchStore } from "../../datasources/engines/opensearch/store.opensearch.js";
import { PostgresStore } from "../../datasources/engines/postgres/store.postgres.js";
import { makeCertificate, type Certificate } from "../support/certificates.js";
import { layTlsWire } from "./tls-wire.js";

interface Pinged {
  ping(): Promise<{ version: string }>;
  close(): Promise<void>;
}

const options = { deadlineMs: 5_000, onLog: () => undefined };
const withCa = (caFile: string | undefined) => ({ ...options, ...(caFile === undefined ? {} : { caFile }) });

/** How each engine is reached by TLS at a host, with an authority of one's own or with the system's. */
const ENGINES: Record<string, (host: string, caFile?: string) => Pinged> = {
  POSTGRES_URL: (host, caFile) => {
    const url = new URL(process.env.POSTGRES_URL ?? "");
    url.host = host;
    url.searchParams.set("sslmode", "verify-full");
    if (caFile) url.searchParams.set("sslrootcert", caFile);
    return new PostgresStore(url.href, () => undefined, options.deadlineMs);
  },
  MONGODB_URL: (host, caFile) => new MongoStore(`mongodb://${host}/?tls=true`, withCa(caFile)),
  OPENSEARCH_URL: (host, caFile) => new OpenSearchStore(`https://${host}`, withCa(caFile)),
  NEO4J_URL: (host, caFile) => new Neo4jStore(`bolt+s://${host}`, withCa(caFile)),
};

let certificate: Certificate;
beforeAll(() => {
  certificate = makeCertificate();
});

describe.each(Object.entries(ENGINES))("%s by TLS", (name, open) => {
  const target = process.env[name] ?? "";
  let wire: Awaited<ReturnType<typeof layTlsWire>>;

  describe.skipIf(!target)("where it is set", () => {
    beforeAll(async () => {
      wire = await layTlsWire(target, certificate, name === "POSTGRES_URL");
    });
    afterAll(() => wire.close());

    it("is reached where the authority is given", async () => {
      const store = open(wire.host, certificate.caFile);
      expect((await store.ping()).version).toMatch(/^\d+\./);
      await store.close();
    });

    it("is refused where nobody vouches for its certificate", async () => {
      const store = open(wire.host);
      await expect(store.ping()).rejects.toThrow();
      await store.close();
    });
  });
});
