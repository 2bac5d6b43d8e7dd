import { randomBytes, randomUUID } from "node:crypto";

import { describe, expect, it } from "vitest";

import { StoreUnavailableError } from "../../datasources/core/store-error.js";
import { type AccountExport } from "../../datasources/privacy/privacy.js";
import { createExportLinks } from "../../resolvers/request/export-links.js";
import { readConfig } from "../../src/config.js";
import { serveExports } from "../../src/http/exports-plugin.js";
import { createListener } from "../../src/http/listener.js";
import { createLogger } from "../../src/observability/logger.js";
import { madeUpTenant } from "../support/tenants.js";

const tenant = madeUpTenant();
const id = randomUUID();
const links = createExportLinks(randomBytes(32));
const READY: AccountExport = {
  id,
  accountId: "somebody",
  state: "READY",
  bytes: 6,
  askedAt: "2026-01-01T00:00:00Z",
  expiresAt: "2026-01-02T00:00:00Z",
};
const down = () => Promise.reject(new StoreUnavailableError("POSTGRES"));

const PARTS = {
  tenants: { bySlug: () => Promise.resolve(tenant) },
  privacy: {
    exportsByIds: () => Promise.resolve(new Map<string, AccountExport>([[id, READY]])),
    noteFetch: () => Promise.resolve(),
    exportParts: async function* () {
      yield Buffer.from("abc");
      yield Buffer.from("def");
    } as () => AsyncIterable<Buffer>,
  },
};

/** What is answered to whoever has the link, where the stores are these. */
async function fetched(tenants: object, privacy: object) {
  const config = readConfig({ LOG_LEVEL: "silent" });
  const app = createListener(
    { connection: config.http.connection, limits: config.limits },
    createLogger(config),
  );
  const stores = { tenants: { ...PARTS.tenants, ...tenants }, privacy: { ...PARTS.privacy, ...privacy } };
  serveExports(app, stores as unknown as Parameters<typeof serveExports>[1], links);
  return app.inject({ url: links.pathOf(tenant, id) });
}

describe("an export that is fetched", () => {
  it("is sent as it is", async () => {
    const { statusCode, headers, body } = await fetched({}, {});
    expect([statusCode, body, headers["content-type"]]).toEqual([200, "abcdef", "application/zip"]);
  });

  it.each<[when: string, tenants: object, privacy: object]>([
    ["the tenant is looked up", { bySlug: down }, {}],
    ["it is looked up", {}, { exportsByIds: down }],
    ["it is noted", {}, { noteFetch: down }],
    [
      "it is read",
      {},
      {
        // eslint-disable-next-line require-yield -- it fails before there is anything
        exportParts: async function* () {
          await down();
        },
      },
    ],
  ])(
    "is not available, and nothing of it sent, while the store is down when %s",
    async (_when, tenants, privacy) => {
      const answer = await fetched(tenants, privacy);
      expect(answer.statusCode).toBe(503);
      expect(answer.headers).toMatchObject({
        "retry-after": "1",
        "cache-control": "no-store",
        "content-type": "application/json; charset=utf-8",
        "content-length": String(Buffer.byteLength(answer.body)),
      });
      expect(answer.headers["content-disposition"]).toBeUndefined();
      expect(answer.json()).toMatchObject({
        errors: [{ extensions: { code: "STORE_UNAVAILABLE", store: "POSTGRES" } }],
      });
    },
  );
});
