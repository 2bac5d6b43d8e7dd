import { pino, type DestinationStream, type Logger } from "pino";

import { factsOf, withoutValues, wordsOf } from "../../packages/told-errors/index.js";
import { type Config } from "../config.js";

export type { Logger };

/**
 * JSON lines, on standard output unless a test says otherwise. Of errors they have what `factsOf` tells; what could let
 * somebody in is never written, whatever a line is given.
 */
export function createLogger(config: Pick<Config, "logLevel">, to?: DestinationStream): Logger {
  const options = {
    level: config.logLevel,
    base: null,
    formatters: { log: tellingErrors },
    // What is told of an error already looks like one.
    serializers: { err: (told: unknown) => told },
    redact: {
      paths: [
        "*.authorization",
        "*.password",
        "*.passwordHash",
        "*.accessToken",
        "*.refreshToken",
        "*.cookie",
      ],
      censor: "[redacted]",
    },
  };
  return to ? pino(options, to) : pino(options);
}

/** A logger for libraries, which write what they have met into their messages. */
export function forLibraries(
  logger: Logger,
): Record<"debug" | "info" | "warn" | "error", (line: unknown) => void> {
  const told = (line: unknown) => (line instanceof Error ? wordsOf(line) : withoutValues(String(line)));
  return {
    debug: (line) => logger.debug(told(line)),
    info: (line) => logger.info(told(line)),
    warn: (line) => logger.warn(told(line)),
    error: (line) => logger.error(told(line)),
  };
}

function tellingErrors(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? factsOf(value) : value]),
  );
}
