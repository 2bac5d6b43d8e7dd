import { type FastifyInstance } from "fastify";

import { type KeyRing } from "../auth/key-ring.js";

/** How long others may go by what they have read: a key that they do not know has them read it again. Seconds. */
const FRESH_SECONDS = 300;

/** Serves `/.well-known/jwks.json` (RFC 7517): what verifies our access tokens. */
export function serveJwks(app: FastifyInstance, ring: Pick<KeyRing, "jwks">): void {
  app.get("/.well-known/jwks.json", { exposeHeadRoute: true }, (_request, reply) =>
    reply
      .type("application/jwk-set+json")
      .header("cache-control", `public, max-age=${FRESH_SECONDS}`)
      // Of bytes nobody says that they are text of some encoding.
      .send(Buffer.from(JSON.stringify(ring.jwks()))),
  );
}
