import { readFileSync } from "node:fs";
import path from "node:path";

import { Command, CommanderError } from "commander";

import { StoreUnavailableError } from "../datasources/core/store-error.js";
import { accountCommand } from "./cli/account.js";
import { apiKeyCommand } from "./cli/api-key.js";
import { auditCommand } from "./cli/audit.js";
import { evaluateCommand } from "./cli/evaluate.js";
import { erasuresCommand } from "./cli/erasures.js";
import { healthCommand } from "./cli/health.js";
import { importCommand } from "./cli/import.js";
import { keysCommand } from "./cli/keys.js";
import { learnCommand } from "./cli/learn.js";
import { modelsCommand } from "./cli/models.js";
import { projectionsCommand } from "./cli/projections.js";
import { recountCommand } from "./cli/recount.js";
import { retentionCommand } from "./cli/retention.js";
import { seedCommand } from "./cli/seed.js";
import { serveCommand } from "./cli/serve.js";
import { tenantCommand } from "./cli/tenant.js";
import { tokenCommand } from "./cli/token.js";
import { packageRoot } from "../packages/process/package-root.js";
import { InterruptedError } from "../packages/process/interrupted-error.js";
import { StartupError } from "../packages/process/startup-error.js";
import { storyOf, wordsOf } from "../packages/told-errors/index.js";

/** Where settings are kept for a folder; what is in the environment already counts for more. */
const SETTINGS = ".env";

/**
 * The command line. Sets the process's exit code: 0 only where the command did what it was asked to.
 *
 * @param argv as in `process.argv`: two entries, then the arguments.
 */
export async function main(argv: string[]): Promise<void> {
  // Node.js would print all that hangs on it: requests, rows, URLs.
  process.once("uncaughtException", (error) => process.exit(exitCodeOf(error)));
  try {
    readSettings();
    await program().parseAsync(argv);
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    // What it was at may go on for a while yet.
    if (error instanceof InterruptedError) process.exit();
  }
}

function readSettings(): void {
  try {
    process.loadEnvFile(SETTINGS);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw new StartupError(
      `${SETTINGS} cannot be read (${(error as Error).message}). Mend it, or take it away.`,
    );
  }
}

function versionOf(): string {
  const file = path.join(packageRoot(), "package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

function program(): Command {
  const root = new Command("marquee")
    .version(versionOf(), "-v, --version", "the version of Marquee")
    .description("One GraphQL endpoint for a streaming platform. Each command has --help.")
    .showHelpAfterError("(--help shows what is accepted)");
  for (const command of [
    serveCommand(),
    healthCommand(),
    seedCommand(),
    tenantCommand(),
    importCommand(),
    accountCommand(),
    tokenCommand(),
    apiKeyCommand(),
    keysCommand(),
    learnCommand(),
    modelsCommand(),
    evaluateCommand(),
    recountCommand(),
    projectionsCommand(),
    auditCommand(),
    erasuresCommand(),
    retentionCommand(),
  ]) {
    root.addCommand(command.copyInheritedSettings(root).exitOverride());
  }
  return root.exitOverride();
}

/** Prints what a user can act on as one line, anything else with its stack. */
function exitCodeOf(error: unknown): number {
  // Commander has printed its own.
  if (error instanceof CommanderError) return error.exitCode;
  if (error instanceof InterruptedError) {
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
  if (error instanceof StartupError) process.stderr.write(`${error.message}\n`);
  else if (error instanceof StoreUnavailableError) {
    const cause = error.cause instanceof Error ? ` (${wordsOf(error.cause)})` : "";
    process.stderr.write(`${error.message}${cause}. Check that it runs and that its URL is right.\n`);
  } else process.stderr.write(`${storyOf(error)}\n`);
  return 1;
}
