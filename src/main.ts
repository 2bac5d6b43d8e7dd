import { constants } from "node:os";
import { isatty } from "node:tty";

import { yieldToMainThread } from "../packages/process/worker-priority.js";
import { storyOf } from "../packages/told-errors/index.js";
import { learn } from "./jobs/learn.js";
import { isSeeded, seedDemo } from "../seeds/seed.js";
import { type Stores } from "../datasources/stores/stores.js";
import { createProgress, type Progress } from "./cli/progress.js";
import { type Config } from "./config.js";
import { startGateway, type RunningGateway } from "./server.js";

/** npm passes on a signal that the terminal has sent to both of us: what comes within this time is the same one. Milliseconds. */
const ECHO_MS = 500;

/**
 * Runs the gateway until a signal: starts the stores, seeds the demo tenants where there are none, serves, and on
 * SIGINT, SIGTERM or a closed terminal drains and stops what it started. A second signal stops it at once.
 *
 * @throws StartupError with one line that says what to do.
 */
export async function serve(config: Config): Promise<void> {
  const started = performance.now();
  const progress = createProgress(process.stdout);
  let gateway: RunningGateway | undefined;
  onHangup(config, () => gateway);
  const forget = onSignals((signal, again) => {
    if (gateway && !again) return void stop(gateway, signal, config);
    // Until it serves there is nothing to drain; leaving the process stops the embedded server. A bar hides the cursor.
    progress.end();
    process.exit(128 + constants.signals[signal]);
  });
  try {
    const seed = async (stores: Stores) => {
      if (config.demo) await seedOnce(stores, progress);
    };
    const onFill = (what: string, fraction: number, note?: string) => progress.show(what, fraction, note);
    gateway = await startGateway(config, seed, onFill, giveUp);
    progress.end();
    // From here on answers come first; what was compiled until now, they waited for.
    yieldToMainThread();
  } catch (error) {
    forget();
    throw error;
  }
  console.log(welcome(gateway, config, (performance.now() - started) / 1000));
}

/** Calls back for each signal that asks to stop. @returns what ends that. */
function onSignals(act: (signal: NodeJS.Signals, again: boolean) => void): () => void {
  const signals: NodeJS.Signals[] = ["SIGINT", "SIGTERM", ...(isOnTerminal() ? ["SIGHUP" as const] : [])];
  let first: number | undefined;
  const listener = (signal: NodeJS.Signals) => {
    const now = performance.now();
    const again = first !== undefined;
    first ??= now;
    if (!again || now - first > ECHO_MS) act(signal, again);
  };
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}

/**
 * SIGHUP reads the certificate anew; a terminal that is closed sends it as well, and that ends the gateway. With neither it
 * goes on: without a listener the signal would end it at once, undrained.
 */
function onHangup({ http }: Config, gateway: () => RunningGateway | undefined): void {
  if (isOnTerminal()) return;
  process.on("SIGHUP", () => {
    if (http.certificate) void gateway()?.reload();
    else console.log("SIGHUP: there is no certificate to read anew. The gateway goes on.");
  });
}

/** Under nohup, which is to survive a closed terminal, neither is one; of a pipe's beginning only the input is. */
function isOnTerminal(): boolean {
  return process.stdout.isTTY || isatty(0);
}

/** Without its facts there is nothing to serve: whoever supervises the process starts it anew. */
function giveUp(line: string): void {
  console.error(line);
  process.exit(1);
}

async function stop(gateway: RunningGateway, signal: NodeJS.Signals, { http }: Config): Promise<void> {
  // After SIGHUP there is nobody left to read it.
  if (signal !== "SIGHUP")
    console.log("\nStopping. Requests under way are answered first; Ctrl-C again ends at once.");
  try {
    // Who stops it by hand does not wait for a load balancer.
    await gateway.close(signal === "SIGTERM" ? http.noticeSeconds : 0);
    process.exit(0);
  } catch (error) {
    console.error(storyOf(error));
    process.exit(1);
  }
}

/** Seeds the demo tenants with progress bars, where the first start has not done so already. */
async function seedOnce(stores: Stores, progress: Progress): Promise<void> {
  if (await isSeeded(stores)) return;
  console.log(
    "First start: making the demo tenants, their titles, viewing and recommendations. It takes about a minute, once.",
  );
  try {
    await seedDemo(stores, learn, {}, (tenant, step, fraction, note) =>
      progress.show(`${tenant} ${step}`, fraction, note),
    );
  } finally {
    progress.end();
  }
}

const DEMO_SIGN_INS = `Sign in   viewer@meridian.example, family@, editor@ or operator@ · password marquee
          the same at lumen.example and atelier.example`;

function welcome({ url, operationsUrl }: RunningGateway, config: Config, seconds: number): string {
  const open = config.playground ? `Open      ${url}\n` : "";
  const demo = config.demo ? `${DEMO_SIGN_INS}\n` : "";
  return `
Marquee is ready after ${seconds.toFixed(1)} s

${open}GraphQL   ${url}/graphql
${demo}Health    ${url}/readyz${operationsUrl ? ` · for operators ${operationsUrl}/readyz, ${operationsUrl}/metrics` : ""}

Ctrl-C stops it.
`;
}
