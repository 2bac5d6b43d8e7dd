import { type Stores } from "../datasources/stores/stores.js";
import { type Config } from "./config.js";
import { createListener } from "./http/listener.js";
import { checkRequests } from "./http/requests.js";
import { listen } from "./listen.js";
import { type Logger } from "./observability/logger.js";
import { type Metrics } from "./observability/metrics.js";

/** Whether a gateway is about to stop. */
type Stopping = Readonly<{ begun: boolean }>;

/** Whether a gateway serves, with each store's state. */
export async function readiness(stores: Pick<Stores, "health">, stopping: Stopping) {
  const health = await stores.health();
  // Without its facts it cannot serve; for an engine that is down PostgreSQL answers.
  const serves = !stopping.begun && health.some(({ store, state }) => store === "POSTGRES" && state === "UP");
  const whole = health.every(({ state, breaker }) => state === "UP" && breaker === "CLOSED");
  const status = stopping.begun ? "stopping" : !serves ? "down" : whole ? "ready" : "degraded";
  return { serves, report: { status, stores: health } };
}

/**
 * What operators alone are told, on an address of its own: every tenant's figures and every store's state.
 *
 * @returns its URL, null where none is wanted.
 * @throws StartupError when the address cannot be had.
 */
export async function listenForOperators(
  { operations, http, limits }: Pick<Config, "operations" | "http" | "limits">,
  stores: Pick<Stores, "health">,
  { registry }: Metrics,
  logger: Logger,
  stopping: Stopping,
): Promise<{ url: string | null; stop(): Promise<void> }> {
  if (operations === null) return { url: null, stop: async () => {} };
  const app = createListener({ connection: http.connection, limits, endsAtOnce: true }, logger);
  checkRequests(app);
  app.get("/healthz", () => ({ status: "ok" }));
  app.get("/readyz", async (_request, reply) => {
    const { serves, report } = await readiness(stores, stopping);
    return reply.code(serves ? 200 : 503).send(report);
  });
  app.get("/metrics", async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
  return { url: await listen(app, operations), stop: () => app.close() };
}
