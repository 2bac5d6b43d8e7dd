import fastifyCors from "@fastify/cors";
import { type FastifyInstance } from "fastify";

import { CONSISTENCY_HEADER } from "../../resolvers/request/consistency.js";
import { ACTUAL_COST_HEADER, COST_HEADER } from "../limits/actual-cost.js";
import { type Config } from "../config.js";
import { TENANT_HEADER } from "../tenancy/request-tenant.js";

/** How long a browser may go by a preflight's answer: Chromium keeps none for longer. Seconds. */
const PREFLIGHT_SECONDS = 7_200;

/** What scripts of another origin may read of an answer's headers. */
const EXPOSED = [
  "x-request-id",
  TENANT_HEADER,
  CONSISTENCY_HEADER,
  COST_HEADER,
  ACTUAL_COST_HEADER,
  "ratelimit",
  "ratelimit-policy",
  "ratelimit-limit",
  "ratelimit-remaining",
  "ratelimit-reset",
  "retry-after",
];

/** Lets pages of the configured origins use what is served (the CORS protocol of the Fetch standard); without any, none. */
export async function allowOrigins(
  app: FastifyInstance,
  { origins, credentials }: Config["cors"],
): Promise<void> {
  if (origins.length === 0) return;
  await app.register(fastifyCors, {
    origin: origins.includes("*") ? "*" : [...origins],
    credentials,
    methods: ["GET", "HEAD", "POST"],
    exposedHeaders: EXPOSED,
    maxAge: PREFLIGHT_SECONDS,
    strictPreflight: false,
  });
}
