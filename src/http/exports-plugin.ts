import { Readable } from "node:stream";

import { type FastifyInstance } from "fastify";

import { CallLog } from "../../datasources/core/store-request.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { type ExportLinks } from "../../resolvers/request/export-links.js";

/**
 * Serves what accounts have asked to be given of themselves, to whoever has the link. Every gateway serves what any has
 * put together; a link that is over, forged or of nothing is not found.
 */
export function serveExports(
  app: FastifyInstance,
  stores: Pick<Stores, "tenants" | "privacy">,
  links: ExportLinks,
): void {
  app.get<{ Params: { name: string } }>(
    "/exports/:name",
    { exposeHeadRoute: false },
    async (request, reply) => {
      const named = links.read(request.params.name);
      const tenant = named && (await stores.tenants.bySlug(named.slug));
      const asked = tenant && { tenant, calls: new CallLog() };
      const found = asked && (await stores.privacy.exportsByIds(asked, [named.id])).get(named.id);
      if (!found || found.state !== "READY") return reply.callNotFound();
      await stores.privacy.noteFetch(tenant, found.id);
      return reply
        .type("application/zip")
        .header("content-length", found.bytes)
        .header("content-disposition", 'attachment; filename="my-data.zip"')
        .header("cache-control", "private, no-store")
        .send(
          Readable.from(stores.privacy.exportParts(asked, found.id), { objectMode: false, highWaterMark: 1 }),
        );
    },
  );
}
