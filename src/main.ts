import { isSeeded, seedDemo } from "../seeds/seed.js";
import { type Stores } from "../datasources/stores.js";
import { createProgress } from "./cli/progress.js";
import { type Config } from "./config.js";
import { startGateway, type RunningGateway } from "./server.js";

/** Exit code of a process that a signal ended before it served. */
const INTERRUPTED = 130;

/**
 * Runs the gateway until a signal: starts the stores, seeds the demo tenants where there are none, serves, and on
 * SIGINT or SIGTERM drains and stops what it started.
 *
 * @throws StartupError with one line that says what to do.
 */
export async function serve(config: Config): Promise<void> {
  const started = performance.now();
  let gateway: RunningGateway | undefined;
  const stop = () => {
    // Until it serves there is nothing to drain; leaving the process stops the embedded server.
    if (!gateway) process.exit(INTERRUPTED);
    gateway.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  try {
    gateway = await startGateway(config, seedOnce);
  } catch (error) {
    process.off("SIGINT", stop).off("SIGTERM", stop);
    throw error;
  }
  console.log(welcome(gateway.url, config, (performance.now() - started) / 1000));
}

/** Seeds the demo tenants with progress bars, where the first start has not done so already. */
async function seedOnce(stores: Stores): Promise<void> {
  if (await isSeeded(stores)) return;
  console.log("First start: seeding the demo tenants. This happens once.");
  const progress = createProgress(process.stdout);
  try {
    await seedDemo(stores, {}, (tenant, step, fraction, note) =>
      progress.show(`${tenant} ${step}`, fraction, note),
    );
  } finally {
    progress.end();
  }
}

function welcome(url: string, config: Config, seconds: number): string {
  const open = config.playground ? `Open      ${url}\n` : "";
  return `
Marquee is ready after ${seconds.toFixed(1)} s

${open}GraphQL   ${url}/graphql
Sign in   viewer@meridian.example, family@, editor@ or operator@ · password marquee
          the same at lumen.example and atelier.example
Health    ${url}/readyz · metrics ${url}/metrics

Ctrl-C stops it.
`;
}
