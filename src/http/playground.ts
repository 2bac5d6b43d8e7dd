import path from "node:path";

import fastifyStatic from "@fastify/static";
import { type FastifyInstance } from "fastify";

import { packageRoot } from "../../packages/process/package-root.js";

/** What the playground needs and nothing else: no request leaves the origin. Monaco sets inline styles and carries its icons in a data URL. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Serves the built playground on `/`; the build has compressed what gets smaller by it. */
export async function servePlayground(app: FastifyInstance): Promise<void> {
  await app.register(fastifyStatic, {
    root: path.join(packageRoot(), "dist", "playground"),
    globIgnore: ["**/*.br", "**/*.gz"],
    preCompressed: true,
    wildcard: false,
    cacheControl: false,
    setHeaders: (reply, file) => {
      const hashed = file.includes(`${path.sep}assets${path.sep}`);
      void reply.header("cache-control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
      void reply.header("content-security-policy", CONTENT_SECURITY_POLICY);
      void reply.header("x-content-type-options", "nosniff");
      void reply.header("referrer-policy", "no-referrer");
    },
  });
}
